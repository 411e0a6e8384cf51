"""What a page of the books is given: a home, a question, the Summary that answers it, and what is heard now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from dashboard.question import Question
from dashboard.tokens import Scheme
from dashboard.zone_commands import ZoneCommands
from heatledger.automation_savings import ZoneSaving
from heatledger.baseline.kinds import Alternative
from heatledger.command_costs import Costed
from heatledger.home import Home
from heatledger.live import Now
from heatledger.setpoint_cost import MoreADay
from heatledger.summary import Summary


class View(msgspec.Struct, frozen=True):
    """Everything a page of the books shows.

    `homes` are the names of all by their ids; `now` is what is heard this moment, where it is the home that is shown;
    `systems` are those that it may be compared with, by the names of their files; `commands` what was last asked of its
    zones; `asked` everything that was in the period, with its cost, where the page shows that, and `unread` why not;
    `savings` is what automations saved then, None while it is read, and `warmer` what a step warmer costs, by zone.
    """

    home: Home
    question: Question
    summary: Summary
    at: datetime
    scheme: Scheme = "dark"
    homes: Mapping[str, str] = {}
    now: Now | None = None
    systems: Mapping[str, Alternative] = {}
    commands: Mapping[str, ZoneCommands] = {}
    asked: Sequence[Costed] = ()
    savings: Sequence[ZoneSaving] | None = ()
    warmer: Mapping[str, MoreADay] = {}
    unread: str = ""

"""The bill that a person asks to see, by the month it is called by."""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime

from heatledger.config import Config
from heatledger.cycles import cycle_at
from heatledger.home import Home
from heatledger.ledger import Ledger
from heatledger.statement.headline import MIDDLE
from heatledger.store import open_store
from heatledger.store.state import State
from heatledger.summary import Summary
from reports import months
from reports.due import last_over


def bill_summary(config: Config, home: Home, month: date | None, *, now: datetime) -> tuple[Summary, str]:
    """Sum up a billing cycle from the books.

    Parameters
    ----------
    config : Config
        Where the books are.
    home : Home
        Whose.
    month : date or None
        First day of the month that the bill is called by; None: the last bill that is over.
    now : datetime
        Aware.

    Returns
    -------
    Summary, str
        Of the cycle, so far if it is not over; and what it is called.
    """
    cycle = last_over(home, now) if month is None else cycle_at(home.cycle, month.replace(day=MIDDLE))
    with closing(open_store(config.store_url)) as store, closing(State(config.state_path)) as state:
        ledger = Ledger(config, home, store=store, state=state)
        name = f"{cycle.start} to {cycle.end}" if month is None else months.label(month)
        return ledger.summary(*ledger.bounds(cycle), now=now), name

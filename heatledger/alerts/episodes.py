"""Episodes: when one begins, that it lasts, when it is over; each leads to one message, held through quiet hours."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from heatledger.alerts.table import Rule

SETTLED: Final[Mapping[str, timedelta]] = {
    "budget": timedelta(days=1),
    "silent": timedelta(hours=1),
    "cop_drift": timedelta(days=1),
    "short_cycling": timedelta(days=1),
    "defrost_storm": timedelta(days=1),
    "backup_heat": timedelta(hours=6),
    "price_peak": timedelta(0),
    "control": timedelta(hours=1),
    "spool": timedelta(hours=1),
    "disk": timedelta(hours=1),
}
"""How long a rule must find nothing before its episode is over: what comes back sooner is the same one."""


class Sighting(NamedTuple):
    """What a rule says of one subject now.

    Attributes
    ----------
    rule, subject : str
        Which rule, and of what: a device, a heat pump, a billing cycle.
    value : float or None
        In the unit of the rule's threshold, the worse the larger; None where it cannot be known now.
    title, text : str
        What a message would say: one line, and full sentences with figures.
    page : str
        Which page shows it, as the end of an address.
    """

    rule: str
    subject: str
    value: float | None
    title: str = ""
    text: str = ""
    page: str = ""


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is the matter, from its beginning until it is over.

    Attributes
    ----------
    rule, subject : str
        As in `Sighting`.
    opened_at : datetime
        When it began to be so.
    title, text, page : str
        What was said then.
    value : float
        The last that was known.
    clear_since : datetime or None
        Since when nothing is found; None while it lasts.
    closed_at : datetime or None
        When it was over.
    """

    rule: str
    subject: str
    opened_at: datetime
    title: str
    text: str
    page: str
    value: float
    clear_since: datetime | None = None
    closed_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes it one episode among those that last."""
        return self.rule, self.subject


def follow(
    lasting: Sequence[Episode],
    seen: Sequence[Sighting],
    *,
    rules: Mapping[str, Rule],
    judged: Collection[str],
    now: datetime,
) -> list[Episode]:
    """Return the episodes that last, that have just begun, and that are just over.

    Parameters
    ----------
    lasting : sequence of Episode
        Those that are not over, one a rule and subject.
    seen : sequence of Sighting
        What the rules say now.
    rules : mapping of str to Rule
        The table; an episode of a rule that is off is over at once.
    judged : collection of str
        Rules that could be looked at: of the others nothing is known, and nothing is over.
    now : datetime
        Aware.

    Returns
    -------
    list of Episode
        Those of `lasting`, as they are now, then new ones.
    """
    said = {(row.rule, row.subject): row for row in seen if rules[row.rule].on}
    going = [_carried(row, said.get(row.key), rules.get(row.rule), judged, now) for row in lasting]
    known = {row.key for row in lasting}
    begun = [
        Episode(
            rule=row.rule,
            subject=row.subject,
            opened_at=now,
            title=row.title,
            text=row.text,
            page=row.page,
            value=row.value,
        )
        for key, row in said.items()
        if key not in known and row.value is not None and row.value >= rules[row.rule].threshold
    ]
    return [*going, *begun]


def _carried(
    episode: Episode, seen: Sighting | None, rule: Rule | None, judged: Collection[str], now: datetime
) -> Episode:
    if rule is None or not rule.on:
        return msgspec.structs.replace(episode, closed_at=now)
    if episode.rule not in judged:
        return episode
    if seen is None:  # the device is no longer in the home file, the cycle is over, the peak has passed
        return msgspec.structs.replace(episode, closed_at=now)
    if seen.value is None:
        return episode
    episode = msgspec.structs.replace(episode, value=seen.value)
    if seen.value >= rule.threshold - rule.hysteresis:
        return msgspec.structs.replace(episode, clear_since=None)
    since = episode.clear_since or now
    over = now if now - since >= SETTLED[episode.rule] else None
    return msgspec.structs.replace(episode, clear_since=since, closed_at=over)

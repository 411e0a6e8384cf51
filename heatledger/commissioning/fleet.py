"""Several homes in one list, the one that needs a visit first: what each of them has wrong, in a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec

from heatledger.alerts.episodes import Episode
from heatledger.commissioning.evidence import Evidence
from heatledger.commissioning.finding import Finding, Result
from heatledger.commissioning.record import Record, drift
from heatledger.heat_pumps import Cop
from heatledger.home import Home


class Quiet(msgspec.Struct, frozen=True, kw_only=True):
    """A device of the home file that is silent, and since when; None where it was never heard."""

    device: str
    since: datetime | None = None


class PumpCop(msgspec.Struct, frozen=True, kw_only=True):
    """What a heat pump is called, and its COP over the span with its 90 % interval, or why it is not known."""

    name: str
    cop: Cop


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One home of the list.

    Attributes
    ----------
    home, name : str
        Its id and what it is called.
    looked_at : datetime or None
        When it was last looked at; None where it was not yet.
    kept : bool
        Whether what stands here is the last run that was kept, until it is looked at anew.
    reason : str
        Why it could not be looked at; empty where it could.
    counts : dict of str to int
        Findings of each result.
    wrong : tuple of Finding
        What fails and warns, worst first.
    silent : tuple of Quiet
        Silent devices of its home file, the longest silent first; those that were never heard before all.
    cops : tuple of PumpCop
        Of each heat pump.
    commissioned, version : datetime or None, int
        When its last run was kept, and which; 0 for none.
    drifted : int
        How many findings are not as in the first run that was kept.
    alerts : tuple of Episode
        What of the alerts' rules is not over, a COP below the heat pump's own curve among them.
    """

    home: str
    name: str
    looked_at: datetime | None = None
    kept: bool = False
    reason: str = ""
    counts: dict[Result, int] = {}
    wrong: tuple[Finding, ...] = ()
    silent: tuple[Quiet, ...] = ()
    cops: tuple[PumpCop, ...] = ()
    commissioned: datetime | None = None
    version: int = 0
    drifted: int = 0
    alerts: tuple[Episode, ...] = ()

    @property
    def worst(self) -> Finding | None:
        """What is in the way first; None where nothing fails or warns."""
        return self.wrong[0] if self.wrong else None


def row(seen: Evidence, record: Record, kept: Sequence[Record] = ()) -> Row:
    """Return a home's row.

    Parameters
    ----------
    seen : Evidence
        What was looked at.
    record : Record
        What the checks found in it.
    kept : sequence of Record
        The home's runs that were kept, by version.

    Returns
    -------
    Row
        As it is found now.
    """
    quiet = [
        Quiet(
            device=one.device, since=None if one.heard_us is None else datetime.fromtimestamp(one.heard_us / 1e6, UTC)
        )
        for one in seen.sources
        if one.silent and one.mapped
    ]
    return msgspec.structs.replace(
        _of_record(record, kept),
        silent=tuple(sorted(quiet, key=lambda one: (one.since is not None, one.since or seen.now, one.device))),
        cops=tuple(PumpCop(name=name, cop=use.cop) for _, name, use in seen.uses()),
    )


def unseen(home: Home, kept: Sequence[Record] = (), *, reason: str = "") -> Row:
    """Return the row of a home that was not looked at yet, or could not be: what its last kept run said.

    Parameters
    ----------
    home : Home
        As its file states it.
    kept : sequence of Record
        Its runs that were kept, by version.
    reason : str
        Why it could not be looked at.
    """
    if not kept:
        return Row(home=home.id, name=home.name, reason=reason)
    return msgspec.structs.replace(_of_record(kept[-1], kept), name=home.name, kept=True, reason=reason)


def _of_record(record: Record, kept: Sequence[Record]) -> Row:
    return Row(
        home=record.home,
        name=record.name,
        looked_at=record.made_at,
        counts=record.counts,
        wrong=tuple(one for one in record.findings if one.result in ("fail", "warn")),
        commissioned=kept[-1].made_at if kept else None,
        version=kept[-1].version if kept else 0,
        drifted=len(drift(kept[0], record)) if kept else 0,
    )


Order = Literal["visit", "name", "silent", "changed", "commissioned"]
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_OTHERWISE: Final[dict[Order, Callable[[Row], Any]]] = {
    "visit": lambda _one: (),
    "name": lambda one: (one.name.casefold(),),
    "silent": lambda one: (not one.silent, *((one.silent[0].since or _FIRST,) if one.silent else ())),
    "changed": lambda one: (-one.drifted,),
    "commissioned": lambda one: (one.commissioned or _FIRST,),
}
"""By what rows are put first; among equals the one that needs a visit. Never commissioned stands before long ago."""


def ordered(rows: Iterable[Row], by: Order = "visit", check: str = "") -> list[Row]:
    """Return the rows in an order, among equals the home that needs a visit first.

    Parameters
    ----------
    rows : iterable of Row
        One a home.
    by : str
        visit: as `worst_first`; name; silent: the longest silent first; changed: most changed since its first run
        first; commissioned: the longest ago first.
    check : str
        As of `worst_first`.

    Returns
    -------
    list of Row
        All of them, or those that the check finds something wrong with.
    """
    return sorted(worst_first(rows, check), key=_OTHERWISE[by])


def worst_first(rows: Iterable[Row], check: str = "") -> list[Row]:
    """Return the rows in the order in which the homes need a visit.

    Parameters
    ----------
    rows : iterable of Row
        One a home.
    check : str
        The id of a check: only homes where it fails or warns, those where it fails first.

    Returns
    -------
    list of Row
        Homes where something fails, then those that could not be looked at (nobody knows what they hide), where an
        alert lasts or something warns, that were not looked at yet, and where all is well; among equals by how many
        fail, how many alerts last, how many devices are silent, how many warn, and by name.
    """
    told = [one for one in rows if not check or any(found.check == check for found in one.wrong)]
    return sorted(told, key=lambda one: _place(one, check))


def _place(one: Row, check: str) -> tuple[int, int, int, int, int, str, str]:
    fails, warns = (
        sum(found.result == result and check in ("", found.check) for found in one.wrong) for result in ("fail", "warn")
    )
    alerts, silent = (0, 0) if check else (len(one.alerts), len(one.silent))
    tiers = (fails > 0, bool(one.reason), alerts + silent + warns > 0, one.looked_at is None, True)
    return tiers.index(True), -fails, -alerts, -silent, -warns, one.name.casefold(), one.home


def checks_told(rows: Iterable[Row]) -> dict[str, tuple[str, int]]:
    """Return the checks that fail or warn anywhere: what each is called, and in how many homes, the most first.

    Parameters
    ----------
    rows : iterable of Row
        One a home.

    Returns
    -------
    dict of str to (str, int)
        Name and number of homes by the id of the check.
    """
    homes: dict[str, tuple[str, set[str]]] = {}
    for one in rows:
        for found in one.wrong:
            homes.setdefault(found.check, (found.name, set()))[1].add(one.home)
    order = sorted(homes, key=lambda check: (-len(homes[check][1]), homes[check][0]))
    return {check: (homes[check][0], len(homes[check][1])) for check in order}

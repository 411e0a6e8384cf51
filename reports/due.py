"""Which statements are made and whom they are still owed: asked every few minutes, so it reads ledgers and no books."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from heatledger.config import Config
from heatledger.cycles import cycle_at
from heatledger.home import Home
from heatledger.store.sent import Delivery, Key, Sent
from heatledger.store.state import Bill, Report, State
from heatledger.tariff.cycle import Cycle
from reports.post import is_due

BILL: Final = "bill"
"""The kind of letter that a statement is."""
SETTLES: Final = timedelta(hours=24)
"""A cycle closes so long after its end."""
_CYCLES: Final = 14


class Made(NamedTuple):
    """A statement that is made: of which cycle, which version, of which bill [currency], and its frozen Summary."""

    start: date
    end: date
    version: int
    total: str | None
    path: Path


class _Total(msgspec.Struct, frozen=True):
    total: str | None


class _Kept(msgspec.Struct, frozen=True):
    bill: _Total


def recipients(config: Config, home: str) -> tuple[str, ...]:
    """Return who gets a home's statements, by the settings: its own recipients, else everybody's; each once."""
    named = config.settings.reports.homes.get(home, config.settings.reports.to)
    return tuple(dict.fromkeys(address.lower() for address in named))


def last_over(home: Home, now: datetime) -> Cycle:
    """Return the newest cycle that is over and settled."""
    running = cycle_at(home.cycle, (now.astimezone(ZoneInfo(home.timezone)) - SETTLES).date())
    return cycle_at(home.cycle, running.start - timedelta(days=1))


def next_closing(home: Home, now: datetime) -> datetime:
    """Return when the next bill of a home closes, in its own time."""
    zone, end = ZoneInfo(home.timezone), last_over(home, now).end
    end = cycle_at(home.cycle, end).end
    return datetime(end.year, end.month, end.day, tzinfo=zone) + SETTLES


def unmade(state: State, home: str) -> list[Bill]:
    """Return the newest version of each closed bill that no statement tells of yet, oldest first, of the last year."""
    newest = {(row.start, row.end): row for row in state.bills(home)}
    told = {(row.start, row.end): row.made_at for row in state.reports(home)}
    found = [row for cycle, row in newest.items() if cycle not in told or told[cycle] < row.closed_at]
    return sorted(found, key=lambda row: row.start)[-_CYCLES:]


def lacks_a_bill(state: State, home: Home, now: datetime) -> Cycle | None:
    """Return the cycle that is over and has neither bill nor statement: its statement says why there is no bill."""
    cycle = last_over(home, now)
    known = {(row.start, row.end) for row in state.bills(home.id)}
    known |= {(row.start, row.end) for row in state.reports(home.id)}
    return None if (cycle.start, cycle.end) in known else cycle


def made(config: Config, state: State, home: str) -> list[Made]:
    """Return the newest statement of each cycle, oldest first."""
    newest = {(row.start, row.end): row for row in state.reports(home)}
    return [found for row in newest.values() if (found := _read(row, config.data_dir / "reports")) is not None]


def _read(row: Report, folder: Path) -> Made | None:
    path = folder / Path(row.path).with_suffix(".json").name
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
    except (OSError, msgspec.MsgspecError):  # taken away by a person: what is gone is sent to nobody
        return None
    return Made(row.start, row.end, row.version, kept.bill.total, path)


class Owed(NamedTuple):
    """A statement that is to be sent: its key, and the version that its recipient has, which it corrects."""

    key: Key
    statement: Made
    has: int | None


def owed(config: Config, home: Home, state: State, sent: Sent, now: datetime) -> list[Owed]:
    """Return what is to be sent now.

    Nobody gets a statement of a cycle that was over before they were entered, nor one below the threshold of
    corrections, nor in the hours before the one that the settings name.

    Parameters
    ----------
    config : Config
        Recipients, threshold and hour.
    home : Home
        Whose statements.
    state : State
        What was made.
    sent : Sent
        What was sent.
    now : datetime
        Aware.
    """
    settings, zone = config.settings.reports, ZoneInfo(home.timezone)
    people = [sent.meet(BILL, home.id, address, at=now) for address in recipients(config, home.id)]
    wanting = [person for person in people if person.stopped_at is None]
    if not wanting or now.astimezone(zone).hour < settings.hour:
        return []
    ledger = sent.deliveries(BILL, home.id)
    return [
        found
        for statement in made(config, state, home.id)
        for person in wanting
        if datetime(statement.end.year, statement.end.month, statement.end.day, tzinfo=zone) + SETTLES > person.since
        and (found := _owed(home.id, statement, person.recipient, ledger, settings.correction, now)) is not None
    ]


def asked_for(config: Config, home: Home, state: State, sent: Sent, now: datetime) -> list[Owed]:
    """Return what is to be sent where a person asks for it: the newest statement, to everybody who has it not."""
    people = [sent.meet(BILL, home.id, address, at=now) for address in recipients(config, home.id)]
    ledger, newest = sent.deliveries(BILL, home.id), made(config, state, home.id)[-1:]
    found = []
    for statement in newest:
        for person in (person for person in people if person.stopped_at is None):
            key = Key(BILL, home.id, statement.start, statement.end, person.recipient, statement.version)
            taken = [
                row
                for row in ledger
                if row.key._replace(version=0) == key._replace(version=0) and row.state == "accepted"
            ]
            if key not in {row.key for row in taken}:
                found.append(Owed(key, statement, taken[-1].key.version if taken else None))
    return found


def _same(one: Key, other: Key) -> bool:
    """Return whether two keys differ by their versions at most."""
    return one._replace(version=0) == other._replace(version=0)


def _owed(
    home: str, statement: Made, recipient: str, ledger: list[Delivery], threshold: Decimal, now: datetime
) -> Owed | None:
    key = Key(BILL, home, statement.start, statement.end, recipient, statement.version)
    mine = [row for row in ledger if _same(row.key, key)]
    if not is_due(next((row for row in mine if row.key == key), None), now):
        return None
    has = next((row for row in reversed(mine) if row.state == "accepted"), None)
    if has is not None and not _matters(has.total, statement.total, threshold):
        return None
    return Owed(key, statement, has.key.version if has else None)


def _matters(before: str | None, after: str | None, threshold: Decimal) -> bool:
    """Return whether a correction is worth a letter; that a bill is known at last always is."""
    if before is None or after is None:
        return before != after
    return abs(Decimal(after) - Decimal(before)) >= threshold

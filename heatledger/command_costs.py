"""What commands cost: the door between the log, the store's intervals and the rate plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

from heatledger import accounts
from heatledger.accounts import Account
from heatledger.control.cost import Cost, cost
from heatledger.control.history import Asked
from heatledger.cycles import cycle_at
from heatledger.days import Day, midnight
from heatledger.ledger import Ledger
from heatledger.marks import marked, worded
from heatledger.prices import prices_between
from heatledger.readings import INTERVAL_S
from heatledger.running import Plan
from heatledger.store import Store
from heatledger.tariff.marginal import Step

_AT_ONCE: Final = timedelta(days=7)
_LOOKBACK_S: Final = 86_400
_SETTLES: Final = timedelta(minutes=2)
"""So long after its end an interval is surely in the store."""
_NEVER: Final = marked("it never counted: nothing that came of it changed the device")
_DAY: Final = timedelta(days=1)


class Costed(msgspec.Struct, frozen=True, kw_only=True):
    """A request with what its zone used while it counted, and what that cost so far."""

    asked: Asked
    cost: Cost


def costed(ledger: Ledger, store: Store, asked: Sequence[Asked], *, now: datetime) -> list[Costed]:
    """Say what requests cost, read anew each time: the log keeps what was done, the store what was used.

    Parameters
    ----------
    ledger : Ledger
        The home's books.
    store : Store
        Its intervals.
    asked : sequence of Asked
        In order.
    now : datetime
        Aware.

    Raises
    ------
    StoreError
        If the store does not answer.
    """
    found: list[Costed] = []
    for group in _groups(asked):
        spans = [(row.start, _end(row, now)) for row in group if row.start is not None]
        if not spans:
            found += [Costed(asked=row, cost=_nothing(row)) for row in group]
            continue
        start, end = _aligned(min(low for low, _ in spans)), max(high for _, high in spans)
        account, prices = _account(ledger, store, start, end), prices_of(ledger, start, max(start, end), now)
        found += [Costed(asked=row, cost=_cost(ledger, account, row, prices, now)) for row in group]
    return found


def prices_of(ledger: Ledger, start: datetime, end: datetime, now: datetime) -> tuple[Step, ...] | None:
    """Return what one more kilowatt-hour cost through a span; None without a tariff.

    Parameters
    ----------
    ledger : Ledger
        The home's books.
    start, end, now : datetime
        Aware.
    """
    plan = ledger.plan(start - _DAY, now)
    if plan is None:
        return None
    return prices_between(ledger.home, plan, _used_before(ledger, plan, start, end, now), start, end)


def _used_before(ledger: Ledger, plan: Plan, start: datetime, end: datetime, now: datetime) -> dict[date, Day]:
    first = cycle_at(ledger.home.cycle, start.astimezone(plan.zone).date()).start
    opens, until = midnight(first, plan.zone), min(end, now)
    days = ledger.days(opens, until, now) if opens < until else []
    return {first + timedelta(days=number): day for number, day in enumerate(days)}


def _groups(asked: Iterable[Asked]) -> list[list[Asked]]:
    """Return requests in runs of a week, so that no question is for more intervals than that."""
    groups: list[list[Asked]] = []
    for row in asked:
        if groups and row.at - groups[-1][0].at <= _AT_ONCE:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _end(row: Asked, now: datetime) -> datetime:
    """Return the end of what is to be priced: of a command that counts still, the newest interval that is complete."""
    return row.end or _aligned(now - _SETTLES)


def _aligned(at: datetime) -> datetime:
    return datetime.fromtimestamp(int(at.timestamp()) // INTERVAL_S * INTERVAL_S, UTC)


def _account(ledger: Ledger, store: Store, start: datetime, end: datetime) -> Account:
    start_s = int(start.timestamp())
    end_s = -int(-end.timestamp() // INTERVAL_S) * INTERVAL_S
    blocks = store.intervals(ledger.home.id, start_s=start_s - _LOOKBACK_S, end_s=end_s, quantities=accounts.QUANTITIES)
    return accounts.account(ledger.home, blocks, start_s=start_s, end_s=max(end_s, start_s))


def _nothing(row: Asked) -> Cost:
    return Cost(reason=_NEVER if row.over else worded("it does not count yet"))


def _cost(ledger: Ledger, account: Account, row: Asked, prices: tuple[Step, ...] | None, now: datetime) -> Cost:
    if row.start is None:
        return _nothing(row)
    found = cost(ledger.home, account, row.zone, row.start, _end(row, now), prices or ())
    if prices is None and found.kwh is not None:
        mend = worded("no tariff: name one with tariff = in the home file")
        return msgspec.structs.replace(found, cost=None, cost_low=None, cost_high=None, reason=mend)
    return found

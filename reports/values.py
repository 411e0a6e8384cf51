"""The values of Home Assistant's entities: from a cycle's Summary, and of this minute from the newest readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from heatledger.draw import Part
from heatledger.hearing import LiveValue
from heatledger.home import Home
from heatledger.live import now
from heatledger.readings import SeriesKey
from reports.entities import Value

if TYPE_CHECKING:  # who only publishes needs no books
    from heatledger.summary import Summary


class Price(msgspec.Struct, frozen=True):
    """What a kilowatt-hour costs, and earns where it is exported, in a half-open span. [currency/kWh]."""

    start: datetime
    end: datetime
    rate: Decimal | None
    credit: Decimal | None
    period: str


class Figures(msgspec.Struct, frozen=True):
    """A home with what its books say, and the prices of the hours ahead."""

    home: Home
    values: tuple[Value, ...]
    prices: tuple[Price, ...]


class Told(msgspec.Struct, frozen=True):
    """What is to be told to Home Assistant: below which prefix, of which homes, with which link."""

    prefix: str
    page: str
    homes: tuple[Figures, ...]


def of_books(home: Home, summary: Summary) -> Figures:
    """Return what a cycle's Summary says of a home's entities.

    Parameters
    ----------
    home : Home
        Which.
    summary : Summary
        Of the running cycle.

    Returns
    -------
    Figures
        A value that is not known is None, with its reason.
    """
    ahead = summary.bill.price.ahead if summary.bill.price else ()
    prices = tuple(Price(step.start, step.end, step.rate, step.credit, step.period) for step in ahead)
    return Figures(home, tuple(_money(home, summary)) + tuple(_energy(summary)) + tuple(_cops(summary)), prices)


def _money(home: Home, summary: Summary) -> Iterator[Value]:
    bill, saved, begun = summary.bill, summary.baseline, summary.period.start.isoformat()
    seen = bill.outlook
    yield Value(
        kind="bill",
        value=_number(bill.total),
        last_reset=begun,
        attributes=_known(
            period_start=begun,
            period_end=summary.period.end.isoformat(),
            estimated_amount=_number(bill.estimated_amount),
            budget=_number(bill.budget),
            reason=bill.reason,
        ),
    )
    yield Value(
        kind="projected_bill",
        value=_number(bill.projected.p50),
        attributes=_known(
            low=_number(bill.projected.p10),
            high=_number(bill.projected.p90),
            chance_within_budget=seen.chance if seen else None,
            reason=seen.reason if seen else bill.reason,
        ),
    )
    yield Value(
        kind="saving",
        value=None if saved.refused else _number(saved.saving.p50),
        attributes=_known(
            against=home.compare,
            low=_number(saved.saving.p10),
            high=_number(saved.saving.p90),
            period_start=begun,
            reason=saved.refused,
        ),
    )


def _energy(summary: Summary) -> Iterator[Value]:
    begun, used = summary.period.start.isoformat(), summary.electricity
    yield Value(
        kind="energy",
        value=_rounded(used.kwh),
        last_reset=begun,
        attributes=_known(coverage=_rounded(used.coverage), estimated_kwh=_rounded(used.estimated_kwh)),
    )
    for zone, use in used.by_zone.items():
        attributes = _known(cost=_number(use.cost), known_by=use.split)
        yield Value(kind="zone_energy", part=zone, value=_rounded(use.kwh), last_reset=begun, attributes=attributes)


def _cops(summary: Summary) -> Iterator[Value]:
    for pump, use in summary.heat_pumps.items():
        cop = use.cop
        attributes = _known(
            low=_rounded(cop.low),
            high=_rounded(cop.high),
            confidence=0.9 if cop.low is not None else None,
            method=cop.method,
            boundary=cop.boundary,
            rung=cop.rung,
            work=cop.work,
            reason=cop.reason,
            period_start=summary.period.start.isoformat(),
        )
        yield Value(kind="cop", part=pump, value=_rounded(cop.value), attributes=attributes)


def of_now(figures: Figures, latest: Mapping[SeriesKey, LiveValue], *, at: datetime) -> list[Value]:
    """Return what the newest readings say of a home's entities.

    Parameters
    ----------
    figures : Figures
        The home, and the prices of the hours ahead.
    latest : mapping of SeriesKey to LiveValue
        The newest value of every series.
    at : datetime
        Aware.

    Returns
    -------
    list of Value
        A price that is older than its span is not known, and so is money then.
    """
    price = _price(figures.prices, at)
    rate, credit = (price.rate, price.credit) if price else (None, None)
    seen = now(figures.home, latest, rate=rate, credit=credit, at_us=int(at.timestamp() * 1e6))
    why = "" if rate is not None else seen.reason
    found = [
        Value(
            kind="price",
            value=None if rate is None else float(rate),
            attributes=_known(
                period=price.period if price else None,
                until=price.end.isoformat() if price else None,
                reason=why or None,
            ),
        ),
        *_draws("", seen.total, why, prefix=""),
    ]
    for zone in seen.zones:
        reason = why or (f"it shares a unit: {zone.group}" if zone.group else "")
        found += _draws(zone.id, zone.part, reason, prefix="zone_")
    return found


def _draws(part: str, drawn: Part, why: str, *, prefix: str) -> Iterator[Value]:
    known = _known(reason=drawn.reason or None) if drawn.watts is None else {}
    yield Value(kind=f"{prefix}power", part=part, value=_rounded(drawn.watts, 0), attributes=known)
    cost = None if drawn.cost is None else round(float(drawn.cost), 4)
    reasons = {} if cost is not None else _known(reason=drawn.reason or why or None)
    yield Value(kind=f"{prefix}cost_now", part=part, value=cost, attributes=reasons)


def _price(prices: Sequence[Price], at: datetime) -> Price | None:
    return next((price for price in prices if price.start <= at < price.end), None)


def _known(**attributes: Any) -> dict[str, Any]:  # noqa: ANN401 - numbers and words
    return {name: value for name, value in attributes.items() if value is not None}


def _number(amount: str | None) -> float | None:
    return None if amount is None else float(Decimal(amount))


def _rounded(value: float | None, digits: int = 3) -> float | None:
    return None if value is None else round(float(value), digits)

"""The head of the statement: subject, span, total, one sentence, and the three figures with how far to trust them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from heatledger import formatting as fmt
from heatledger.billed import Quantiles
from heatledger.home import Home
from heatledger.rounding import exactly, rounded
from heatledger.statement.tables import plain
from heatledger.summary import Cop, PumpUse, Summary


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the head: its label, its value (or Not known), the range beside it, and what it rests on."""

    label: str
    value: str
    aside: str
    note: str
    hue: str = "ink"


@dataclass(frozen=True, slots=True)
class Headline:
    """The head of the statement."""

    subject: str
    month: str
    dates: str
    title: str
    total: str
    sentence: str


def headline(summary: Summary, home: Home) -> Headline:
    """Return subject, span, total and sentence of a month.

    Parameters
    ----------
    summary : Summary
        The month.
    home : Home
        For its time zone.

    Returns
    -------
    Headline
        Printed strings.
    """
    first, last = local(summary.period.start, home), local(summary.period.end, home) - timedelta(microseconds=1)
    so_far = " so far" if summary.as_of < summary.period.end else ""
    month = fmt.month(first, year=False)
    total = fmt.money(summary.bill.total, summary.bill.currency)
    days = _days((last.date() - first.date()).days + 1)
    return Headline(
        subject=f"{month}{so_far}: {'bill not known' if summary.bill.total is None else total}",
        month=fmt.month(first),
        dates=f"{fmt.day(first)} – {fmt.day(last, year=True)} · {days}",
        title=f"Your {month} bill{so_far}",
        total=total,
        sentence=_sentence(summary, home),
    )


def local(time: datetime, home: Home) -> datetime:
    """Return a time as the home's clocks show it."""
    return time.astimezone(ZoneInfo(home.timezone))


def because(reason: str | None) -> str:
    """Return a reason as a sentence; one that is missing is said to be."""
    said = plain(reason or "the reason was not stated")
    return f"{said[0].upper()}{said[1:].rstrip('.')}."


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def _sentence(summary: Summary, home: Home) -> str:
    """Answer in one sentence what the month cost, or why that is not known."""
    bill, used = summary.bill, fmt.energy(summary.electricity.kwh)
    if bill.total is None:
        return f"{because(bill.reason)} Electricity used: {used}."
    end = min(summary.as_of, summary.period.end)
    last = local(end, home) - timedelta(microseconds=1)
    days = (last.date() - local(summary.period.start, home).date()).days + 1
    said = "Electricity used is not known" if summary.electricity.kwh is None else f"{used} of electricity"
    if days > 0:
        said += f" in {_days(days)}"
    if end == summary.period.end:
        said += f", {fmt.money(Decimal(bill.total) / days, bill.currency)} a day"
    if bill.estimated:
        said += "; a part of it is estimated"
    if end < summary.period.end and bill.projected.p10 is not None and bill.projected.p90 is not None:
        low, high = (fmt.whole_money(edge, bill.currency) for edge in (bill.projected.p10, bill.projected.p90))
        said += f". Heading for {low}–{high}"
    return f"{said}."


def figures(summary: Summary, home: Home) -> list[Figure]:
    """Return heat pumps, COP and saving: each known with its trust, or not known with its reason.

    Parameters
    ----------
    summary : Summary
        The month.
    home : Home
        Which heat pumps there are; without any, only the saving is spoken of.

    Returns
    -------
    list of Figure
        In the order of the statement.
    """
    saved = _saving(summary)
    if not home.heat_pumps:
        return [saved]
    uses = [summary.heat_pumps.get(pump.id) for pump in home.heat_pumps]
    return [_heat_pumps(uses, summary.electricity.kwh), _cop([use for use in uses if use is not None]), saved]


def _heat_pumps(uses: list[PumpUse | None], whole_kwh: float | None) -> Figure:
    known = [use.electricity_kwh for use in uses if use is not None and use.electricity_kwh is not None]
    if not known:
        return Figure("Heat pumps", fmt.NOT_KNOWN, "", "No meter of a heat pump was heard.")
    part = f"{fmt.share(sum(known) / whole_kwh)} of the electricity" if whole_kwh else ""
    if len(known) < len(uses):
        return Figure("Heat pumps, at least", fmt.energy(sum(known)), "", f"{len(known)} of {len(uses)} were heard")
    return Figure("Heat pumps", fmt.energy(sum(known)), "", part)


def _cop(uses: list[PumpUse]) -> Figure:
    """Return the COP of the only unit, or the span of several units' COPs; a mean of ratios is none."""
    known = [use for use in uses if use.cop.value is not None]
    hue = "heat" if any(use.heat_kwh for use in known) else "cool" if any(use.cooling_kwh for use in known) else "ink"
    if not known:
        return Figure("COP", fmt.NOT_KNOWN, "", because(next((use.cop.reason for use in uses if use.cop.reason), None)))
    if len(known) == 1:
        cop = known[0].cop
        value, _, aside = fmt.cop(cop.value, cop.low, cop.high).partition(" ")
        return Figure("COP" if len(uses) == 1 else "COP of the one known", value, aside.strip("()"), basis(cop), hue)
    values = sorted(use.cop.value for use in known if use.cop.value is not None)
    return Figure(
        "COP, by unit", f"{fmt.cop(values[0])}–{fmt.cop(values[-1])}", "", "each unit with its range below", hue
    )


def basis(cop: Cop) -> str:
    """Return what a COP rests on: method, boundary and how sure."""
    sure = "90% sure" if cop.low is not None and cop.high is not None else ""
    return " · ".join(part for part in (cop.method, cop.boundary, sure) if part)


def _saving(summary: Summary) -> Figure:
    baseline, currency = summary.baseline, summary.bill.currency
    against = f" vs {plain(baseline.system)}" if baseline.system else ""
    middle = exactly(baseline.saving.p50)
    if baseline.refused is not None or middle is None:
        return Figure(f"Saved{against}", fmt.NOT_KNOWN, "", because(baseline.refused))
    label, note = ("Cost" if rounded(middle, 0) < 0 else "Saved") + against, "8 chances in 10"
    return Figure(label, _more_or_less(middle, currency), _range(baseline.saving, currency), note)


def _more_or_less(saving: Decimal, currency: str) -> str:
    more = rounded(saving, 0) < 0
    return f"{fmt.whole_money(abs(saving), currency)}{' more' if more else ''}"


def _range(saving: Quantiles, currency: str) -> str:
    """Return P10–P90; a range with a side that costs more says so on that side, never with a minus."""
    low, high = exactly(saving.p10), exactly(saving.p90)
    if low is None or high is None:
        return ""
    if rounded(low, 0) >= 0:
        return f"{fmt.whole_money(low, currency)}–{fmt.whole_money(high, currency)}"
    if rounded(high, 0) <= 0:
        return f"{fmt.whole_money(abs(high), currency)}–{fmt.whole_money(abs(low), currency)} more"
    return f"{_more_or_less(low, currency)} to {fmt.whole_money(high, currency)} less"

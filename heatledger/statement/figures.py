"""The figures under the head: heat pumps, COP and saving, each with how far to trust it, or why it is not known."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from heatledger import formatting as fmt
from heatledger.billed import Quantiles
from heatledger.home import Home
from heatledger.retelling import retold
from heatledger.rounding import exactly, rounded
from heatledger.statement.headline import because
from heatledger.statement.tables import plain
from heatledger.summary import Cop, PumpUse, Summary
from heatledger.wording import say


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the head: its label, its value (or why there is none), the range beside it, what it rests on."""

    label: str
    value: str
    aside: str
    note: str
    hue: str = "ink"
    known: bool = True


def figures(summary: Summary, home: Home) -> list[Figure]:
    """Return heat pumps, COP and saving: each known with its trust, or not known with its reason.

    Parameters
    ----------
    summary : Summary
        The bill.
    home : Home
        Which heat pumps there are; without any, only the saving is spoken of.

    Returns
    -------
    list of Figure
        In the order of the statement.
    """
    saved = saving(summary)
    if not home.heat_pumps:
        return [saved]
    uses = [summary.heat_pumps.get(pump.id) for pump in home.heat_pumps]
    return [_heat_pumps(summary, home), cop([use for use in uses if use is not None]), saved]


def unknown(label: str, note: str) -> Figure:
    """Return a figure that is not known, and why."""
    return Figure(label, say(fmt.NOT_KNOWN), "", note, known=False)


def _heat_pumps(summary: Summary, home: Home) -> Figure:
    """Return what the heat pumps cost where every one's meter was heard, else what they used."""
    bill, used = summary.bill, summary.electricity
    costs = [used.by_meter_cost.get(pump.meter) for pump in home.heat_pumps]
    known = [Decimal(cost) for cost in costs if cost is not None]
    if bill.total is None or len(known) < len(costs):
        return _electricity([summary.heat_pumps.get(pump.id) for pump in home.heat_pumps], used.kwh)
    cost, whole = sum(known, Decimal(0)), Decimal(bill.total)
    part = say("{share} of the bill", share=fmt.share(cost / whole)) if whole > 0 else ""
    return Figure(say("Heat pumps"), fmt.money(cost, bill.currency), "", part)


def _electricity(uses: list[PumpUse | None], whole_kwh: float | None) -> Figure:
    known = [use.electricity_kwh for use in uses if use is not None and use.electricity_kwh is not None]
    if not known:
        return unknown(say("Heat pumps"), say("No meter of a heat pump was heard."))
    if len(known) < len(uses):
        heard = say("{known} of {all} were heard", known=len(known), all=len(uses))
        return Figure(say("Heat pumps, at least"), fmt.energy(sum(known)), "", heard)
    part = say("{share} of the electricity", share=fmt.share(sum(known) / whole_kwh)) if whole_kwh else ""
    return Figure(say("Heat pumps"), fmt.energy(sum(known)), "", part)


def cop(uses: list[PumpUse]) -> Figure:
    """Return the COP of the only unit, or the span of several units' COPs; a mean of ratios is none."""
    known = [use for use in uses if use.cop.value is not None]
    hue = "heat" if any(use.heat_kwh for use in known) else "cool" if any(use.cooling_kwh for use in known) else "ink"
    if not known:
        return unknown(say("COP"), because(next((use.cop.reason for use in uses if use.cop.reason), None)))
    if len(known) == 1:
        found = known[0].cop
        value, _, aside = fmt.cop(found.value, found.low, found.high).partition(" ")
        label = say("COP") if len(uses) == 1 else say("COP of the one known")
        return Figure(label, value, aside.strip("()"), basis(found), hue)
    values = sorted(use.cop.value for use in known if use.cop.value is not None)
    span = "–".join(dict.fromkeys((fmt.cop(values[0]), fmt.cop(values[-1]))))
    return Figure(say("COP, by unit"), span, "", say("each unit with its range below"), hue)


def basis(found: Cop) -> str:
    """Return what a COP rests on: method, boundary and how sure."""
    sure = say("{share} sure", share=fmt.share(0.9)) if found.low is not None and found.high is not None else ""
    return " · ".join(part for part in (retold(found.method), found.boundary, sure) if part)


def saving(summary: Summary) -> Figure:
    """Return what was saved, or cost more, against the system that the home is compared with."""
    baseline, currency = summary.baseline, summary.bill.currency
    against = beside(summary)
    middle = exactly(baseline.saving.p50)
    if baseline.refused is not None or middle is None:
        label = say("Saved vs {system}", system=against) if against else say("Saved")
        return unknown(label, because(baseline.refused))
    costs = rounded(middle, 0) < 0
    label = say("Cost vs {system}", system=against) if costs else say("Saved vs {system}", system=against)
    return Figure(label, more_or_less(middle, currency), span_of(baseline.saving, currency), say("8 chances in 10"))


def beside(summary: Summary) -> str:
    """Return what the home is compared with, as it is called in a sentence; empty without."""
    baseline = summary.baseline
    names = {row.system: row.name for row in baseline.alternatives}
    return plain(retold(names.get(baseline.system or "", baseline.system)))


def more_or_less(amount: Decimal, currency: str) -> str:
    """Return modelled money in whole units; what is below zero is said to cost more, never with a minus."""
    whole = fmt.whole_money(abs(amount), currency)
    return say("{amount} more", amount=whole) if rounded(amount, 0) < 0 else whole


def span_of(saved: Quantiles, currency: str) -> str:
    """Return P10–P90; a range with a side that costs more says so on that side."""
    low, high = exactly(saved.p10), exactly(saved.p90)
    if low is None or high is None:
        return ""
    if rounded(low, 0) >= 0:
        return f"{fmt.whole_money(low, currency)}–{fmt.whole_money(high, currency)}"
    if rounded(high, 0) <= 0:
        least, most = (fmt.whole_money(abs(edge), currency) for edge in (high, low))
        return say("{low}–{high} more", low=least, high=most)
    most = fmt.whole_money(high, currency)
    return say("{dearer} to {cheaper} less", dearer=more_or_less(low, currency), cheaper=most)

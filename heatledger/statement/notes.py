"""What stands under the statement's tables: each heat pump, the doubts, how it was measured, and what it is not."""

from __future__ import annotations

from heatledger import formatting as fmt
from heatledger.home import Home
from heatledger.statement.headline import basis, because, local
from heatledger.statement.tables import plain
from heatledger.summary import PumpUse, Summary

_NOT_AN_INVOICE = "This is not an invoice: your utility's bill is the one you owe."
_HOW_COUNTED = (
    "Electricity is read from the meters' own counters where they have one, else from power over time; "
    "a gap is shown, never filled."
)
_BOUNDARIES = {
    "H1": "the refrigeration unit alone",
    "H2": "the unit with its source fan or pump",
    "H3": "the unit with its back-up heater",
    "H4": "all the unit draws",
}
_SEVERITIES = {"fail": "Act now", "warn": "Check", "info": "Note"}


def pumps(summary: Summary, home: Home) -> list[tuple[str, str]]:
    """Return for each heat pump its name and, in one line, what it used, gave and how often it ran."""
    return [
        (plain(pump.name or pump.id), _pump(summary.heat_pumps[pump.id]))
        for pump in home.heat_pumps
        if pump.id in summary.heat_pumps
    ]


def _pump(use: PumpUse) -> str:
    cop = use.cop
    ratio = f"COP not known. {because(cop.reason)}" if cop.value is None else _known_cop(use)
    counts = (
        (use.starts, "start", "starts"),
        (use.defrosts, "defrost", "defrosts"),
    )
    facts = [
        f"{fmt.energy(use.electricity_kwh)} used" if use.electricity_kwh is not None else "electricity not known",
        *(
            f"{fmt.energy(kwh)} of {what}"
            for kwh, what in ((use.heat_kwh, "heat"), (use.cooling_kwh, "cooling"))
            if kwh
        ),
        *(f"{fmt.number(count, 0)} {one if count == 1 else many}" for count, one, many in counts if count is not None),
        *([f"{fmt.power(use.standby_w)} on standby"] if use.standby_w is not None else []),
    ]
    return f"{', '.join(facts)}. {ratio}"


def _known_cop(use: PumpUse) -> str:
    cop = use.cop
    meaning = f" {cop.boundary}: {_BOUNDARIES[cop.boundary]}." if cop.boundary in _BOUNDARIES else ""
    return f"COP {fmt.cop(cop.value, cop.low, cop.high)} · {basis(cop)}.{meaning}"


def doubts(summary: Summary) -> list[tuple[str, str]]:
    """Return the issues of the month, worst first: what to do about it, and what it is."""
    order = list(_SEVERITIES)
    found = sorted(summary.issues, key=lambda issue: order.index(issue.severity) if issue.severity in order else 0)
    return [
        (
            _SEVERITIES.get(issue.severity, "Check"),
            " ".join(because(text) for text in (issue.message, issue.fix) if text),
        )
        for issue in found
    ]


def measured(summary: Summary, home: Home, month: str) -> list[str]:
    """Return how the month was measured, a paragraph each, ending in what the statement is not."""
    return [
        _coverage(summary, month),
        *_estimated(summary),
        *_meters(summary, home),
        *_rooms(summary, home),
        _HOW_COUNTED,
        f"{_NOT_AN_INVOICE} As of {_as_of(summary, home)}.",
    ]


def _coverage(summary: Summary, month: str) -> str:
    heard = summary.electricity.coverage
    so_far = " so far" if summary.as_of < summary.period.end else ""
    if heard >= 1:
        return f"All of {month}{so_far} was measured."
    span = (min(summary.as_of, summary.period.end) - summary.period.start).total_seconds()
    silent = fmt.duration(max(0.0, (1 - heard) * span))
    return f"{fmt.coverage(heard)} of {month}{so_far} was measured; {silent} silent."


def _estimated(summary: Summary) -> list[str]:
    kwh = summary.electricity.estimated_kwh
    if kwh > 0:
        bill = ", and so is its part of the bill" if summary.bill.total is not None else ""
        return [f"{fmt.energy(kwh)} is estimated{bill}."]
    return ["A part of the bill is estimated."] if summary.bill.estimated else []


def _meters(summary: Summary, home: Home) -> list[str]:
    names = {meter.id: plain(meter.name or meter.id) for meter in home.meters}
    read = [f"{names.get(meter, meter)} {fmt.energy(kwh)}" for meter, kwh in summary.electricity.by_meter.items()]
    return [f"Meters: {'; '.join(read)}."] if read else []


def _rooms(summary: Summary, home: Home) -> list[str]:
    names = {zone.id: plain(zone.name) for zone in home.zones}
    ways: dict[str, list[str]] = {}
    for zone, use in summary.electricity.by_zone.items():
        if use.split:
            ways.setdefault(use.split, []).append(names.get(zone, zone))
    said = [f"{', '.join(zones)} by {plain(way)}" for way, zones in ways.items()]
    return [f"Rooms: {'; '.join(said)}."] if said else []


def _as_of(summary: Summary, home: Home) -> str:
    time = local(summary.as_of, home)
    return f"{fmt.day(time, year=True)}, {fmt.clock(time)}"

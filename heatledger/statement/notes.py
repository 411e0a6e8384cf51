"""What stands under the statement's tables: each heat pump, the doubts, how it was measured, and what it is not."""

from __future__ import annotations

from typing import Final

from heatledger import formatting as fmt
from heatledger.home import Home
from heatledger.marks import marked
from heatledger.retelling import retold
from heatledger.statement.each_day import silent_days
from heatledger.statement.figures import basis
from heatledger.statement.headline import because, days_of, local
from heatledger.statement.tables import plain
from heatledger.summary import PumpUse, Summary
from heatledger.wording import say, say_many

_BOUNDARIES: Final = {
    "H1": marked("H1: the refrigeration unit alone."),
    "H2": marked("H2: the unit with its source fan or pump."),
    "H3": marked("H3: the unit with its back-up heater."),
    "H4": marked("H4: all the unit draws."),
}
_SEVERITIES: Final = {"fail": marked("Act now"), "warn": marked("Check"), "info": marked("Note")}
_MOST_DAYS: Final = 3


def pumps(summary: Summary, home: Home) -> list[tuple[str, str]]:
    """Return for each heat pump its name and, in one line, what it used, gave and how often it ran."""
    return [
        (plain(pump.name or pump.id), _pump(summary.heat_pumps[pump.id]))
        for pump in home.heat_pumps
        if pump.id in summary.heat_pumps
    ]


def _pump(use: PumpUse) -> str:
    facts = [
        say("{energy} used", energy=fmt.energy(use.electricity_kwh))
        if use.electricity_kwh is not None
        else say("electricity not known"),
        *([say("{energy} of heat", energy=fmt.energy(use.heat_kwh))] if use.heat_kwh else []),
        *([say("{energy} of cooling", energy=fmt.energy(use.cooling_kwh))] if use.cooling_kwh else []),
        *_counted(use),
        *([say("{power} on standby", power=fmt.power(use.standby_w))] if use.standby_w is not None else []),
    ]
    cop = say("COP not known. {reason}", reason=because(use.cop.reason)) if use.cop.value is None else _known_cop(use)
    return f"{', '.join(facts)}. {cop}"


def _counted(use: PumpUse) -> list[str]:
    said = []
    if use.starts is not None:
        said.append(say_many("{count} start", "{count} starts", use.starts, count=fmt.number(use.starts, 0)))
    if use.defrosts is not None:
        said.append(say_many("{count} defrost", "{count} defrosts", use.defrosts, count=fmt.number(use.defrosts, 0)))
    return said


def _known_cop(use: PumpUse) -> str:
    cop = use.cop
    meaning = f" {say(_BOUNDARIES[cop.boundary])}" if cop.boundary in _BOUNDARIES else ""
    return say("COP") + f" {fmt.cop(cop.value, cop.low, cop.high)} · {basis(cop)}.{meaning}"


def boundaries(summary: Summary) -> list[str]:
    """Return what the boundaries of the summary's COPs mean, each once."""
    found = {use.cop.boundary for use in summary.heat_pumps.values() if use.cop.value is not None}
    return [say(meaning) for name, meaning in _BOUNDARIES.items() if name in found]


def doubts(summary: Summary) -> list[tuple[str, str, str]]:
    """Return the issues, worst first: severity, the word for it, and what it is with its mend."""
    order = list(_SEVERITIES)
    found = sorted(summary.issues, key=lambda issue: order.index(issue.severity) if issue.severity in order else 0)
    return [
        (
            issue.severity,
            say(_SEVERITIES.get(issue.severity, "Check")),
            " ".join(because(text) for text in (issue.message, issue.fix) if text),
        )
        for issue in found
    ]


def measured(summary: Summary, home: Home) -> list[str]:
    """Return how it was measured, a paragraph each, ending in what a statement is not."""
    when = say("As of {day}, {time}.", day=fmt.day(local(summary.as_of, home), year=True), time=_clock(summary, home))
    return [
        " ".join([coverage(summary, home), *estimated(summary)]),
        *_meters(summary, home),
        *_rooms(summary, home),
        say(
            "Electricity is read from the meters’ own counters where they have one, else from power over time; "
            "a gap is shown, never filled."
        ),
        f"{not_an_invoice()} {when}",
    ]


def not_an_invoice() -> str:
    """Return what a statement is not."""
    return say("This is not an invoice: your utility’s bill is the one you owe.")


def _clock(summary: Summary, home: Home) -> str:
    return fmt.clock(local(summary.as_of, home))


def coverage(summary: Summary, home: Home) -> str:
    """Return how much of the span was measured, and which days had the silences."""
    first, last = days_of(summary, home)
    heard, span = summary.electricity.coverage, f"{fmt.day(first)} – {fmt.day(last, year=True)}"
    if heard >= 1:
        return say("All of {span} was measured.", span=span)
    seconds = (min(summary.as_of, summary.period.end) - summary.period.start).total_seconds()
    silent = fmt.duration(max(0.0, (1 - heard) * seconds))
    said = say("{share} of {span} was measured; {silent} silent.", share=fmt.coverage(heard), span=span, silent=silent)
    days = silent_days(summary.bill)
    if 0 < len(days) <= _MOST_DAYS:
        return said + " " + say("Silent on {days}.", days=", ".join(fmt.day(day.day) for day in days))
    return said


def estimated(summary: Summary) -> list[str]:
    """Return what is estimated, in energy and money, and why the bill says so; nothing where all was counted."""
    bill, kwh = summary.bill, summary.electricity.estimated_kwh
    said = [say("{energy} is estimated.", energy=fmt.energy(kwh))] if kwh > 0 else []
    if bill.estimated_amount is not None and bill.estimated:
        said.append(say("{amount} of the bill is estimated.", amount=fmt.money(bill.estimated_amount, bill.currency)))
    elif bill.estimated:
        said.append(say("A part of the bill is estimated."))
    return [*said, *(because(note) for note in bill.notes)] if bill.estimated else said


def _meters(summary: Summary, home: Home) -> list[str]:
    names = {meter.id: plain(meter.name or meter.id) for meter in home.meters}
    read = [f"{names.get(meter, meter)} {fmt.energy(kwh)}" for meter, kwh in summary.electricity.by_meter.items()]
    return [say("Meters: {list}.", list="; ".join(read))] if read else []


def _rooms(summary: Summary, home: Home) -> list[str]:
    names = {zone.id: plain(zone.name) for zone in home.zones}
    ways: dict[str, list[str]] = {}
    for zone, use in summary.electricity.by_zone.items():
        if use.split:
            ways.setdefault(use.split, []).append(names.get(zone, zone))
    said = [say("{rooms} by {way}", rooms=", ".join(zones), way=plain(retold(way))) for way, zones in ways.items()]
    return [say("Rooms: {list}.", list="; ".join(said))] if said else []

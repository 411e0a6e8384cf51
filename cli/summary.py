"""`heatledger summary`: the Summary of a period, as words or as JSON."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import typer

from cli.books import asked_span, books
from cli.options import (
    ConfigOption,
    FromOption,
    HomeOption,
    JsonOption,
    PeriodOption,
    ToOption,
    utc_now,
)
from heatledger import formatting
from heatledger.baseline.compared import BaselineSummary
from heatledger.billed import BillSummary
from heatledger.home import Home
from heatledger.summary import Summary


def summary(
    home: HomeOption = None,
    period: PeriodOption = None,
    since: FromOption = None,
    until: ToOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Say what a period used, what it costs, and what is not known."""
    now = utc_now()
    with books(home, config) as (ledger, _):
        start, end = asked_span(ledger, period, since, until, now)
        found = ledger.summary(start, end, now=now)
    typer.echo(msgspec.json.format(msgspec.json.encode(found)) if as_json else "\n".join(_words(found, ledger.home)))


def _words(found: Summary, home: Home) -> list[str]:
    used, bill = found.electricity, found.bill
    names = {zone.id: zone.name for zone in home.zones}
    money = formatting.money
    rows = [
        (f"{home.name}, {formatting.day(found.period.start)} to {formatting.day(found.period.end)} (not included)", ""),
        ("Used", formatting.energy(used.kwh)),
        ("Heard", formatting.coverage(used.coverage)),
        *((f"  {names[zone]}", _pair(row.kwh, row.cost, bill.currency)) for zone, row in used.by_zone.items()),
        ("  Not in any zone", _pair(used.unallocated_kwh, used.unallocated_cost, bill.currency)),
        *([("  By time, not by use", money(used.fixed_cost, bill.currency))] if used.fixed_cost is not None else []),
        *_meters(found, home),
        *(
            (f"  {line.label}", f"{line.quantity} {line.unit} × {line.rate} = {money(line.amount, bill.currency)}")
            for line in bill.lines
        ),
        ("Bill", money(bill.total, bill.currency) if bill.total else f"Not known: {bill.reason}"),
        *(("Estimated", note) for note in bill.notes),
        *_owed(bill),
        *_ahead(bill),
        *_before(bill),
        *((f"COP {pump}", _cop(row.cop.value, row.cop.reason)) for pump, row in found.heat_pumps.items()),
        *_saving(found.baseline, bill.currency),
        *((f"{issue.severity}: {issue.message}", issue.fix) for issue in found.issues),
    ]
    width = max(len(label) for label, text in rows if not label.startswith(("info", "warn", "fail")) and text)
    return [f"{label:<{width}}  {text}".rstrip() if text else label for label, text in rows]


def _ahead(bill: BillSummary) -> list[tuple[str, str]]:
    """Return where the cycle is heading, whether the budget holds, and what the next kilowatt-hour costs."""
    whole, currency, rows = formatting.whole_money, bill.currency, list[tuple[str, str]]()
    outlook, price = bill.outlook, bill.price
    if outlook and outlook.projected.p50 is not None:
        low, middle, high = (whole(outlook.projected.p10, currency), whole(outlook.projected.p50, currency),
                             whole(outlook.projected.p90, currency))  # fmt: skip
        rows.append(("Heading for", f"{low}–{high}, most likely {middle}"))
    elif outlook:
        known = f"; known from {formatting.day(outlook.known_from)}" if outlook.known_from else ""
        rows.append(("Heading for", f"Not known: {outlook.reason}{known}"))
    if outlook and bill.budget is not None and outlook.chance is not None:
        rows.append(("Budget", f"{whole(bill.budget, currency)}, held in {formatting.share(outlook.chance)} of cases"))
    if price and price.rate is not None:
        rows.append(("Next kWh", f"{formatting.full_rate(price.rate, currency)} ({price.period})"))
    if bill.closed:
        rows.append(("Closed", f"version {bill.closed.version}, {formatting.money(bill.closed.total, currency)}"))
    if bill.utility:
        rows.append(("Utility", f"{formatting.money(bill.utility.total, currency)}, {bill.utility.likely}"))
    return rows


def _meters(found: Summary, home: Home) -> list[tuple[str, str]]:
    """Return each meter's energy and money, those below another one set in."""
    used, names = found.electricity, {meter.id: meter.name or meter.id for meter in home.meters}
    parents = {meter.id: meter.parent for meter in home.meters}
    rows = []
    for meter, kwh in used.by_meter.items():
        above, depth = parents.get(meter), 1
        while above is not None:
            above, depth = parents.get(above), depth + 1
        said = _pair(kwh, used.by_meter_cost.get(meter), found.bill.currency) if kwh is not None else "Not heard"
        rows.append(("  " * depth + f"Meter {names[meter]}", said))
    if used.unmetered_cost is not None:
        rows.append(("  On no meter of its own", formatting.money(used.unmetered_cost, found.bill.currency)))
    return rows


def _owed(bill: BillSummary) -> list[tuple[str, str]]:
    """Return what is to be paid, where that is not the total, and what is carried to the next bill."""
    rows, carried = list[tuple[str, str]](), bill.carried
    if bill.payable is not None:
        rows.append(("To pay", formatting.money(bill.payable, bill.currency)))
    if carried and carried.budget_balance is not None:
        owed = Decimal(carried.budget_balance)
        said = f"{formatting.money(abs(owed), bill.currency)} {'owed beyond it' if owed > 0 else 'paid ahead'}"
        rows.append(("Budget account", said))
    if carried and carried.money is not None:
        rows.append(("Carried forward", formatting.money(carried.money, bill.currency)))
    rows += [("Carried forward", f"{kwh} kWh ({name})") for name, kwh in (carried.kwh or {} if carried else {}).items()]
    return rows


def _before(bill: BillSummary) -> list[tuple[str, str]]:
    """Return how this bill differs from the one before, and why."""
    before = bill.before
    if before is None:
        return []
    if before.difference is None:
        return [("Last bill", f"Not compared: {before.reason}")]
    money = formatting.money
    said = f"{money(before.compared, bill.currency)} after {before.days} days, now {money(before.now, bill.currency)}"
    causes = [(f"  {row.cause}", money(row.amount, bill.currency) if row.amount else f"Not known: {row.reason}")
              for row in before.because]  # fmt: skip
    return [("Last bill", said), *causes]


def _saving(found: BaselineSummary, currency: str) -> list[tuple[str, str]]:
    """Return the saving with its range and its odds, and what it is against."""
    if found.refused or found.saving.p50 is None:
        return [("Saving", f"Not known: {found.refused}")]
    low, middle, high = (
        formatting.whole_money(figure, currency) for figure in (found.saving.p10, found.saving.p50, found.saving.p90)
    )
    return [
        ("Saving", f"{middle} ({low} to {high}), above zero in {formatting.share(found.chance)} of cases"),
        ("", f"{found.sentence}"),
    ]


def _pair(kwh: float | None, cost: str | None, currency: str) -> str:
    return formatting.energy(kwh) + (f"  {formatting.money(cost, currency)}" if cost is not None else "")


def _cop(value: float | None, reason: str | None) -> str:
    return f"Not known: {reason}" if value is None else formatting.cop(value)

"""`heatledger close` closes the bills that are due; `heatledger reconcile` holds one against the utility's."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ElementTree
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from cli.books import books
from cli.options import CommandError, ConfigOption, HomeOption, JsonOption, utc_now
from heatledger import closing, formatting
from heatledger import reconcile as comparing
from heatledger.cycles import cycle_at
from heatledger.importers import ImportFileError, green_button
from heatledger.ledger import Ledger
from heatledger.reconcile import Reconciliation, UtilityBill, UtilityLine
from heatledger.summary import Summary

CycleOption = Annotated[str, typer.Option("--cycle", help="A day of the billing cycle, as 2026-10-03.")]
TotalOption = Annotated[str | None, typer.Option("--total", help="What the utility asks in all.")]
LinesOption = Annotated[Path | None, typer.Option("--lines", help="CSV of its lines: label,amount[,quantity].")]
GreenOption = Annotated[
    Path | None, typer.Option("--green-button", help="The utility's own meter data as Green Button XML.")
]
_ESPI: Final = "{http://naesb.org/espi}"
_ESPI_MONEY: Final = Decimal("0.00001")
_DAY_S: Final = 86_400


def close(home: HomeOption = None, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Close every billing cycle that ended more than a day ago; a closed bill that changed gets a new version."""
    with books(home, config) as (ledger, _):
        made = closing.close_due(ledger, now=utc_now())
        currency = ledger.home.currency
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode({"closed": made})))
        return
    for row in made:
        total = formatting.money(row.total, currency)
        typer.echo(f"{row.start} to {row.end} (not included), version {row.version}: {total}, {row.reason}")
        for change in row.changes:
            before, after = (formatting.money(at, currency) if at else "none" for at in (change.before, change.after))
            rate = f" at {change.rate}, was {change.rate_before}" if change.rate_before else ""
            typer.echo(f"  {change.label}{rate}: {before} → {after}")
    if not made:
        typer.echo("nothing to close, and no closed bill has changed")


def reconcile(
    cycle: CycleOption,
    total: TotalOption = None,
    lines: LinesOption = None,
    green: GreenOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Hold the bill of a cycle against the utility's: the difference, line by line, and what it most likely is."""
    day = _day(cycle)
    with books(home, config) as (ledger, _):
        now, mine = utc_now(), cycle_at(ledger.home.cycle, day)
        bounds = ledger.bounds(mine)
        if bounds[1] > now:
            last = mine.end - timedelta(days=1)
            raise CommandError(f"the cycle of {mine.start} to {last}: its bill can be compared when it is over")
        theirs = _theirs(ledger, total, lines, green, bounds)
        summary = ledger.summary(*bounds, now=now)
        if summary.bill.total is None:
            raise CommandError(f"no bill of {mine.start} to {mine.end}: {summary.bill.reason}")
        found = comparing.reconcile(mine.start, mine.end, summary.bill.lines, theirs, kwh=_imported(ledger, summary))
        ledger.state.add_reconciliation(
            ledger.home.id, mine.start, mine.end, made_at=now, body=msgspec.json.encode(found)
        )
        exact = comparing.accuracy(comparing.newest(ledger.state.reconciliations(ledger.home.id)))
    body = {**msgspec.to_builtins(found), "accuracy": None if exact is None else str(exact)}
    typer.echo(
        msgspec.json.format(msgspec.json.encode(body)) if as_json else "\n".join(_words(found, exact, ledger)), nl=True
    )


def _words(found: Reconciliation, exact: Decimal | None, ledger: Ledger) -> list[str]:
    def money(amount: str | None) -> str:
        return "none" if amount is None else formatting.money(amount, ledger.home.currency)

    rows = [f"{found.start} to {found.end} (not included): ours {money(found.ours)}, theirs {money(found.theirs)}"]
    rows += [f"Difference {money(found.difference)}: {found.likely}"]
    rows += [
        f"  {line.label}: ours {money(line.ours)}, theirs {money(line.theirs)}{f', {line.likely}' * bool(line.likely)}"
        for line in found.lines
    ]
    return rows + ([] if exact is None else [f"Accuracy over all bills compared: {formatting.share(exact, digits=2)}"])


def _imported(ledger: Ledger, summary: Summary) -> Decimal:
    meters = [meter.id for meter in ledger.home.meters if meter.role == "import"]
    return sum((Decimal(repr(summary.electricity.by_meter.get(name) or 0.0)) for name in meters), Decimal(0))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"cycle: {text!r} is not a date; write one of its days, as 2026-10-03") from error


def _theirs(
    ledger: Ledger, total: str | None, lines: Path | None, green: Path | None, bounds: tuple[datetime, datetime]
) -> UtilityBill:
    rows = _read_lines(lines) if lines else ()
    asked, kwh = (None if total is None else _amount(total, "total")), None
    if asked is None and rows:
        asked = sum((row.amount for row in rows), Decimal(0))
    if green:
        kwh, billed = _read_green(green, ledger, bounds)
        asked = billed if asked is None else asked
    if asked is None:
        raise CommandError("what the utility asked is not known; give --total, or --lines, or a file that says it")
    return UtilityBill(total=asked, lines=tuple(rows), kwh=kwh)


def _amount(text: str, where: str) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise CommandError(f"{where}: {text!r} is not an amount; write it like 215.94")
    return value


def _read_lines(path: Path) -> tuple[UtilityLine, ...]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            names = {(name or "").strip().lower() for name in reader.fieldnames or ()}
            if not {"label", "amount"} <= names:
                raise CommandError(f"{path}: line 1: columns {','.join(sorted(names))}; write label,amount[,quantity]")
            return tuple(_read_line(row, f"{path}: line {number}") for number, row in enumerate(reader, 2))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: cannot be read; name a CSV file in UTF-8") from error


def _read_line(row: dict[str, Any], where: str) -> UtilityLine:
    cells = {(name or "").strip().lower(): value or "" for name, value in row.items() if isinstance(value, str)}
    quantity = cells.get("quantity", "").strip()
    return UtilityLine(
        label=cells.get("label", "").strip(),
        amount=_amount(cells.get("amount", ""), f"{where}: amount"),
        quantity=_amount(quantity, f"{where}: quantity") if quantity else None,
    )


def _read_green(path: Path, ledger: Ledger, bounds: tuple[datetime, datetime]) -> tuple[Decimal | None, Decimal | None]:
    """Return the energy [kWh] and the bill [currency] that a Green Button file has for a cycle."""
    low, high = (int(at.timestamp()) for at in bounds)
    try:
        blocks = [row for row in green_button.read(path, ledger.home.id) if row.key.quantity == "energy"]
        root = ElementTree.parse(path).getroot()  # noqa: S314 - the user's own file; expat bounds expansion
    except (ImportFileError, ElementTree.ParseError, OSError) as error:
        raise CommandError(str(error)) from error
    kwh = sum(float(row.energy[(row.start_s >= low) & (row.start_s < high)].sum()) for row in blocks)
    billed = [
        Decimal(asked.text.strip()) * _ESPI_MONEY
        for entry in root.iter(f"{_ESPI}UsageSummary")
        if abs(_number(entry, "billingPeriod/start") - low) < _DAY_S
        for asked in [entry.find(f"{_ESPI}billLastPeriod")]
        if asked is not None and asked.text
    ]
    return (Decimal(repr(round(kwh, 6))) if kwh else None), (billed[0].quantize(Decimal("0.01")) if billed else None)


def _number(entry: ElementTree.Element, path: str) -> int:
    found = entry.findtext("/".join(f"{_ESPI}{name}" for name in path.split("/")))
    return int(found) if found and found.strip().isdecimal() else 0

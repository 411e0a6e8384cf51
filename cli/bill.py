"""`heatledger bill`: a load, or a home's own intervals, priced under a rate plan bill by bill; or several, ranked."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
import typer

from cli.bill_source import FileLoad, Source, home_intervals, plan_path
from cli.books import books
from cli.options import (
    CommandError,
    ConfigOption,
    FromOption,
    HomeOption,
    JsonOption,
    PeriodOption,
    ToOption,
)
from cli.tariff_file import read_plan
from heatledger import formatting
from heatledger.config import ConfigError
from heatledger.tariff.lines import Bill, plain
from heatledger.tariff.load import BillError
from heatledger.tariff.model import Tariff
from heatledger.what_if import rank

TariffOption = Annotated[
    Path | None, typer.Option("--tariff", help="A rate plan: our TOML, or a URDB rate as JSON; by default the home's.")
]
LoadOption = Annotated[
    Path | None,
    typer.Option("--load", help="CSV: start,kwh[,export_kwh][,kw]; ISO times. Without it the home's own intervals."),
]
CycleOption = Annotated[
    str | None,
    typer.Option(
        "--cycle",
        help="calendar, day=N, or a file of the dates on which the meter was read; by default the home's, of a load "
        "calendar.",
    ),
]
ZoneOption = Annotated[str | None, typer.Option("--timezone", help="The plan's clock for a load, like Europe/Berlin.")]
CompareOption = Annotated[
    list[Path] | None, typer.Option("--compare", help="Another plan, by file or name; may be given more than once.")
]
PricesOption = Annotated[
    list[str] | None, typer.Option("--prices", help="NAME=FILE: prices of a series, as CSV or Octopus JSON.")
]
_SCALE = Decimal("0.000001")


class _Compared(NamedTuple):
    """Bills by the name of their plan, the first being what the others are held against; and who is refused, why."""

    base: str
    currency: str
    found: dict[str, list[Bill]]
    refused: dict[str, str]


def bill(
    tariff: TariffOption = None,
    load: LoadOption = None,
    cycle: CycleOption = None,
    timezone: ZoneOption = None,
    no_rounding: Annotated[bool, typer.Option("--no-rounding", help="Round nothing of a load's bills.")] = False,
    any_date: Annotated[bool, typer.Option("--any-date", help="Price as if the plan were valid always.")] = False,
    compare: CompareOption = None,
    prices: PricesOption = None,
    home: HomeOption = None,
    period: PeriodOption = None,
    since: FromOption = None,
    until: ToOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Price a load, or a home's own intervals, under a rate plan as the utility would; or under several, ranked."""
    if load is None:
        if no_rounding or timezone is not None:
            raise CommandError(
                "--no-rounding and --timezone are for a load; a home has its own clock; give --load FILE"
            )
        with books(home, config) as (ledger, _):
            source = home_intervals(ledger, period, since, until, cycle, prices or ())
            files = [plan_path(ledger, path) for path in (tariff, *(compare or []))]
            notes = source.notes()
            found = _priced(source, files, ledger.home.currency, any_date=any_date)
    else:
        if tariff is None or any(word is not None for word in (home, period, since, until)):
            raise CommandError("a load needs --tariff FILE, and has no --home, --period, --from or --to of its own")
        file = FileLoad(load, cycle or "calendar", timezone, prices or (), rounding=not no_rounding)
        notes = file.notes()
        found = _priced(file, [tariff, *(compare or [])], None, any_date=any_date)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(_json(found, notes, ranked=bool(compare)))))
        return
    first = found.found[found.base]
    typer.echo("\n".join([*(_ranking(found) if compare else _words(first, found.currency)), *notes]))


def _priced(source: Source, files: Sequence[Path], currency: str | None, *, any_date: bool) -> _Compared:
    """Price by every plan; what the first cannot do ends the command, another is refused by name."""
    found, refused, base = dict[str, list[Bill]](), dict[str, str](), ""
    for number, path in enumerate(files):
        name = path.stem if path.stem not in found else str(path)
        base = base or name
        try:
            plan = read_plan(path, any_date=any_date)
            _check_currency(plan, currency)
            currency = currency or plan.currency
            found[name] = _bills(source, plan, path, any_date=any_date)
        except (CommandError, ConfigError, BillError) as error:
            said = f"{path}: {error}" if isinstance(error, BillError) else str(error)
            if number == 0 or (len(files) == number + 1 and len(found) == 1):
                raise CommandError(said) from error
            refused[str(path)] = said.removeprefix(f"{path}: ")
    return _Compared(base, currency or "", found, refused)


def _check_currency(plan: Tariff, currency: str | None) -> None:
    if currency is not None and plan.currency != currency:
        raise BillError(f"the plans are in {plan.currency} and {currency}; compare plans of one currency")


def _bills(source: Source, plan: Tariff, path: Path, *, any_date: bool) -> list[Bill]:
    try:
        return source.bills(plan, path)
    except BillError as error:
        dated = not any_date and any(line.start or line.end for line in plan.lines)
        hint = ", or price it as if it were valid always with --any-date" if dated else ""
        raise BillError(f"{error}{hint}") from error


def _json(found: _Compared, notes: Sequence[str], *, ranked: bool) -> dict[str, Any]:
    bills = found.found[found.base]
    whole: dict[str, Any] = {"bills": [_bill_json(one) for one in bills], "total": plain(_total(bills))}
    if notes:
        whole["notes"] = notes
    if ranked:
        whole["compared"] = [
            {
                "tariff": name,
                "total": plain(total),
                "difference": plain(total - _total(bills)),
                "bills": [row.total for row in found.found[name]],
                "estimated": any(row.estimated for row in found.found[name]),
            }
            for name, total in rank(found.found)
        ]
        whole["refused"] = [{"tariff": name, "reason": reason} for name, reason in found.refused.items()]
    return whole


def _total(bills: Sequence[Bill]) -> Decimal:
    return sum((Decimal(one.total) for one in bills), Decimal(0))


def _bill_json(one: Bill) -> dict[str, Any]:
    keys = ("start", "end", "days", "lines", "total", "payable", "estimated")
    return {key: getattr(one, key) for key in keys}


def _words(bills: Sequence[Bill], currency: str) -> list[str]:
    said = []
    for one in bills:
        rows = [
            (f"  {row.label}", f"{_short(row.quantity)} {row.unit} × {_short(row.rate)}", _money(row.amount, currency))
            for row in one.lines
        ]
        said += [f"{one.start} to {one.end} (not included), {one.days} days", *_columns(rows)]
        said += [f"  {line.label}: {line.note}" for line in one.lines if line.note]
        said.append(f"  Total {_money(one.total, currency)}{', estimated' if one.estimated else ''}")
        if one.payable != one.total:
            said.append(f"  To pay {_money(one.payable, currency)}")
    return [*said, f"All bills {_money(plain(_total(bills)), currency)}"]


def _ranking(found: _Compared) -> list[str]:
    """Return the plans, cheapest first, each with what it costs more or less than the first; then who is refused."""
    mine = _total(found.found[found.base])
    rows = [
        (name, _money(plain(total), found.currency), _against(name, total - mine, found))
        for name, total in rank(found.found)
    ]
    return [*_columns(rows), *(f"{name}: not priced: {reason}" for name, reason in found.refused.items())]


def _against(name: str, difference: Decimal, found: _Compared) -> str:
    estimated = ", estimated" if any(row.estimated for row in found.found[name]) else ""
    if name == found.base:
        return f"the plan compared with{estimated}"
    if not difference:
        return f"the same{estimated}"
    return f"{_money(plain(abs(difference)), found.currency)} {'more' if difference > 0 else 'less'}{estimated}"


def _money(amount: str, currency: str) -> str:
    return formatting.money(amount, currency)


def _short(figure: str) -> str:
    return plain(Decimal(figure).quantize(_SCALE).normalize()) if "." in figure else figure


def _columns(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return [f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}" for row in rows]

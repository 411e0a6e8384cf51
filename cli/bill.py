"""`heatledger bill`: a load priced under a rate plan, bill by bill; or under several, ranked."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from cli.options import CommandError, JsonOption
from cli.tariff_file import find_cycles, find_load, find_prices, find_zone, read_plan, text_of
from heatledger import formatting
from heatledger.tariff.lines import Bill, plain
from heatledger.tariff.load import BillError
from heatledger.tariff.pricing import price

TariffOption = Annotated[Path, typer.Option("--tariff", help="A rate plan: our TOML, or a URDB rate as JSON.")]
LoadOption = Annotated[Path, typer.Option("--load", help="CSV: start,kwh[,export_kwh][,kw]; ISO times.")]
CycleOption = Annotated[
    str, typer.Option("--cycle", help="calendar, day=N, or a file of the dates on which the meter was read.")
]
ZoneOption = Annotated[str | None, typer.Option("--timezone", help="The plan's clock, like Europe/Berlin.")]
CompareOption = Annotated[
    list[Path] | None, typer.Option("--compare", help="Another plan for the same load; may be given more than once.")
]
PricesOption = Annotated[
    list[str] | None, typer.Option("--prices", help="NAME=FILE: prices of a series, as CSV or Octopus JSON.")
]
_SCALE = Decimal("0.000001")


def bill(
    tariff: TariffOption,
    load: LoadOption,
    cycle: CycleOption = "calendar",
    timezone: ZoneOption = None,
    no_rounding: Annotated[bool, typer.Option("--no-rounding", help="Round nothing.")] = False,
    any_date: Annotated[bool, typer.Option("--any-date", help="Price as if the plan were valid always.")] = False,
    compare: CompareOption = None,
    prices: PricesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Price a load under a rate plan, line by line, as the utility would."""
    files = [tariff, *(compare or [])]
    plans = [read_plan(path, any_date=any_date) for path in files]
    currencies = sorted({plan.currency for plan in plans})
    if len(currencies) > 1:
        raise CommandError(f"the plans are in {' and '.join(currencies)}; compare plans of one currency")
    found: dict[str, list[Bill]] = {}
    for path, plan in zip(files, plans, strict=True):
        try:
            zone = find_zone(timezone, plan, text_of(load).splitlines() if timezone is None else ())
            use = find_load(load, zone)
            series = find_prices(plan, path.parent, prices or ())
            spans = find_cycles(cycle, use, zone)
            found[_name(path, found)] = price(
                plan, use, spans, zone, rounding=not no_rounding, series=series, tariff_id=path.stem
            )
        except BillError as error:
            raise CommandError(_named(str(error), path, load)) from error
    first = next(iter(found.values()))
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(_json(first, found if compare else {}))))
    else:
        typer.echo("\n".join(_ranking(found, currencies[0]) if compare else _words(first, currencies[0])))


def _name(path: Path, taken: dict[str, list[Bill]]) -> str:
    return path.stem if path.stem not in taken else str(path)


def _named(message: str, plan: Path, load: Path) -> str:
    return message if str(load) in message or str(plan) in message else f"{plan}: {message}"


def _total(bills: Sequence[Bill]) -> Decimal:
    return sum((Decimal(one.total) for one in bills), Decimal(0))


def _json(bills: Sequence[Bill], compared: dict[str, list[Bill]]) -> dict[str, Any]:
    whole: dict[str, Any] = {"bills": [_bill_json(one) for one in bills], "total": plain(_total(bills))}
    if compared:
        whole["compared"] = [
            {"tariff": name, "total": plain(_total(rows)), "bills": [row.total for row in rows]}
            for name, rows in _ranked(compared)
        ]
    return whole


def _bill_json(one: Bill) -> dict[str, Any]:
    keys = ("start", "end", "days", "lines", "total", "payable", "estimated")
    return {key: getattr(one, key) for key in keys}


def _ranked(found: dict[str, list[Bill]]) -> list[tuple[str, list[Bill]]]:
    return sorted(found.items(), key=lambda pair: (_total(pair[1]), pair[0]))


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


def _ranking(found: dict[str, list[Bill]], currency: str) -> list[str]:
    ranked = _ranked(found)
    least = _total(ranked[0][1])
    rows = [
        (name, _money(plain(_total(bills)), currency), f"+{_money(plain(_total(bills) - least), currency)}")
        for name, bills in ranked
    ]
    return _columns(rows)


def _money(amount: str, currency: str) -> str:
    return formatting.money(amount, currency)


def _short(figure: str) -> str:
    return plain(Decimal(figure).quantize(_SCALE).normalize()) if "." in figure else figure


def _columns(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return [f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}" for row in rows]

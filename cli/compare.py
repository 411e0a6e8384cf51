"""`heatledger compare`: what the span would have cost with every other system, one row each."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec
import typer

from cli.books import asked_span, books
from cli.options import (
    CommandError,
    ConfigOption,
    FromOption,
    HomeOption,
    JsonOption,
    PeriodOption,
    ToOption,
    utc_now,
)
from heatledger import formatting
from heatledger.baseline.compared import BaselineSummary, Other

_CAUSES = {
    "ducts": "duct losses",
    "idle_rooms": "idle rooms heated too",
    "machine": "its machine",
    "timing": "price of its hours",
}
SystemOption = Annotated[
    list[str] | None,
    typer.Option("--system", help="Only these, by the name of their file in comparisons/; may be given again."),
]


def compare(
    home: HomeOption = None,
    period: PeriodOption = None,
    since: FromOption = None,
    until: ToOption = None,
    system: SystemOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Say what the span would have cost with every other system."""
    now = utc_now()
    with books(home, config) as (ledger, _):
        known = ledger.comparing.alternatives
        for name in system or ():
            if name not in known:
                raise CommandError(f"no system {name!r}; known: {', '.join(sorted(known))}")
        start, end = asked_span(ledger, period, since, until, now)
        found = ledger.summary(start, end, now=now, beside=system or list(known)).baseline
        currency = ledger.home.currency
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found)))
    else:
        typer.echo("\n".join(_words(found, currency, list(system or ()))))


def _words(found: BaselineSummary, currency: str, asked: list[str]) -> list[str]:
    if found.refused and not found.alternatives:
        return [f"Not known: {found.refused}"]
    rows = [row for row in found.alternatives if not asked or row.system in asked]
    width = max(len(row.system) for row in rows)
    whole = formatting.whole_money
    lines = [f"{found.sentence}."]
    lines += [f"{row.system:<{width}}  {_saved(row, currency)}" for row in rows]
    if found.because:
        exact = [Decimal(row["amount"]) for row in found.because]
        amounts = formatting.largest_remainder(exact, sum(exact, Decimal(0)), 0)  # modelled money has no cents
        told = [
            f"{_CAUSES[row['cause']]} {whole(amount, currency)}"
            for row, amount in zip(found.because, amounts, strict=True)
        ]
        lines.append(f"Because: {', '.join(told)}")
    if found.cop_error and found.cop_error.share is not None:
        moved = f"{whole(found.cop_error.saving, currency)} ({formatting.share(found.cop_error.share)})"
        lines.append(f"If the COP of the heat pumps is 10% off, the saving moves by {moved}")
    if found.comfort and found.comfort.set_back.p50 is not None:
        even = [whole(figure.p50, currency) for figure in (found.comfort.set_back, found.comfort.everywhere)]
        lines.append(f"At equal comfort: {even[0]} with its thermostat set back, {even[1]} with every room here heated")
    return lines


def _saved(row: Other, currency: str) -> str:
    if row.refused or row.saving.p50 is None:
        return f"Not known: {row.refused}"
    low, middle, high = (
        formatting.whole_money(value, currency) for value in (row.saving.p10, row.saving.p50, row.saving.p90)
    )
    bill = "" if row.bill.p50 is None else f"bill {formatting.whole_money(row.bill.p50, currency)}, "
    fuel = "" if row.fuel is None else f", {formatting.number(row.fuel.quantity, 0)} {row.fuel.unit} of {row.fuel.fuel}"
    return f"{bill}saved {middle} ({low} to {high}), saved in {formatting.share(row.chance)} of cases{fuel}"

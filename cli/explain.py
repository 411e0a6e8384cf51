"""`heatledger explain`: by which equation a figure of the Summary was found, from what, and how sure it is."""

from __future__ import annotations

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
from heatledger.explain import Explained, figures
from heatledger.explain import explain as explained

_NAME = typer.Argument(help="the figure's place in `summary --json`, as heat_pumps.living.cop.value; none lists them")


def explain(
    name: Annotated[str | None, _NAME] = None,
    home: HomeOption = None,
    period: PeriodOption = None,
    since: FromOption = None,
    until: ToOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Say how a figure was found: its equation, inputs, coverage, rung and rate plan."""
    now = utc_now()
    with books(home, config) as (ledger, _):
        start, end = asked_span(ledger, period, since, until, now)
        summary = ledger.summary(start, end, now=now)
    if name is None:
        names = figures(summary)
        typer.echo(msgspec.json.encode(names) if as_json else "\n".join(names))
        return
    try:
        found = explained(summary, name)
    except KeyError as error:
        raise CommandError(str(error.args[0])) from error
    typer.echo(msgspec.json.format(msgspec.json.encode(found)) if as_json else "\n".join(_words(found)))


def _words(found: Explained) -> list[str]:
    value = f"{formatting.NOT_KNOWN}: {found.reason}" if found.value is None else f"{found.value} {found.unit}".rstrip()
    rows = [
        ("Figure", found.name),
        ("Is", found.what),
        ("Value", value),
        ("Equation", found.equation),
        *(("From", f"{place} = {formatting.NOT_KNOWN if one is None else one}") for place, one in found.inputs.items()),
        ("Heard", formatting.coverage(found.coverage)),
        *([("COP by", f"{found.method}, rung {found.rung}, boundary {found.boundary}")] if found.rung else []),
        *(("Rate plan", one) for one in found.tariff),
    ]
    return [f"{label:<10}{text}" for label, text in rows]

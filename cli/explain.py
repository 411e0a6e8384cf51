"""`heatledger explain`: by which equation a figure of the Summary was found, from what, and how sure it is."""

from __future__ import annotations

from datetime import datetime
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
from heatledger.comparing import Against
from heatledger.explain import Explained, figures
from heatledger.explain import explain as explained
from heatledger.hearing import heard
from heatledger.ledger import Ledger
from heatledger.live import Now
from heatledger.live import now as minute
from heatledger.store import Store
from heatledger.store.lately import heard_lately
from heatledger.summary import Summary

_NAME = typer.Argument(
    help="the figure's place in `summary --json`, as heat_pumps.living.cop.value, or now.total.cost; none lists them"
)


def explain(
    name: Annotated[str | None, _NAME] = None,
    home: HomeOption = None,
    period: PeriodOption = None,
    since: FromOption = None,
    until: ToOption = None,
    against: Annotated[str | None, typer.Option(help="Compare with this system, a file of comparisons/.")] = None,
    ducts: Annotated[str | None, typer.Option(help="Where its ducts run: inside, basement, attic_good …")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Say how a figure was found: its equation, inputs, coverage, interval, rung and rate plan."""
    now = utc_now()
    if ducts and not against:
        raise CommandError("--ducts: name the system that they belong to with --against")
    with books(home, config) as (ledger, store):
        start, end = asked_span(ledger, period, since, until, now)
        summary = ledger.summary(start, end, now=now)
        if against:
            try:
                summary = ledger.against(summary, Against(against, ducts), now=now)
            except ValueError as error:
                raise CommandError(str(error)) from error
        live = _live(ledger, store, summary, now)
    if name is None:
        names = figures(summary, live)
        typer.echo(msgspec.json.encode(names) if as_json else "\n".join(names))
        return
    try:
        found = explained(summary, name, live)
    except KeyError as error:
        raise CommandError(str(error.args[0])) from error
    typer.echo(msgspec.json.format(msgspec.json.encode(found)) if as_json else "\n".join(_words(found)))


def _live(ledger: Ledger, store: Store, summary: Summary, now: datetime) -> Now:
    """Return the home this minute, by what the store has of its last hour."""
    home, at_us = ledger.home, int(now.timestamp() * 1e6)
    price = summary.bill.price
    rate, credit = (None, None) if price is None else (price.rate, price.credit)
    return minute(home, heard(heard_lately(store, home.id, at_us)), rate=rate, credit=credit, at_us=at_us)


def _words(found: Explained) -> list[str]:
    value = f"{formatting.NOT_KNOWN}: {found.reason}" if found.value is None else f"{found.value} {found.unit}".rstrip()
    rows = [
        ("Figure", found.name),
        ("Is", found.what),
        ("Value", value),
        ("Equation", found.equation),
        *([("Numbers", found.worked)] if found.worked else []),
        *([("Interval", f"{found.low} – {found.high} ({found.interval})")] if found.interval else []),
        *(("From", f"{place} = {formatting.NOT_KNOWN if one is None else one}") for place, one in found.inputs.items()),
        ("Heard", formatting.coverage(found.coverage)),
        *([("COP by", f"{found.method}, rung {found.rung}, boundary {found.boundary}")] if found.rung else []),
        *(("Rate plan", one) for one in found.tariff),
        *([("Written", found.source)] if found.source else []),
    ]
    return [f"{label:<10}{text}" for label, text in rows]

"""`heatledger savings`: what each automation was foretold to save, and saved, against the same days without it."""

from __future__ import annotations

import msgspec
import typer

from cli.books import asked_span, books
from cli.options import ConfigOption, FromOption, HomeOption, JsonOption, PeriodOption, ToOption, utc_now
from heatledger import formatting
from heatledger.automation_savings import ZoneSaving
from heatledger.home import Home
from heatledger.savings import Range
from heatledger.zone_rooms import ZoneRooms


def savings(
    home: HomeOption = None,
    period: PeriodOption = None,
    since: FromOption = None,
    until: ToOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Say what each automation saved in a period, with its interval, or that it cannot be told from zero."""
    now = utc_now()
    with books(home, config) as (ledger, store):
        found = ZoneRooms(ledger, store).savings(*asked_span(ledger, period, since, until, now), now)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found)))
        return
    lines = [line for row in found for line in _lines(ledger.home, row)]
    typer.echo("\n".join(lines or ["no automation stood for a whole day in this period"]))


def _lines(home: Home, row: ZoneSaving) -> list[str]:
    name = next(zone.name for zone in home.zones if zone.id == row.zone)
    if row.reason is not None or row.predicted is None or row.realized is None:
        return [f"{name}, {row.automation}: not known: {row.reason}"]
    held = formatting.temperature(row.against_c, unit=home.degrees)
    head = f"{name}, {row.automation}: {row.days} days, against {held} all day ({row.without} days without it to go by)"
    untold = "" if row.told else "not to be told from zero: "
    return [
        head,
        f"    expected  {_figure(home, row.predicted)}",
        f"    measured  {untold}{_figure(home, row.realized)}",
    ]


def _figure(home: Home, saving: Range) -> str:
    low, middle, high = (formatting.signed(kwh, 1) for kwh in (saving.kwh_low, saving.kwh, saving.kwh_high))
    energy = f"{middle} kWh ({low} to {high})"
    if saving.cost is None:
        return energy
    edges = (formatting.difference(edge, home.currency) for edge in (saving.cost, saving.cost_low, saving.cost_high))
    middle, low, high = edges
    return f"{energy}, {middle} ({low} to {high})"

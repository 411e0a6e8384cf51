"""`heatledger commands`: what was asked of the zones, by whom and why, what came of it, and what it cost."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec
import typer

from cli.books import books
from cli.options import CommandError, ConfigOption, HomeOption, JsonOption, ToOption, utc_now
from heatledger import formatting
from heatledger.command_costs import Costed, costed
from heatledger.config import load
from heatledger.control.history import Asked, history
from heatledger.home import Home
from heatledger.ledger import Ledger, span
from heatledger.store.state import State

_DAYS: Final = 7
_STATES: Final = {"confirmed": "confirmed", "unconfirmed": "sent, not confirmed", "sent": "waiting for the device"}
_ENDED: Final = {"command": "the next one", "person": "somebody at the device", "day": "a day, the longest counted"}


def commands(
    zone: Annotated[str | None, typer.Option("--zone", help="Only this zone, by its id in the home file.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", "--from", help="First day or instant; by default seven days ago.")
    ] = None,
    until: ToOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List what was asked of the zones: when, by whom and why, what came of it, energy and cost."""
    now = utc_now()
    with books(home, config) as (ledger, store), closing(State(load(config_dir=config).state_path)) as state:
        known = [one.id for one in ledger.home.zones]
        if zone is not None and zone not in known:
            raise CommandError(f"no zone {zone!r} in {ledger.home.id}; known: {', '.join(known) or 'none'}")
        start, end = _span(ledger, since, until, now)
        asked = [
            row
            for row in history(state.commands.since(ledger.home.id, 0), now)
            if start <= row.at < end and zone in (None, row.zone)
        ]
        found = costed(ledger, store, asked, now=now)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found)))
    elif not found:
        typer.echo(f"nothing was asked since {formatting.day(start.date(), year=True)}")
    else:
        typer.echo("\n".join(line for row in found for line in _lines(ledger.home, row)))


def _span(ledger: Ledger, since: str | None, until: str | None, now: datetime) -> tuple[datetime, datetime]:
    try:
        first = since or (now - timedelta(days=_DAYS)).isoformat()
        return span(ledger.home, None, first, until or (now + timedelta(days=1)).isoformat(), now)
    except ValueError as error:
        raise CommandError(str(error)) from error


def _lines(home: Home, row: Costed) -> list[str]:
    asked, cost = row.asked, row.cost
    names = {zone.id: zone.name for zone in home.zones}
    warm = "" if asked.setpoint is None else formatting.temperature(asked.setpoint, unit=home.degrees)
    what = ", ".join(filter(None, (asked.mode, warm)))
    who = ", ".join(filter(None, (asked.who if asked.by == "person" else asked.by, asked.why)))
    head = f"{_time(home, asked.at)}  {names.get(asked.zone, asked.zone)}: {what} ({who}): {_outcome(home, asked)}"
    if cost.kwh is None:
        return [head, f"    {cost.reason}"]
    low, high = (formatting.number(kwh, 2) for kwh in (cost.kwh_low, cost.kwh_high))
    used = f"{formatting.number(cost.kwh, 2)} kWh" + ("" if low == high else f" ({low}–{high})")
    if cost.cost is None:
        return [head, f"    {used}; {cost.reason}"]
    edges = [formatting.money(edge, home.currency) for edge in (cost.cost_low, cost.cost_high)]
    between = "" if edges[0] == edges[1] else f" ({'–'.join(edges)})"
    return [head, f"    {used}, {formatting.money(cost.cost, home.currency)}{between}, known by {cost.how}"]


def _outcome(home: Home, asked: Asked) -> str:
    if asked.start is None:
        state = _STATES.get(asked.state, asked.state)
        return f"{state}: {asked.note}" if asked.note else state
    if asked.ended is None or asked.end is None:
        return f"{_STATES[asked.state]} {_time(home, asked.start)}, counts still"
    return f"{_STATES[asked.state]} {_time(home, asked.start)}, until {_time(home, asked.end)} ({_ENDED[asked.ended]})"


def _time(home: Home, at: datetime) -> str:
    return at.astimezone(ZoneInfo(home.timezone)).strftime("%Y-%m-%d %H:%M")

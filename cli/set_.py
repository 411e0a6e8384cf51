"""`heatledger set`: asks for a set-point or a mode in a zone, and waits until the device has it."""

from __future__ import annotations

import getpass
import re
import time
from contextlib import closing
from typing import Annotated, Final

import typer

from cli.options import CommandError, ConfigOption, HomeOption, choose
from cli.set_cost import before, cost_line
from heatledger.config import Config, load
from heatledger.control.events import OVER, Event
from heatledger.control.moment import Clock
from heatledger.home import Home, Zone
from heatledger.store.alone import is_claimed
from heatledger.store.state import State

VALID_S: Final = 900.0
"""What a person asks for is worth doing for so long. [s]"""
_LOOK_S: Final = 0.2
_DONE: Final = {"confirmed": 0, "unconfirmed": 0}
_SAID: Final = {
    "waits": "not yet: {note}",
    "sent": "sent, waiting for the device to say so",
    "confirmed": "done: the device says so",
    "unconfirmed": "sent, not confirmed",
    "failed": "not done",
    "refused": "refused",
    "expired": "not done in time",
    "replaced": "not done",
    "overruled": "not done",
}


def set_(
    zone: Annotated[str, typer.Option("--zone", help="Which zone, by its id in the home file.")],
    setpoint: Annotated[
        str | None, typer.Option("--setpoint", help="Room temperature: 20.5, or with its unit 20.5C or 69F.")
    ] = None,
    mode: Annotated[str | None, typer.Option("--mode", help="heat, cool, dry, fan_only or off.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Switch it off: the same as --mode off.")] = False,
    wait: Annotated[float, typer.Option("--wait", help="Seconds to wait for the outcome.", min=0, max=3600)] = 120.0,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Set a zone's temperature or mode, within its limits; exit code 0 done or sent, 1 not done, 3 still waiting."""
    loaded = load(config_dir=config)
    whose = choose(loaded.homes, home, loaded)
    chosen = _zone(whose, zone)
    _ready(loaded)
    if off and mode not in (None, "off"):
        raise CommandError("--off and --mode contradict each other; give one")
    celsius = None if setpoint is None else _celsius(setpoint, whose)
    was = before(loaded, whose, chosen)
    with closing(State(loaded.state_path)) as state:
        asked = state.commands.add(
            Event(
                kind="asked", home=whose.id, zone=chosen.id, at=Clock().now(), setpoint=celsius,
                mode="off" if off else mode, who=getpass.getuser(), why="heatledger set", valid_s=VALID_S,
            )
        )  # fmt: skip
        if celsius is not None and mode in (None, "heat") and celsius != was.setpoint_c:
            typer.echo(cost_line(loaded, whose, chosen, was, celsius))
        raise typer.Exit(_follow(state, asked, chosen, wait))


def _follow(state: State, asked: Event, zone: Zone, wait_s: float) -> int:
    until, shown = time.monotonic() + wait_s, asked.id
    while True:
        for event in state.commands.of_request(asked.id):
            if event.id > shown:
                shown = event.id
                typer.echo(_line(zone, event), err=event.kind in OVER and event.kind not in _DONE)
                if event.kind in OVER:
                    return _DONE.get(event.kind, 1)
        if time.monotonic() >= until:
            typer.echo(f"{zone.name}: no outcome yet; it is followed further, and the page /zones shows it", err=True)
            return 3
        time.sleep(_LOOK_S)


def _line(zone: Zone, event: Event) -> str:
    said = _SAID[event.kind].format(note=event.note)
    more = f": {event.note}" if event.note and event.kind != "waits" and event.kind != "sent" else ""
    warm = "" if event.setpoint is None else f"{event.setpoint:.1f} °C"
    what = ", ".join(filter(None, (event.mode, warm)))
    return f"{zone.name}: {what}: {said}{more}" if what else f"{zone.name}: {said}{more}"


def _zone(home: Home, asked: str) -> Zone:
    known = {zone.id: zone for zone in home.zones}
    if asked not in known:
        raise CommandError(f"no zone {asked!r} in {home.id}; known: {', '.join(known) or 'none'}")
    return known[asked]


def _ready(config: Config) -> None:
    if not config.settings.control.on:
        raise CommandError("nothing is commanded: write [control] on = true into settings.toml (docs/control.md)")
    if not is_claimed(config.control_lock):
        raise CommandError("the control process does not run; start heatledger up, or heatledger control")


def _celsius(text: str, home: Home) -> float:
    found = re.fullmatch(r"\s*([-+]?\d+(?:[.,]\d+)?)\s*°?\s*([CcFf]?)\s*", text)
    if found is None:
        raise CommandError(f"--setpoint {text!r} is no temperature; write it as 20.5, 20.5C or 69F")
    value, unit = float(found[1].replace(",", ".")), found[2].upper() or home.degrees
    return round((value - 32.0) / 1.8, 3) if unit == "F" else value

"""`/api/v1/zones/{id}`: what a zone is set to and what was asked of it; and asking, for who may."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import FastAPI, Query, Request, Response

from dashboard.coming import Coming, NextChange
from dashboard.doors import Doors, Visitor
from dashboard.forms import Whence, Who
from dashboard.queries import AskError, Queries
from dashboard.zone_plan import Plans
from heatledger.control.caveats import notes, standing
from heatledger.control.envelope import MODES
from heatledger.control.events import OVER, Event
from heatledger.control.holds import holding
from heatledger.control.moment import Clock
from heatledger.control.planned import Planned
from heatledger.hearing import LiveValue
from heatledger.home import Home, Zone
from heatledger.marks import worded
from heatledger.readings import SeriesKey
from heatledger.store.alone import is_claimed

VALID_S: Final = 900.0
"""What a person asks for is worth doing for so long. [s]"""
_LOOK_S: Final = 1.0


Which = Annotated[str | None, Query(description="the home's id; may be left out where there is one")]
"""The home that a question names."""


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of a zone: a set-point [°C], a mode, or both."""

    setpoint: float | None = None
    mode: str | None = None


class LastCommand(msgspec.Struct, frozen=True):
    """What was last asked of a zone, by whom, and what came of it: asked, waits, sent, confirmed, refused.

    `held`: it stands until a window is shut or somebody is there again.
    """

    id: int
    setpoint: float | None
    mode: str | None
    who: str
    why: str
    at: datetime
    state: str
    note: str
    over: bool
    held: bool = False


class ZoneCommands(msgspec.Struct, frozen=True):
    """Whether a zone may be commanded, from a wall tablet too, within what [°C], what was asked last and comes next.

    `caveats` are sentences on what stands against it: a device that lies, another controller, a command that is kept.
    `plan` is what the prices ahead make of it, where its home file gives a band for them.
    """

    home: str
    zone: str
    name: str
    on: bool
    wall: bool
    trouble: str
    lowest: float
    highest: float
    modes: tuple[str, ...]
    last: LastCommand | None
    coming: NextChange | None = None
    caveats: tuple[str, ...] = ()
    plan: Planned | None = None


class Commands:
    """What was asked of the zones of a home, read at most once a second.

    Parameters
    ----------
    queries : Queries
        Configuration and state.
    latest : callable
        Returns the newest value of every series.
    """

    def __init__(self, queries: Queries, latest: Callable[[], Mapping[SeriesKey, LiveValue]] = dict) -> None:
        self._queries, self._plans = queries, Plans(queries)
        self._coming = Coming(queries, latest)
        self._read: dict[str, tuple[float, int, dict[str, list[Event]]]] = {}
        self._standing: dict[str, dict[tuple[str, str], Event]] = {}

    def of(self, home: Home, zone: Zone) -> ZoneCommands:
        """Return what is known of a zone."""
        limits, settings = zone.control, self._queries.config.settings.control
        return ZoneCommands(
            home=home.id,
            zone=zone.id,
            name=zone.name,
            on=settings.on and limits.on,
            wall=settings.wall,
            trouble=self._trouble(limits.on),
            lowest=limits.frost_c,
            highest=limits.highest_c,
            modes=MODES,
            last=_last(self._rows(home.id).get(zone.id, [])),
            coming=self._coming.of(home, zone) if settings.on and limits.on else None,
            caveats=notes(self._standing[home.id], zone.id, time.time_ns() // 1000),
            plan=self._plans.of(home, zone) if settings.on else None,
        )

    def all(self, home: Home) -> dict[str, ZoneCommands]:
        """Return what is known of every zone."""
        return {zone.id: self.of(home, zone) for zone in home.zones}

    def ask(self, home: Home, zone: Zone, wanted: Wanted, who: Visitor) -> ZoneCommands:
        """Write a request into the log; what sends reads it there."""
        row = self._queries.state.commands.add(
            Event(
                kind="asked", home=home.id, zone=zone.id, at=Clock().now(), setpoint=wanted.setpoint, mode=wanted.mode,
                who=who.name, why="page" if who.by != "token" else "API", valid_s=VALID_S,
            )
        )  # fmt: skip
        self._forget(home.id)
        return msgspec.structs.replace(self.of(home, zone), last=_last([row]))

    def _trouble(self, on: bool) -> str:
        if not self._queries.config.settings.control.on:
            return worded("commands are switched off: write [control] on = true into settings.toml")
        if not on:
            return worded("nothing may be commanded in this zone; say control.on = true for it in the home file")
        if not is_claimed(self._queries.config.control_lock):
            return worded("the control process does not run: start heatledger up, or heatledger control")
        return ""

    def _forget(self, home: str) -> None:
        self._read.pop(home, None)
        self._standing.pop(home, None)

    def _rows(self, home: str) -> Mapping[str, list[Event]]:
        due, after, zones = self._read.get(home, (0.0, 0, {}))
        if time.monotonic() >= due:
            news = self._queries.state.commands.since(home, after)
            for row in news:
                zones[row.zone] = [*zones.get(row.zone, [])[-20:], row]
            self._standing[home] = standing(news, self._standing.get(home))
            self._read[home] = (time.monotonic() + _LOOK_S, max((after, *(row.id for row in news))), zones)
        return zones


def _last(rows: list[Event]) -> LastCommand | None:
    asked = next((row for row in reversed(rows) if row.kind == "asked"), None)
    if asked is None:
        return None
    newest = next((row for row in reversed(rows) if row.request == asked.id), asked)
    note = "" if newest.kind == "sent" else newest.note
    at = datetime.fromtimestamp(newest.at.time_us / 1e6, UTC)
    setpoint = asked.setpoint if newest.setpoint is None else newest.setpoint
    over = newest.kind in OVER
    held = bool(holding([asked]))
    return LastCommand(asked.id, setpoint, asked.mode, asked.who, asked.why, at, newest.kind, note, over, held)


def may_command(who: Visitor, *, wall: bool) -> bool:
    """Return whether a visitor may command: an owner, or the wall where the settings allow it."""
    return who.may("own") or (who.role == "wall" and wall)


def register(server: FastAPI, queries: Queries, commands: Commands, doors: Doors) -> None:
    """Add the routes.

    Parameters
    ----------
    server : FastAPI
        The application.
    queries : Queries
        Homes and settings.
    commands : Commands
        What was asked.
    doors : Doors
        Keeps the audit.
    """
    told: dict[int | str, dict[str, Any]] = {
        400: {"description": "It cannot be asked; `error` says why, in one line."},
        401: {"description": "Nobody is logged in, and no token was shown that is known."},
        403: {"description": "Not for this role."},
        404: {"description": "No such zone."},
        409: {"description": "Nothing is commanded just now; `error` says why and the mend."},
        503: {"description": "The store does not answer."},
    }

    @server.get("/api/v1/zones/{zone}", summary="What was last asked of a zone, and what came of it", responses=told)
    def looked(zone: str, home: Which = None) -> Response:
        found = _found(queries, home, zone)
        return _json(404, _none(zone)) if found is None else _json(200, commands.of(*found))

    @server.options("/api/v1/zones/{zone}", include_in_schema=False)
    def offered(zone: str) -> Response:  # noqa: ARG001 - the same for every zone; each route knows only its own method
        return Response(status_code=204, headers={"Allow": "GET, PATCH"})

    @server.patch(
        "/api/v1/zones/{zone}",
        summary="Ask for a set-point [°C] or a mode; within the zone's limits, followed until the device has it",
        responses={**told, 202: {"description": "It is asked; what comes of it is read at the same address."}},
        status_code=202,
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _SCHEMA}}}},
    )
    async def asked(zone: str, request: Request, who: Who, seen: Whence, home: Which = None) -> Response:
        if not may_command(who, wall=queries.config.settings.control.wall):
            return _json(403, {"error": "only an owner may command; a wall tablet where [control] wall = true says so"})
        found = _found(queries, home, zone)
        if found is None:
            return _json(404, _none(zone))
        wanted = _wanted(await request.body())
        if trouble := commands.of(*found).trouble:
            return _json(409, {"error": trouble})
        made = commands.ask(*found, wanted, who)
        doors.note(who, seen, worded("asked for {what} in zone {zone}", what=_shown(wanted), zone=found[1].id))
        return _json(202, made)


_SCHEMA: Final[dict[str, object]] = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": {
        "setpoint": {"type": "number", "minimum": 4, "maximum": 32, "description": "room temperature [°C]"},
        "mode": {"type": "string", "enum": list(MODES)},
    },
}


def _found(queries: Queries, home: str | None, zone: str) -> tuple[Home, Zone] | None:
    whose = queries.home(home)
    found = next((one for one in whose.zones if one.id == zone), None)
    return None if found is None else (whose, found)


def _wanted(body: bytes) -> Wanted:
    """Return what a body asks; what no device could be told is refused at once, the rest by the limits."""
    try:
        wanted = msgspec.json.decode(body, type=Wanted)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise AskError(f'not understood: {error}; send JSON, such as {{"setpoint": 20.5}}') from error
    if wanted.setpoint is None and wanted.mode is None:
        raise AskError('nothing is asked for; send {"setpoint": 20.5}, {"mode": "heat"} or both')
    if wanted.mode is not None and wanted.mode not in MODES:
        raise AskError(f"mode: {wanted.mode!r} cannot be set; known: {', '.join(MODES)}")
    if wanted.setpoint is not None and not (math.isfinite(wanted.setpoint) and 4 <= wanted.setpoint <= 32):
        raise AskError(f"setpoint: {wanted.setpoint} is no room temperature; send one from 4 to 32 °C")
    return wanted


def _shown(wanted: Wanted) -> str:
    warm = "" if wanted.setpoint is None else f"{wanted.setpoint:g} °C"
    return ", ".join(filter(None, (wanted.mode, warm)))


def _none(zone: str) -> dict[str, str]:
    return {"error": f"no zone {zone!r}; its id is the one in the home file"}


def _json(status: int, value: object) -> Response:
    return Response(msgspec.json.encode(value), status_code=status, media_type="application/json")

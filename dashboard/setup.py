"""Setting up in the browser: from what is heard to the home file, and again whenever the home changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, get_args
from zoneinfo import available_timezones

import msgspec
from fastapi import FastAPI, Response

from dashboard.broker_step import BrokerStep, Tried
from dashboard.devices_unknown import Unknowns, unknowns
from dashboard.doors import Doors
from dashboard.feed import Feed
from dashboard.forms import Forms, Sent, Whence, Who
from dashboard.reading import NAMES
from heatledger.config import Config
from heatledger.home import Head, HeatPump, Home, Meter, PumpKind, Role, Zone
from heatledger.keeping import keep_home
from heatledger.marks import marked
from heatledger.misfit import ConfigError
from heatledger.quantities import QUANTITIES
from heatledger.readings import Reading, SeriesKey
from heatledger.store.state import State
from heatledger.survey import guess
from heatledger.survey.heard import Surveyor
from heatledger.survey.rooms import identifier


class Step(NamedTuple):
    """A step: its id in the page, and its title."""

    name: str
    title: str


STEPS: Final = (
    Step("broker", marked("Broker")),
    Step("heard", marked("Heard")),
    Step("home", marked("Home")),
    Step("zones", marked("Rooms")),
    Step("meters", marked("Meters")),
    Step("heat-pumps", marked("Heat pumps")),
    Step("tariff", marked("Tariff")),
    Step("comparison", marked("Comparison")),
    Step("recipients", marked("Recipients")),
)
_ROLES: Final[dict[Role, str]] = {
    "import": marked("the whole home, as the utility bills it"),
    "export": marked("what is fed into the grid"),
    "solar": marked("solar panels"),
    "battery": marked("a battery"),
    "ev": marked("a car’s charger"),
    "circuit": marked("one circuit or plug"),
    "outdoor_unit": marked("an outdoor unit"),
    "head": marked("an indoor unit"),
    "leader_sum": marked("an indoor unit that tells its whole outdoor unit’s use"),
    "duplicate_of": marked("what another meter counts already"),
}
_KINDS: Final[dict[PumpKind, str]] = {
    "mini_split": marked("mini-split"),
    "multi_split": marked("multi-split"),
    "air_conditioner": marked("air conditioner"),
    "ducted": marked("ducted"),
    "ground_source": marked("ground-source"),
    "air_source": marked("air-source"),
    "air_to_water": marked("air to water"),
}


class Setup(msgspec.Struct, frozen=True):
    """What setting up needs: the configuration, where the user's layer is, what is heard, and who to tell."""

    config: Config
    feed: Feed
    state: State
    refused: Callable[[], str] = str
    """Returns why the files as they are now do not count, in one line, or nothing."""

    @property
    def broker(self) -> BrokerStep:
        """The broker's step."""
        return BrokerStep(self.config)

    def recipients(self, home_id: str) -> tuple[str, ...]:
        """Return the addresses that get a home's statement."""
        said = self.config.settings.reports
        return said.homes.get(home_id, said.to)

    def others(self, home_id: str, sent: Mapping[str, str]) -> tuple[str, ...] | None:
        """Return who gets a home's statement by a form, if it says others than those who do."""
        named = tuple(filter(None, sent.get("recipients", "").replace(",", " ").replace(";", " ").split()))
        return named if "recipients" in sent and named != self.recipients(home_id) else None

    def home(self, *, anew: bool = False) -> guess.Draft:
        """Return the home as it stands, or `anew` (and where there is none) as it is guessed from what is heard."""
        known = next(iter(self.config.homes.values()), None)
        if known is not None and not anew:
            return guess.Draft(known, {}, ())
        frame = msgspec.structs.replace(known, zones=(), meters=(), heat_pumps=()) if known else _FRAME
        surveyor = Surveyor()
        surveyor.recall(self._heard())
        return guess.draft(surveyor.survey(frame.id), frame)

    def _heard(self) -> Iterator[Reading]:
        for key, live in self.feed.latest().items():
            quantity = QUANTITIES[key.quantity]
            yield Reading(*key, value=live.value, unit=quantity.unit, kind=quantity.kind, time_us=live.time_us)

    def unread(self) -> Unknowns:
        """Return the topics that were heard and not understood."""
        return unknowns(self.state.topics())


_FRAME: Final = Home(id="home", name="My home", timezone="UTC", currency="USD")


def register(server: FastAPI, setup: Setup, doors: Doors, forms: Forms) -> None:
    """Add the routes to the FastAPI application."""

    @server.get("/setup", include_in_schema=False)
    def shown(anew: bool = False) -> Response:
        return _page(setup, forms, setup.home(anew=anew))

    @server.post("/setup/broker", include_in_schema=False)
    def broker(sent: Sent, who: Who, seen: Whence) -> Response:
        tried = setup.broker.act(sent)
        what = "wrote down the broker" if tried.kept else "tried the broker"
        doors.note(who, seen, f"{what} {tried.where.shown}")
        return _page(setup, forms, setup.home(), tried=tried, status=200 if tried.good or tried.kept else 400)

    @server.post("/setup", include_in_schema=False)
    def save(sent: Sent, who: Who, seen: Whence) -> Response:
        try:
            base = msgspec.json.decode(sent.get("base", "").encode(), type=Home)
            home = stated(base, sent)
            others = setup.others(home.id, sent)
            path = keep_home(setup.config.user, home, recipients=others, data_dir=setup.config.data_dir)
        except msgspec.DecodeError as error:  # of which ValidationError is one
            return _page(setup, forms, setup.home(), line=f"That does not fit: {error}", status=400)
        except ConfigError as error:
            return _page(setup, forms, guess.Draft(base, {}, ()), line=str(error), status=400)
        doors.note(who, seen, f"set up the home {home.id}")
        return forms.page("setup_done", home=home, file=str(path))


def _page(
    setup: Setup,
    forms: Forms,
    draft: guess.Draft,
    *,
    line: str = "",
    status: int = 200,
    tried: Tried | None = None,
) -> Response:
    latest = setup.feed.latest()
    return forms.page(
        "setup",
        status=status,
        steps=STEPS,
        line=line,
        languages=list(NAMES.items()),
        refused=setup.refused(),
        draft=draft,
        home=draft.home,
        base=msgspec.json.encode(draft.home).decode(),
        step_broker=setup.broker,
        tried=tried,
        recipients=", ".join(setup.recipients(draft.home.id)),
        mails=bool(setup.config.settings.mail.host),
        connected=setup.feed.connected,
        ingest=setup.feed.ingest_online,
        devices=_devices(latest),
        unread=setup.unread(),
        described=bool(setup.config.homes),
        roles=get_args(Role),
        role_words=_ROLES,
        kinds=get_args(PumpKind),
        kind_words=_KINDS,
        units=sorted(setup.config.systems.values(), key=lambda row: row.name),
        tariffs=sorted(setup.config.tariffs.items(), key=lambda row: row[1].name),
        comparisons=sorted(setup.config.alternatives.items()),
        zones_of_time=sorted(available_timezones()),
    )


def _devices(latest: Mapping[SeriesKey, object]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key in sorted(latest):
        found.setdefault(f"{key.device} ({key.family})", []).append(key.quantity)
    return {name: sorted(set(quantities)) for name, quantities in found.items()}


def stated(base: Home, sent: Mapping[str, str]) -> Home:
    """Return a home with what a form says of it.

    Parameters
    ----------
    base : Home
        What the form was made from.
    sent : mapping
        Its fields: ``zone.living.keep``, ``meter.plug.role`` and so on; what is not kept takes its mentions with it.

    Raises
    ------
    msgspec.ValidationError
        If a field is not what the home file takes.
    """
    said = _Said(sent)
    zones = [_named(said, "zone", zone) for zone in base.zones if said.kept("zone", zone.id)]
    rooms = {zone.id for zone in zones}
    kept = {meter.id for meter in base.meters if said.kept("meter", meter.id)}
    meters = [_meter(said, meter, rooms, kept) for meter in base.meters if meter.id in kept]
    pumps = [_pump(said, pump, rooms) for pump in base.heat_pumps if said.kept("pump", pump.id)]
    top = {key: sent[key].strip() for key in ("name", "timezone", "currency") if sent.get(key, "").strip()}
    chosen = {key: sent.get(key) or None for key in ("tariff", "compare", "budget", "language", "units") if key in sent}
    cycle = {"cycle": {"day": int(sent["cycle"])}} if sent.get("cycle", "").isdigit() else {}
    given = msgspec.to_builtins(base) | top | chosen | cycle
    zones += _further_rooms(zones, sent.get("more.zones", ""))
    pumps += _further_pump(pumps, sent, kept)
    tables = {"zones": zones, "meters": meters, "heat_pumps": [pump for pump in pumps if pump.meter in kept]}
    return msgspec.convert(given | msgspec.to_builtins(tables), Home)


class _Said:
    """The fields of a form, asked by table, id and key."""

    def __init__(self, sent: Mapping[str, str]) -> None:
        self._sent = sent

    def kept(self, table: str, row: str) -> bool:
        return f"{table}.{row}.keep" in self._sent

    def get(self, table: str, row: str, key: str, otherwise: str | None) -> str | None:
        return self._sent.get(f"{table}.{row}.{key}", otherwise or "") or None


def _named(said: _Said, table: str, zone: Zone) -> Zone:
    return msgspec.structs.replace(zone, name=said.get(table, zone.id, "name", zone.name) or zone.name)


def _further_rooms(zones: Sequence[Zone], names: str) -> list[Zone]:
    """Return the rooms that a form names beside those that are heard."""
    taken, made = {zone.id for zone in zones}, list[Zone]()
    for name in filter(None, (" ".join(part.split()) for part in names.split(","))):
        found = identifier(name, taken, otherwise="room")
        taken.add(found)
        made.append(Zone(id=found, name=name))
    return made


def _further_pump(pumps: Sequence[HeatPump], sent: Mapping[str, str], meters: set[str]) -> list[HeatPump]:
    """Return the heat pump that a form adds on a meter."""
    meter = sent.get("more.pump.meter", "")
    if meter not in meters:
        return []
    found = identifier(meter, {pump.id for pump in pumps}, otherwise="heat_pump")
    kind = msgspec.convert(sent.get("more.pump.kind", "mini_split"), PumpKind)
    return [HeatPump(id=found, kind=kind, meter=meter)]


def _meter(said: _Said, meter: Meter, rooms: set[str], kept: set[str]) -> Meter:
    zone = said.get("meter", meter.id, "zone", meter.zone)
    return msgspec.structs.replace(
        meter,
        name=said.get("meter", meter.id, "name", meter.name) or "",
        role=said.get("meter", meter.id, "role", meter.role),
        zone=zone if zone in rooms else None,
        parent=meter.parent if meter.parent in kept else None,
        of=meter.of if meter.of in kept else None,
    )


def _pump(said: _Said, pump: HeatPump, rooms: set[str]) -> HeatPump:
    heads: tuple[Head, ...] = tuple(head for head in pump.heads if head.zone in rooms)
    return msgspec.structs.replace(
        pump,
        kind=said.get("pump", pump.id, "kind", pump.kind),
        meter=said.get("pump", pump.id, "meter", pump.meter),
        unit=said.get("pump", pump.id, "unit", pump.unit),
        heads=heads,
    )

"""A home of two rooms worked out from its physics: what its heat pump drew is what its own map says of its heat."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from heatledger.baseline.compare import Asked, Known, compare
from heatledger.baseline.home_hours import Heated
from heatledger.baseline.hours import Hours
from heatledger.baseline.load import Comfort, Load, Part
from heatledger.baseline.machines import Place
from heatledger.baseline.rooms import Plan as Rooms
from heatledger.baseline.rooms import Room
from heatledger.baseline.whole_home import Given
from heatledger.columns import Column
from heatledger.days import Day, Profile, midnight
from heatledger.heat import power_for
from heatledger.home import Head, HeatPump, Home, Meter, Zone
from heatledger.running import Plan
from heatledger.tariff.model import Tariff
from tests.baseline.machines import shipped

ZONE = ZoneInfo("America/Chicago")
START, DAYS = dt.date(2026, 1, 1), 31
ROOM_C = 20.0
UNIT = "cold_climate_mini_split"


def tariff(scale="1", lines=None):
    rate = str(Decimal(scale) * Decimal("0.16"))
    found = lines or [
        {"kind": "fixed", "label": "Customer charge", "rate": str(Decimal(scale) * Decimal("0.50"))},
        {"kind": "energy", "label": "Electricity", "rate": rate},
    ]
    return msgspec.convert({"name": "Flat", "currency": "USD", "source": "the test", "lines": found}, Tariff)


def home(**changes):
    place = Home(
        id="home",
        name="Home",
        timezone="America/Chicago",
        currency="USD",
        latitude=41.9,
        tariff="flat",
        zones=(Zone(id="living", name="Living", area_m2=60.0), Zone(id="bed", name="Bed", area_m2=30.0)),
        meters=(
            Meter(id="main", role="import", points=("m",)),
            Meter(id="split", role="circuit", parent="main", points=("s",)),
        ),
        heat_pumps=(
            HeatPump(id="split", kind="mini_split", meter="split", unit=UNIT, heads=(Head(zone="living", device="h"),)),
        ),
        compare=UNIT,
    )
    return msgspec.structs.replace(place, **changes)


def known(place=None, *, plan=None, idle=0.0, unseen=0.0, sd=(0.1, 0.2, 0.03)):
    """A January: 100 W/K from 17 °C, a set-back part of `idle` and `unseen` of the measured heat."""
    place = place or home()
    begin = int(midnight(START, ZONE).timestamp())
    at = np.arange(DAYS * 24)
    out = -3.0 + 6.0 * np.sin(2 * np.pi * (at - 9) / 24) - 6.0 * np.sin(2 * np.pi * at / (24 * 9))
    heat = np.maximum(100.0 * (17.0 - out), 0.0)
    unit = shipped().systems[UNIT]
    drawn = power_for.heating(unit, heat, out, np.full(out.size, ROOM_C), standby_w=10.0).power_w / 1e3
    none = np.zeros(out.size)
    part = Part(heat, idle * heat, unseen * heat, none, *sd)
    cool = Part(none, none, none, none, 0.1, 0.1, 0.03)
    rooms = Comfort(
        ("living", "bed"),
        np.array([60.0, 30.0]),
        np.array([True, True]),
        np.column_stack([np.full(out.size, ROOM_C), np.full(out.size, 17.0)]),
        np.full((out.size, 2), ROOM_C),
    )
    load = Load(
        begin + at * 3600, out, np.full(out.size, ROOM_C), np.full(out.size, 25.0), part, cool,
        heat * (1 + idle / 2), rooms, 100.0, 0.08, 300.0, "the test's map",
    )  # fmt: skip
    hours = Hours(
        load.start_s, out, none, none, rooms.actual_c, rooms.actual_c, rooms.actual_c, heat[:, None], none[:, None],
        none[:, None],
    )  # fmt: skip
    found = Heated(
        plan=Rooms((Room("living", 60.0), Room("bed", 30.0)), 0, np.array([[True, False]])),
        hours=hours,
        given=Given(np.array([0.1]), np.array([0.1])),
        day=at // 24,
        days=tuple(START + dt.timedelta(days=number) for number in range(DAYS)),
        heating_kwh=drawn[:, None],
        cooling_kwh=none[:, None],
        sources=("split",),
        meters=("split",),
    )
    return Known(
        Place(place, shipped().systems, load, -15.0),
        found,
        load,
        Plan(plan or tariff(), "flat", ZONE, {}),
        days_of(drawn, begin),
        Decimal("200.00"),
        "the test",
    )


def days_of(drawn_kwh, begin):
    found = {}
    for number in range(DAYS):
        own = np.repeat(drawn_kwh[number * 24 : number * 24 + 24] / 4, 4)
        used = own + 0.1
        found[START + dt.timedelta(days=number)] = Day(
            use=float(used.sum()), imported=float(used.sum()), exported=0.0, unallocated=0.0, estimated=0.0, meters={},
            zones={}, modes={}, doubts={}, seconds=86_400.0, covered_s=86_400.0, outdoor_c=0.0,
            profile=Profile(
                start_s=begin + number * 86_400, imported=Column(used), exported=Column([0.0] * 96), zones={},
                meters={"split": Column(own)}, used=Column(used),
            ),
        )  # fmt: skip
    return found


def compared(found, *names):
    end = dt.datetime(2026, 2, 1, tzinfo=ZONE)
    kinds = shipped().alternatives
    asked = Asked(dt.datetime(2026, 1, 1, tzinfo=ZONE), end, end, tuple(kinds[name] for name in names))
    return compare(found, asked, kinds)

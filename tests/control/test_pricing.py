"""Zones heated by price: what is asked and why, once a half hour at most; what makes its programme count."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from control.pricing import Pricing
from heatledger import config as configuration
from heatledger.control.moment import Moment
from heatledger.control.seen import Heard
from heatledger.heat.room import RoomResponse
from heatledger.heat.room_fit import NotKnown
from heatledger.programme import changes
from heatledger.readings import INTERVAL_S, Intervals, SeriesKey
from heatledger.store import open_store
from heatledger.store.state import State

BERLIN = ZoneInfo("Europe/Berlin")
HOME = """
id = "home"
name = "Maple Street"
timezone = "Europe/Berlin"
currency = "EUR"
tariff = "tou"
outdoor_temperature = "station"

[[zones]]
id = "living"
name = "Living room"
temperature = "Lounge"
control = {on = true, price = {below = 0.5, above = 1.0}}

[[zones]]
id = "attic"
name = "Attic"
control = {on = true}

[[meters]]
id = "split"
role = "circuit"
points = ["Lounge"]

[[heat_pumps]]
id = "split"
kind = "mini_split"
meter = "split"
unit = "demo_mini_split"
heads = [{zone = "living", device = "Lounge"}]

[[programme]]
zone = "living"
at = "00:00"
setpoint = 20.5
"""
TOU = """
name = "Time of use"
currency = "EUR"
source = "typed in"

[[lines]]
kind = "energy"
label = "Peak"
rate = "0.39"
when = [{hours = ["07:00-10:00", "17:00-21:00"]}]

[[lines]]
kind = "energy"
label = "Else"
rate = "0.15"
otherwise = true
"""
ROOM = RoomResponse(62.0, 1280.0, 300.0, 4500.0, 0, np.empty((0, 4)), 90.0)
NIGHT = datetime(2026, 1, 20, 5, 10, tzinfo=BERLIN)


class Scene:
    """A home whose weather of two days is in the store, and a clock."""

    def __init__(self, data, *, home=HOME, weather=True, responses=None):
        (data / "config" / "homes").mkdir(parents=True)
        (data / "config" / "tariffs").mkdir()
        (data / "config" / "homes" / "home.toml").write_text(home)
        (data / "config" / "tariffs" / "tou.toml").write_text(TOU)
        self.config = configuration.load(data_dir=data, environ={})
        self.home = self.config.homes["home"]
        self.state = State(self.config.state_path)
        self.responses = {"living": ROOM} if responses is None else responses()
        if weather:
            self.note_weather()
        self.pricing = Pricing(self.config, self.home, self.state, lambda: self.responses)
        self.setpoint = 20.0

    def note_weather(self):
        start_s = int((NIGHT - timedelta(days=2)).timestamp()) // INTERVAL_S * INTERVAL_S
        times = start_s + np.arange(4 * 288, dtype=np.int64) * INTERVAL_S
        cold = np.full(times.size, -3.0)
        columns = (cold * np.nan, cold, cold, cold, cold, np.ones(times.size), np.zeros(times.size, dtype=np.int64))
        block = Intervals(SeriesKey("home", "ecowitt", "station", "", "outdoor_temp"), times, *columns)
        with closing(open_store(self.config.store_url)) as store:
            store.write_intervals([block])

    def look(self, at=NIGHT, *, celsius=20.2, mode="heat", heard=True, chose=None):
        (zone,) = (one for one in self.home.zones if one.id == "living")
        held, _ = changes("living", self.home.programme, self.home.away, self.home.timezone, at.astimezone(UTC))
        seen = {"living": Heard(mode=mode, setpoint=self.setpoint, celsius=celsius, heard=heard)}
        return self.pricing.counts(zone, seen, held, chose, moment(at))

    @property
    def asked(self):
        return self.state.commands.since("home", 0)

    @property
    def plan(self):
        return self.state.planned.of("home").get("living")


def moment(at):
    return Moment(int(at.timestamp() * 1e6), "boot", at.timestamp())


@pytest.fixture
def scene(tmp_path):
    made = Scene(tmp_path)
    yield made
    made.state.close()


def test_it_heats_ahead_of_the_dear_hours_and_says_for_which(scene):
    begins = None
    for number in range(8):
        at = NIGHT.replace(hour=3, minute=0) + number * timedelta(minutes=30)
        assert scene.look(at, celsius=20.2)
        if scene.asked and begins is None:
            begins = at
    (first, *_) = scene.asked
    assert (first.kind, first.by, first.mode) == ("asked", "price", None)
    assert first.why == "heating ahead: the price rises from 0.15 to 0.39 by 07:00"
    assert 20.5 <= first.setpoint <= 21.5
    assert begins is not None
    assert NIGHT.replace(hour=3, minute=0) < begins < NIGHT.replace(hour=7, minute=0)


def test_a_plan_stands_until_the_half_hour_and_is_what_the_page_reads(scene):
    assert scene.look(NIGHT)
    first = scene.plan
    assert first.until.astimezone(BERLIN).strftime("%H:%M") == "05:30"
    assert first.ahead[0].at == NIGHT
    assert {round(one.price, 2) for one in first.ahead} <= {0.15, 0.39}
    rows = len(scene.asked)
    for second in range(1, 20 * 60, 60):
        assert scene.look(NIGHT + timedelta(seconds=second - 1))
    assert scene.plan == first
    assert len(scene.asked) == rows
    assert scene.look(NIGHT + timedelta(minutes=20))
    assert scene.plan.until.astimezone(BERLIN).strftime("%H:%M") == "06:00"


def test_through_a_day_it_asks_within_the_band_and_no_more_than_once_a_half_hour(scene):
    celsius, start = 20.0, NIGHT.replace(hour=0, minute=0)
    for number in range(48):
        scene.look(start + number * timedelta(minutes=30), celsius=celsius)
        if scene.asked:
            scene.setpoint = scene.asked[-1].setpoint
        celsius += 0.5 * (max(scene.setpoint, 20.0) - celsius)
    told = [event.setpoint for event in scene.asked]
    assert 2 <= len(told) <= 20
    assert 20.0 <= min(told) < max(told) <= 21.5
    gaps = np.diff([event.at.time_us for event in scene.asked]) / 60e6
    assert gaps.min() >= 30 - 1e-6
    assert all(event.why for event in scene.asked)


def test_a_flat_price_is_held_at_the_lower_end_and_no_price_is_named(tmp_path):
    scene = Scene(tmp_path, home=HOME.replace('"tou"', '"demo_flat"').replace('"EUR"', '"USD"'))
    scene.setpoint = 20.5
    assert scene.look(NIGHT, celsius=20.1)
    (one,) = scene.asked
    assert (one.setpoint, len(scene.plan.ahead)) == (20.0, 1)
    assert one.why == "at the lower end of the band: no later price is worth heating ahead for"
    scene.state.close()


UNKNOWN = NotKnown("it was heated and heard on 2 of the last days, too few", "5 days make it known")
WITHOUT = {
    "response": ({"responses": lambda: {"living": UNKNOWN}}, {}, "how fast the room warms up is not known: it was"),
    "tariff": ({"home": HOME.replace('tariff = "tou"\n', "")}, {}, "the prices of the next six hours are not known"),
    "weather": ({"weather": False}, {}, "the outdoor temperature of now and of the last day is not known"),
    "programme": ({"home": HOME.split("[[programme]]")[0]}, {}, "it has no programme, and the band lies around"),
    "heat asked": (
        {"home": HOME.replace("setpoint = 20.5", 'mode = "off"')}, {}, "its programme asks for no heat now",
    ),
    "thermometer": ({}, {"heard": False}, "it is not heard how warm the room is"),
    "heating": ({}, {"mode": "off"}, "the unit is not heating: it is off, in another mode, or not heard"),
    "choice": ({}, {"chose": moment(NIGHT - timedelta(minutes=119))}, "somebody chose otherwise"),
}  # fmt: skip


HOURLY = """
name = "Hourly prices"
currency = "EUR"
source = "typed in"

[[series]]
name = "market"
file = "market.{kind}"

[[lines]]
kind = "energy"
label = "Energy"
series = "market"
"""


@pytest.mark.parametrize(
    ("kind", "text"), [("csv", "valid_from,valid_to,price\n2026-01-20T0"), ("json", "[{"), ("csv", None)]
)
def test_a_file_of_prices_that_is_half_written_ends_no_process_that_keeps_frost_out(tmp_path, caplog, kind, text):
    scene = Scene(tmp_path)
    tariffs = tmp_path / "config" / "tariffs"
    (tariffs / "tou.toml").write_text(HOURLY.replace("{kind}", kind))
    if text is not None:
        (tariffs / f"market.{kind}").write_text(text)
    scene.config = configuration.load(data_dir=tmp_path, environ={})
    scene.pricing = Pricing(scene.config, scene.home, scene.state, lambda: scene.responses)
    assert not scene.look(NIGHT)
    assert scene.plan.why == "the prices of the next six hours are not known"
    assert "market" in caplog.text
    scene.state.close()


@pytest.mark.parametrize("what", WITHOUT)
def test_without_it_the_programme_counts_and_it_is_said_why(tmp_path, what):
    made, seen, why = WITHOUT[what]
    scene = Scene(tmp_path, **made)
    assert not scene.look(NIGHT, **seen)
    assert scene.asked == []
    assert scene.plan.ahead == []
    assert scene.plan.why.startswith(why)
    scene.state.close()


def test_while_responses_are_read_the_programme_counts_and_a_minute_later_the_price(scene):
    known, scene.responses = scene.responses, None
    assert not scene.look(NIGHT)
    assert scene.plan.why == "how fast the room warms up is still being read"
    scene.responses = known
    assert scene.look(NIGHT + timedelta(minutes=1))


def test_where_a_plan_ends_the_programmes_set_point_is_asked_again_with_the_reason(scene):
    assert scene.look(NIGHT)
    scene.setpoint, scene.responses = 21.5, {"living": UNKNOWN}
    assert not scene.look(NIGHT + timedelta(minutes=25))
    assert scene.asked[-1].setpoint == 20.5
    assert scene.asked[-1].why.startswith("its programme counts again: how fast the room warms up is not known")


def test_who_chooses_ends_a_plan_at_once_and_is_not_overruled(scene):
    assert scene.look(NIGHT)
    rows, chosen = len(scene.asked), NIGHT + timedelta(minutes=3)
    assert not scene.look(NIGHT + timedelta(minutes=4), chose=moment(chosen))
    assert not scene.look(NIGHT + timedelta(minutes=100), chose=moment(chosen))
    assert len(scene.asked) == rows
    assert scene.plan.why == "somebody chose otherwise"
    assert scene.look(chosen + timedelta(minutes=121), chose=moment(chosen))


def test_a_zone_without_a_band_is_left_to_its_programme(tmp_path):
    scene = Scene(tmp_path, home=HOME.replace(", price = {below = 0.5, above = 1.0}", ""))
    assert not scene.look(NIGHT)
    assert scene.plan is None
    scene.state.close()

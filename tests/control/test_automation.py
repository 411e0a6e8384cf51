"""What a home does by itself: windows and people hold a zone, a person's choice wins, and a restart forgets nothing."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from control.automation import Around, Automation
from heatledger.config import Config, Settings
from heatledger.control.envelope import Refused, Told
from heatledger.control.holds import Fall, Hold, holding, kept
from heatledger.control.moment import Moment
from heatledger.hearing import LiveValue
from heatledger.home import Home
from heatledger.programme import Step
from heatledger.readings import SeriesKey
from tests.control.plant import LIMITS, House

HOME = msgspec.convert(
    {
        "id": "home",
        "name": "Home",
        "timezone": "Europe/Berlin",
        "currency": "EUR",
        "zones": [
            {"id": "living", "name": "Living", "temperature": "Lounge", "window": "Terrace door"},
            {"id": "bedroom", "name": "Bedroom"},
            {"id": "study", "name": "Study", "presence": "Desk"},
        ],
        "presence": {"devices": ["Phone A", "Phone B"], "minutes": 30, "setpoint": 17.0},
    },
    Home,
)
ON = msgspec.structs.replace(LIMITS, window_min=5.0, per_hour=30, rest_min=3, run_min=0)
WEEK = tuple(Step(zone=zone, at="00:00", setpoint=20.0) for zone in ("living", "bedroom", "study"))


def series(device, quantity):
    return SeriesKey("home", "zigbee2mqtt", device, "", quantity)


class Lived:
    """The house of the laws, what its contact and its people's devices say, and what it does by itself."""

    def __init__(self, home=HOME, **changes):
        zones = tuple(msgspec.structs.replace(zone, control=ON) for zone in home.zones)
        self.home = msgspec.structs.replace(home, **{"zones": zones, **changes})
        self.house = House(mode="heat", celsius=20.0)
        self.says = {}
        self.say("Terrace door", "contact", "closed")
        for who in ("Phone A", "Phone B", "Desk"):
            self.say(who, "presence", "on")
        self.start()

    def start(self):
        settings = msgspec.structs.replace(Settings(), control=msgspec.structs.replace(Settings().control, on=True))
        config = Config(data_dir=Path(), settings=settings, homes={}, tariffs={}, systems={}, devices=())
        self.automation = Automation(config, self.home, self.house.log, lambda: None)

    def say(self, device, quantity, value):
        self.says[series(device, quantity)] = LiveValue(value, self.house.wall_us)

    def speaks(self, *devices):
        """A device says again what it said, so that it is not silent."""
        for key, value in self.says.items():
            if key.device in devices:
                self.says[key] = msgspec.structs.replace(value, time_us=self.house.wall_us)

    def live(self, minutes, *, talk=("Terrace door", "Phone A", "Phone B", "Desk")):
        for _ in range(int(minutes * 6)):
            self.house.wait(10)
            self.speaks(*talk)
            self.house.speak()
            around = Around(self.house.hears(), self.house.loop, self.house, self.house.now)
            self.automation.ask(self.says, around)
            self.house.step()

    def restart(self):
        self.house.start()
        self.start()

    def asked(self, zone="living"):
        rows = [row for row in self.house.log.rows if row.kind == "asked" and row.zone == zone]
        return [(row.by, row.mode, row.setpoint, row.why) for row in rows]

    def set(self, zone="living"):
        return self.house.set[zone]["mode"], self.house.set[zone]["setpoint"]


def test_a_window_that_stands_open_stops_the_heating_and_shut_it_goes_on():
    home = Lived()
    home.say("Terrace door", "contact", "open")
    home.live(4)
    assert home.set() == ("heat", 20.0), "a window that is opened for a moment stops nothing"
    home.live(3)
    assert home.set() == ("off", 20.0)
    assert home.asked() == [("window", "off", None, "the window stands open")]
    home.live(20)
    assert len(home.asked()) == 1
    home.say("Terrace door", "contact", "closed")
    home.live(8)
    assert home.set() == ("heat", 20.0)
    assert home.asked()[1:] == [("window", "heat", 20.0, "the window is shut")]


def test_a_contact_that_fell_silent_is_no_open_window():
    home = Lived()
    home.say("Terrace door", "contact", "open")
    home.live(8)
    assert home.set()[0] == "off"
    home.live(4 * 60, talk=("Phone A", "Phone B", "Desk"))
    assert home.set() == ("heat", 20.0)


def test_what_somebody_chooses_meanwhile_stands_and_is_not_taken_back():
    home = Lived()
    home.say("Terrace door", "contact", "open")
    home.live(8)
    home.house.set["living"] |= {"mode": "heat", "setpoint": 22.0}  # at its remote, the window still open
    home.live(30)
    assert home.set() == ("heat", 22.0)
    home.say("Terrace door", "contact", "closed")
    home.live(10)
    assert home.set() == ("heat", 22.0)
    assert [row[0] for row in home.asked()] == ["window"]


def test_a_cold_room_is_set_low_and_not_off_and_one_that_is_off_stays_so():
    home = Lived()
    home.house.celsius["living"] = 9.0  # less than 2 K above the limit for frost
    home.say("Terrace door", "contact", "open")
    home.live(8)
    assert home.set() == ("heat", 8.0)
    rests = Lived()
    rests.house.set["living"]["mode"] = "off"
    rests.live(1)
    rests.say("Terrace door", "contact", "open")
    rests.live(10)
    rests.say("Terrace door", "contact", "closed")
    rests.live(10)
    assert rests.asked() == []


def test_the_programme_waits_for_the_window_and_is_made_good_when_it_is_shut():
    steps = (Step(zone="living", at="00:00", setpoint=20.0), Step(zone="living", at=_in(10), setpoint=17.0))
    home = Lived(programme=steps)
    home.live(1)
    home.say("Terrace door", "contact", "open")
    home.live(15)
    assert home.set()[0] == "off"
    home.say("Terrace door", "contact", "closed")
    home.live(8)
    assert home.set() == ("heat", 17.0)


def test_nobody_at_home_is_the_set_point_for_that_and_somebody_the_programme_again():
    home = Lived(programme=WEEK)
    home.live(1)
    home.say("Phone A", "presence", "off")
    home.live(40)
    assert home.set("bedroom") == ("heat", 20.0), "Phone B is still there"
    home.say("Phone B", "presence", "off")
    home.live(25)
    assert home.set("bedroom") == ("heat", 20.0)
    home.live(10)
    assert home.set("bedroom") == home.set("living") == ("heat", 17.0)
    assert home.asked("bedroom")[-1] == ("presence", None, 17.0, "nobody is there")
    home.say("Phone B", "presence", "on")
    home.live(5)
    assert home.set("bedroom") == ("heat", 20.0)
    assert home.asked("bedroom")[-1] == ("presence", "heat", 20.0, "somebody is at home")


def test_a_room_of_its_own_and_a_phone_that_cannot_be_reached():
    home = Lived()
    home.say("Desk", "presence", "off")
    home.live(35)
    assert (home.set("study"), home.set("bedroom")) == (("heat", 17.0), ("heat", 20.0))
    gone = Lived()
    for who in ("Phone A", "Phone B"):
        gone.say(who, "presence", "off")
    gone.says[series("Phone B", "online")] = LiveValue(False, gone.house.wall_us + 10**9)
    gone.live(60)
    assert gone.asked("bedroom") == [], "whose phone cannot be reached may be at home"


def test_nobody_at_home_makes_nothing_warmer_and_cools_nothing():
    home = Lived()
    home.house.set["bedroom"]["setpoint"] = 16.0
    home.house.set["living"] |= {"mode": "cool", "setpoint": 25.0}
    home.live(1)
    for who in ("Phone A", "Phone B"):
        home.say(who, "presence", "off")
    home.live(45)
    assert home.asked("bedroom") == home.asked("living") == []


@pytest.mark.parametrize("after_min", [2, 7, 20])
def test_a_process_that_is_killed_while_a_window_stands_open_goes_on_where_it_was(after_min):
    home = Lived()
    home.say("Terrace door", "contact", "open")
    home.live(after_min)
    home.restart()
    home.live(8)
    assert home.set()[0] == "off"
    home.restart()
    home.say("Terrace door", "contact", "closed")
    home.live(8)
    assert home.set() == ("heat", 20.0)
    assert len(home.asked()) == 2


def test_a_window_opened_while_nobody_is_there_leads_back_to_what_was_before_both():
    home = Lived()
    for who in ("Phone A", "Phone B"):
        home.say(who, "presence", "off")
    home.live(35)
    home.say("Terrace door", "contact", "open")
    home.live(8)
    assert home.set()[0] == "off"
    for who in ("Phone A", "Phone B"):
        home.say(who, "presence", "on")
    home.live(2)
    assert home.set()[0] == "off"
    home.say("Terrace door", "contact", "closed")
    home.live(8)
    assert home.set() == ("heat", 20.0)


def test_a_window_that_is_shut_while_nobody_is_there_leads_to_the_set_point_for_that():
    home = Lived()
    for who in ("Phone A", "Phone B"):
        home.say(who, "presence", "off")
    home.say("Terrace door", "contact", "open")
    home.live(40)
    assert home.set()[0] == "off"
    home.say("Terrace door", "contact", "closed")
    home.live(8)
    assert home.set() == ("heat", 17.0)
    home.say("Phone A", "presence", "on")
    home.live(8)
    assert home.set() == ("heat", 20.0)


def test_a_device_that_takes_neither_off_nor_so_low_is_set_as_low_as_it_takes(monkeypatch):
    home = Lived()
    real = home.house.render

    def render(zone, request):
        low = request.setpoint is not None and request.setpoint < 16
        return Refused("no") if low or request.mode == "off" else real(zone, request)

    monkeypatch.setattr(home.house, "render", render)
    home.say("Terrace door", "contact", "open")
    home.live(8)
    assert home.set() == ("heat", 16.0)


def test_a_sudden_fall_counts_where_that_is_asked_for():
    fall, at = Fall(1.5), Moment(0, "boot", 0.0)
    seen = [20.0, 19.8, 19.0, 18.4, 18.0, 17.8, 17.9, 18.2, 18.3]
    told = [fall.hear(celsius, at._replace(steady_s=120.0 * row)) is not None for row, celsius in enumerate(seen)]
    assert told == [False, False, False, True, True, True, True, False, False]
    slow = Fall(1.5)
    assert all(slow.hear(20.0 - 0.01 * row, at._replace(steady_s=60.0 * row)) is None for row in range(300))


def test_the_log_alone_says_what_is_held():
    home = Lived()
    home.say("Terrace door", "contact", "open")
    home.live(8)
    found = holding(home.house.log.rows)
    assert found == {"living": Hold("window", found["living"].at, Told(20.0, "heat"))}
    assert kept(Told(None, "heat")) == "before heat -"
    home.say("Terrace door", "contact", "closed")
    home.live(8)
    assert holding(home.house.log.rows) == {}


def _in(minutes):
    at = datetime.fromtimestamp(House().wall_us / 1e6 + minutes * 60, UTC).astimezone(ZoneInfo("Europe/Berlin"))
    return f"{at:%H:%M}"

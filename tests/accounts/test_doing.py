"""What a heat pump does: its own words first, then what its water, its air, the weather and its power show."""

import numpy as np
import pytest

from heatledger.accounts import account
from heatledger.doing import EVIDENCE
from tests.accounts.homes import HOME, T0, block, home

SIZE = 12
RUNS_W, RESTS_W = 900.0, 12.0
TANK = {"id": "water", "kind": "air_to_water", "meter": "split", "heads": [{"zone": "living", "device": "pump"}]}


def steady(device, quantity, value):
    return block(device, quantity, **{"state" if isinstance(value, str) else "last": [value] * SIZE})


def of(*blocks, watts=RUNS_W, pump=HOME["heat_pumps"][0], weather=None):
    energy = [block("plug", "power", np.full(SIZE, watts / 12_000), last=[watts] * SIZE)]
    outdoors = [] if weather is None else [steady("garden", "outdoor_temp", weather)]
    place = home(meters=[HOME["meters"][1]], heat_pumps=[pump], outdoor_temperature="garden")
    books = account(place, [*energy, *outdoors, *blocks], start_s=T0, end_s=T0 + 300 * SIZE)
    middle = SIZE // 2
    modes = {str(name).partition(":")[2]: float(books.pumps[name][middle]) for name in books.pumps}
    (mode,) = [name for name, kwh in modes.items() if kwh]
    return mode, EVIDENCE[int(books.running[f"{pump['id']}:evidence"][middle])]


def said(quantity, value):
    return steady("Living", quantity, value)._replace(
        key=steady("Living", quantity, value).key._replace(family="faikin")
    )


@pytest.mark.parametrize(
    ("words", "mode"),
    [("heating", "heating"), ("cooling", "cooling"), ("drying", "cooling"), ("defrosting", "defrost"),
     ("idle", "standby"), ("fan", "standby"), ("off", "standby")],
)  # fmt: skip
def test_what_a_unit_says_it_does_is_what_it_does(words, mode):
    assert of(said("action", words)) == (mode, "what the unit says it does")


@pytest.mark.parametrize(
    ("words", "mode"),
    [("heat", "heating"), ("cool", "cooling"), ("dry", "cooling"), ("dhw", "dhw"), ("off", "standby")],
)
def test_a_set_mode_counts_while_its_power_shows_that_it_runs(words, mode):
    assert of(said("mode", words)) == (mode, "the mode it is set to, and its power")
    resting = "the mode it is set to, and its power" if mode == "standby" else "its power alone"
    assert of(said("mode", words), watts=RESTS_W) == ("standby", resting)


def test_a_defrost_that_is_reported_outweighs_the_mode():
    assert of(said("mode", "heat"), said("defrost", "on"))[0] == "defrost"
    assert of(said("mode", "heat"), said("defrost", "off"))[0] == "heating"


@pytest.mark.parametrize("mode", ["auto", "heat_cool", None])
def test_where_no_word_decides_the_supplied_air_does(mode):
    words = [said("mode", mode)] if mode else []
    why = "the air or water it supplies"
    room = said("temperature", 22.0)
    assert of(*words, room, said("supply_temp", 38.0)) == ("heating", why)
    assert of(*words, room, said("supply_temp", 12.0)) == ("cooling", why)
    assert of(*words, room, said("supply_temp", 23.0)) == ("unknown", "nothing says")


@pytest.mark.parametrize(
    ("weather", "mode"), [(-5.0, "heating"), (11.0, "heating"), (18.0, "unknown"), (31.0, "cooling"), (None, "unknown")]
)
def test_the_weather_decides_only_where_it_leaves_no_doubt(weather, mode):
    assert of(weather=weather)[0] == mode
    assert of(weather=weather, watts=RESTS_W) == ("standby", "its power alone")


def test_weather_never_decides_for_what_may_be_making_hot_water():
    assert of(weather=-5.0, pump=TANK)[0] == "unknown"


def tank(rise_k):
    return block("pump", "dhw_temp", last=(40.0 + rise_k / 6 * np.arange(SIZE)).tolist())


@pytest.mark.parametrize(("rise_k", "mode"), [(3.0, "dhw"), (-0.5, "heating")])
def test_a_unit_that_does_both_makes_hot_water_while_its_tank_warms(rise_k, mode):
    assert of(steady("pump", "mode", "heat+dhw"), tank(rise_k), pump=TANK)[0] == mode
    legs = [steady("pump", "flow_temp", 48.0), steady("pump", "return_temp", 43.0)]
    assert of(*legs, tank(rise_k), pump=TANK)[0] == mode


def test_without_the_tank_hot_water_and_heating_cannot_be_told_apart():
    assert of(steady("pump", "mode", "heat+dhw"), pump=TANK) == ("unknown", "nothing says")
    legs = [steady("pump", "flow_temp", 48.0), steady("pump", "return_temp", 43.0)]
    assert of(*legs, pump=TANK)[0] == "unknown"
    floor = [steady("pump", "flow_temp", 32.0), steady("pump", "return_temp", 28.0)]
    assert of(*floor, pump=TANK) == ("heating", "the air or water it supplies")
    assert of(steady("pump", "mode", "dhw"), pump=TANK)[0] == "dhw"

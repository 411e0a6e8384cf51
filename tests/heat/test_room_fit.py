"""The fit finds a room that is known by its making, and says what it lacks where it cannot."""

import numpy as np
import pytest

from heatledger.heat.room import RoomResponse, after, coast, lead, strongest
from heatledger.heat.room_fit import STEP_S, NotKnown, fit

T0 = 1_767_225_600  # 2026-01-01 00:00 UTC
TRUE = RoomResponse(60.0, 1200.0, 250.0, 4000.0, 0, np.empty((0, 5)))


def lived(days=21, *, setback=2.5, heat=True, seed=1):
    """A room of `TRUE`, its thermostat lowered from 22 to 6 o'clock; free heat scatters by 80 W."""
    chance = np.random.default_rng(seed)
    count = days * 96
    times = T0 + STEP_S * np.arange(count)
    hour = (times % 86_400) / 3600
    outdoor = 2.0 + 5.0 * np.sin(2 * np.pi * (hour - 9) / 24) + np.repeat(chance.normal(0, 4, days), 96)
    asked = np.where((hour >= 6) & (hour < 22), 20.5, 20.5 - setback)
    room, heats, at = np.empty(count), np.empty(count), 20.0
    for row in range(count):
        free = chance.normal(0, 80)
        hold = 60.0 * (asked[row] - outdoor[row]) - 250.0
        heats[row] = np.clip(hold + 2400.0 * (asked[row] - at), 0, 4000.0) if heat else 0.0
        before, at = at, float(after(TRUE, at, outdoor[row], heats[row] + free, STEP_S / 3600))
        room[row] = (before + at) / 2
    return times, room, outdoor, heats, hour


@pytest.fixture(scope="module")
def weeks():
    return lived()


def test_a_room_is_found_again(weeks):
    times, room, outdoor, heats, hour = weeks
    found = fit(times, room, outdoor, heats, hour=hour)
    assert found.loss_w_k == pytest.approx(60.0, rel=0.03)
    assert found.capacity_wh_k == pytest.approx(1200.0, rel=0.05)
    assert found.gain_w == pytest.approx(250.0, abs=40.0)
    assert found.strongest_w == pytest.approx(4000.0, rel=0.02)
    assert found.days >= 15
    for row, true in enumerate((60.0, 1200.0)):
        low, high = np.percentile(found.draws[:, row], (1, 99))
        assert low < true < high


def test_a_thermometer_of_half_a_kelvin_tells_it_too(weeks):
    times, room, outdoor, heats, hour = weeks
    found = fit(times, np.round(room * 2) / 2, outdoor, heats, hour=hour)
    assert found.time_constant_h == pytest.approx(20.0, rel=0.15)


def test_what_all_heat_is_off_by_changes_watts_and_no_time(weeks):
    times, room, outdoor, heats, hour = weeks
    heat, electric = (fit(times, room, outdoor, part * heats, hour=hour, electric=part < 1) for part in (1.0, 0.4))
    assert electric.electric
    assert electric.loss_w_k == pytest.approx(0.4 * heat.loss_w_k)
    assert tuple(lead(electric, 18.0, 20.5, 0.0)) == pytest.approx(tuple(lead(heat, 18.0, 20.5, 0.0)), rel=5e-3)
    assert tuple(coast(electric, 20.5, 18.0, 0.0)) == pytest.approx(tuple(coast(heat, 20.5, 18.0, 0.0)), rel=5e-3)
    doubted = fit(times, room, outdoor, heats, hour=hour, doubt=0.12)
    assert np.std(np.log(doubted.draws[:, 0])) == pytest.approx(0.12, rel=0.3)
    assert lead(doubted, 18.0, 20.5, 0.0).hours == pytest.approx(lead(heat, 18.0, 20.5, 0.0).hours)


def test_a_heat_pump_that_is_weaker_in_the_cold_is_known_to_be(weeks):
    times, room, outdoor, heats, hour = weeks
    limit = 4000.0 + 60.0 * (outdoor - 2.0)  # 1.5 %/K about 2 °C
    full = np.where(heats >= 3999.0, limit, heats)
    found = fit(times, room, outdoor, full, hour=hour)
    assert found.weaker_w_k == pytest.approx(60.0, rel=0.25)
    assert float(strongest(found, -5.0)) == pytest.approx(4000.0 - 420.0, rel=0.04)
    assert fit(times, room, outdoor, heats, hour=hour).weaker_w_k == pytest.approx(0.0, abs=5.0)


def test_a_stuck_or_silent_thermometer_and_open_windows_say_nothing(weeks):
    times, room, outdoor, heats, hour = weeks
    harmed = room.copy()
    harmed[96 * 2 : 96 * 4] = 25.0  # stuck for two days
    harmed[96 * 6 : 96 * 6 + 40] = np.nan
    harmed[96 * 8 + 50] = 85.0  # the DS18B20's word for "no reading"
    aired = slice(96 * 10, 96 * 11)
    harmed[aired] -= 4.0 * np.sin(np.linspace(0, 12 * np.pi, 96)) ** 2  # windows wide open six times
    found = fit(times, harmed, outdoor, heats, hour=hour)
    assert found.time_constant_h == pytest.approx(20.0, rel=0.08)
    assert found.days <= 18


@pytest.mark.parametrize(
    ("change", "reason", "mend"),
    [
        ({"celsius": None}, "no temperature", "thermometer"),
        ({"outdoor_c": None}, "outdoor temperature", "outdoor_temperature"),
        ({"heat_w": None}, "nothing that heats", "measure"),
        ({"heat_w": 0.0}, "heated and heard on 0", "5 days"),
    ],
)
def test_what_is_missing_is_said(weeks, change, reason, mend):
    times, room, outdoor, heats, _ = weeks
    given = {"celsius": room, "outdoor_c": outdoor, "heat_w": heats}
    given |= {name: np.full(len(times), np.nan if value is None else value) for name, value in change.items()}
    said = fit(times, **given)
    assert isinstance(said, NotKnown)
    assert reason in said.reason
    assert mend in said.mend


def test_four_days_are_too_few_and_a_room_that_never_moves_tells_nothing():
    few = fit(*lived(4)[:4])
    assert isinstance(few, NotKnown)
    assert "4 of the last days" in few.reason
    held = fit(*lived(setback=0.0)[:4])
    assert isinstance(held, NotKnown)
    assert "two degrees lower" in held.mend


def test_a_room_that_its_heat_does_not_warm_is_no_room(weeks):
    times, room, outdoor, heats, hour = weeks
    shuffled = np.random.default_rng(3).permutation(heats)
    said = fit(times, room, outdoor, shuffled, hour=hour)
    assert isinstance(said, NotKnown)
    assert "clearly enough" in said.reason

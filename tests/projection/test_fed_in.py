"""What will be fed in: the season's sun moves it, spells stay spells, and the band holds as often as it says."""

import datetime as dt

import numpy as np
import pytest

from heatledger.fed_in import FedDay, draw_export, sun

FIRST = dt.date(2025, 1, 1)


def roof(days, seed=1, latitude=45.0):
    """A roof under passing weather: the sun outside the atmosphere, times a clearness that lasts for days."""
    random = np.random.default_rng(seed)
    clear, rows = 0.5, []
    for number in range(days):
        day = FIRST + dt.timedelta(days=number)
        clear = float(np.clip(0.5 + 0.6 * (clear - 0.5) + random.normal(0, 0.15), 0.05, 0.9))
        noon = np.concatenate((np.zeros(32), np.full(32, clear * sun(latitude, day) / 32), np.zeros(32)))
        rows.append(FedDay(day, noon))
    return rows


def drawn(past, ahead, latitude=45.0, lengths=None, draws=60):
    lengths = lengths or [96] * len(ahead)
    return draw_export(past, ahead, lengths=lengths, latitude=latitude, seed=1, draws=draws)


def test_half_a_year_on_the_sun_is_stronger_by_as_much_as_the_sky_says():
    january = [row._replace(quarters=np.full(96, 1.0)) for row in roof(30)]
    july = dt.date(2025, 7, 1)
    low, high = (sun(45.0, july) / sun(45.0, dt.date(2025, 1, day)) for day in (30, 1))
    assert all(96 * low - 1 <= one.sum() <= 96 * high + 1 for one in drawn(january, [july]))
    assert all(one.sum() == pytest.approx(96.0) for one in drawn(january, [july], latitude=None))


def test_a_day_of_a_clock_change_has_its_quarters():
    assert [len(one) for one in drawn(roof(30), [dt.date(2025, 2, 1)], lengths=[92])] == [92] * 60


@pytest.mark.parametrize("history", [365 + 13, 60])
def test_the_band_holds_about_as_often_as_it_says(history):
    """Eight chances in ten: what 20 days feed in, over a year of cycles on twelve roofs."""
    held = []
    for seed in range(12):
        rows = roof(2 * 365, seed)
        for today in range(400, 700, 30):
            ahead = rows[today : today + 20]
            sums = [one.sum() for one in drawn(rows[max(today - history, 0) : today], [row.day for row in ahead])]
            low, high = np.quantile(sums, (0.1, 0.9))
            held.append(low <= sum(row.quarters.sum() for row in ahead) <= high)
    assert 0.72 <= np.mean(held) <= 0.9  # 74 % with a year before, 82 % with 60 days

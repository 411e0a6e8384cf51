"""The weather of the day ahead: what it says, when it says nothing, and how wrong it is in three places."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from heatledger.control.weather_ahead import like_yesterday

EPW = Path(__file__).parents[3] / "shared" / "physics" / "data" / "weather-epw"
HOUR_S = 3600
TIMES = np.arange(0, 30 * HOUR_S, HOUR_S)


def test_at_once_it_is_what_was_measured_and_a_day_later_what_yesterday_had_nearly():
    celsius = 5.0 * np.sin(TIMES / 86_400 * 2 * np.pi) + np.where(TIMES > 26 * HOUR_S, 4.0, 0.0)
    now = float(TIMES[-1])
    found = like_yesterday(TIMES, celsius, now, now + np.array([0.0, 86_400.0 - HOUR_S]))
    assert found[0] == pytest.approx(celsius[-1])
    assert found[1] == pytest.approx(celsius[-2], abs=0.6)


@pytest.mark.parametrize("silent", [slice(-3, None), slice(8, 14), slice(None, 12), slice(None, None)])
def test_it_says_nothing_without_the_present_and_the_day_before(silent):
    celsius = np.zeros(TIMES.size)
    celsius[silent] = np.nan
    now = float(TIMES[-1])
    assert like_yesterday(TIMES, celsius, now, np.array([now + HOUR_S])) is None


def test_an_hour_of_silence_is_bridged():
    celsius = np.zeros(TIMES.size)
    celsius[10] = np.nan
    now = float(TIMES[-1])
    assert like_yesterday(TIMES, celsius, now, np.array([now + HOUR_S])) == pytest.approx([0.0])


@pytest.mark.reference
@pytest.mark.skipif(not EPW.is_dir(), reason="../shared is absent")
@pytest.mark.parametrize(
    ("place", "day_k", "soon_k"), [("IL_Chicago", 3.7, 2.1), ("CO_Golden", 4.6, 3.0), ("AK", 4.4, 2.6)]
)
def test_how_wrong_it_is_over_a_winter(place, day_k, soon_k):
    (path,) = (one for one in EPW.glob("*.epw.gz") if place in one.name)
    with gzip.open(path, "rt", encoding="latin1") as file:
        year = np.array([float(row[6]) for row in csv.reader(file) if row[0].isdigit() and len(row) > 30])
    winter = np.concatenate((year[-31 * 24 :], year[: 59 * 24]))  # December, and January and February
    times = np.arange(winter.size) * HOUR_S
    wrong = []
    for now in range(48, winter.size - 24, 5):
        hours = times[now + 1 : now + 25].astype(float)
        seen = slice(now - 30, now + 1)
        found = like_yesterday(times[seen], winter[seen], float(times[now]), hours)
        wrong.append(np.abs(found - winter[now + 1 : now + 25]))
    assert np.mean(wrong) == pytest.approx(day_k, abs=0.1)
    assert np.mean([row[:6] for row in wrong]) == pytest.approx(soon_k, abs=0.1)

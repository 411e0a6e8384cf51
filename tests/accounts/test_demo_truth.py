"""The demo home's truth: what ran, in which mode, how often it started and what it drew at rest, read each minute."""

import shutil
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from heatledger.accounts import account
from heatledger.config import load, shipped_dir
from heatledger.day_sums import sum_days
from heatledger.days import midnight, spans
from heatledger.operation import cycling, defrosting, standby
from ingest import simulate
from ingest.simulate import history

ZONE = ZoneInfo("America/Chicago")
DAYS, STEP_S = 6, 60
PUMPS = {"living": [0], "upstairs": [1, 2]}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    (folder / "homes").mkdir()
    shutil.copy(shipped_dir() / "homes" / "demo.toml", folder / "homes")
    return load(data_dir=folder, config_dir=folder, environ={}).homes["demo"]


@pytest.fixture(scope="module", params=[date(2026, 1, 10), date(2026, 4, 20), date(2026, 7, 10)], ids=str)
def lived(request, home):
    """A winter, a spring and a summer week less a day: its truth, and the days made of what was heard of it."""
    start = midnight(request.param, ZONE)
    end = midnight(request.param + timedelta(days=DAYS), ZONE)
    truth = simulate.advance(simulate.new(7, int(start.timestamp()) * 10**6), int(end.timestamp()) * 10**6, STEP_S)
    blocks = history.intervals(truth, home="demo")
    books = account(home, blocks, start_s=int(start.timestamp()), end_s=int(end.timestamp()))
    return truth, sum_days(books, spans(start, end, ZONE), now=end, home=home)


def kwh(power_w, where=True):
    return float((power_w * where).sum()) * STEP_S / 3.6e6


@pytest.mark.parametrize("pump", PUMPS)
def test_every_kilowatt_hour_has_its_mode(lived, pump):
    truth, days = lived
    heat = truth.heat_w[:, PUMPS[pump]].sum(axis=1)
    power = truth.power_w[pump]
    found = {mode: sum(day.pumps[pump].use[mode] for day in days) for mode in days[0].pumps[pump].use}
    blur = 0.02 * kwh(power) + 0.15  # an interval that starts or stops within itself has one mode
    for mode, true in (("heating", heat > 0), ("cooling", heat < 0), ("standby", heat == 0)):
        assert found[mode] == pytest.approx(kwh(power, true), abs=blur), mode
    assert found["unknown"] == pytest.approx(0.0, abs=blur)
    assert sum(found.values()) == pytest.approx(kwh(power), rel=1e-3)


@pytest.mark.parametrize("pump", PUMPS)
def test_starts_are_the_true_ones_and_nothing_defrosts_that_does_not(lived, pump):
    truth, days = lived
    runs = (truth.heat_w[:, PUMPS[pump]] != 0).any(axis=1)
    true = int(np.count_nonzero(np.diff(runs.astype(int)) == 1))
    rows = [day.running[pump] for day in days]
    seconds = DAYS * 86_400.0
    assert cycling(rows, seconds).starts == pytest.approx(true, abs=max(1, 0.05 * true))
    assert cycling(rows, seconds).short_cycling is False
    assert defrosting(rows, seconds, 0.0).count == 0


@pytest.mark.parametrize("pump", PUMPS)
def test_what_it_draws_at_rest_is_what_was_put_in(lived, pump):
    truth, days = lived
    rests = (truth.heat_w[:, PUMPS[pump]] == 0).all(axis=1)
    found = standby([day.running[pump] for day in days], DAYS * 86_400.0, 0.0)
    if found.watts is not None:
        assert truth.power_w[pump][rests].min() <= found.watts <= truth.power_w[pump][rests].max()
        assert found.mean_watts == pytest.approx(truth.power_w[pump][rests].mean(), rel=0.35)


def test_each_head_has_its_share_as_far_as_run_time_tells(lived):
    """The demo's heads tell neither demand nor air: run time comes within a quarter of the true shares of the heat."""
    truth, days = lived
    moved = np.abs(truth.heat_w[:, PUMPS["upstairs"]])
    share = moved[:, 0] / np.maximum(moved.sum(axis=1), 1e-9)
    true = kwh(truth.power_w["upstairs"], share * (moved.sum(axis=1) > 0))
    both = kwh(truth.power_w["upstairs"], moved.sum(axis=1) > 0)
    assert abs(sum(day.zones["bedroom"] for day in days) - true) <= 0.25 * both + 0.2


def test_the_kids_panel_heater_is_on_when_it_is(lived):
    truth, days = lived
    hours = float(np.count_nonzero(truth.power_w["kids"] > 0)) * STEP_S / 3600
    assert sum(day.rooms["kids"].on_h for day in days) == pytest.approx(hours, rel=0.25, abs=1.0)


def test_degree_hours_are_the_rooms_above_outdoors(lived):
    truth, days = lived
    apart = np.maximum(truth.zone_c[:, 1] - truth.weather.temp_c, 0.0).sum() * STEP_S / 3600
    assert sum(day.rooms["bedroom"].degree_h for day in days) == pytest.approx(apart, rel=0.03, abs=20)

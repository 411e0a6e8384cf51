"""Where a cycle is heading: laws of the draws, and a back-test over simulated homes."""

import datetime as dt
import functools
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from heatledger import accounts, projection
from heatledger.config import read_toml, shipped_dir
from heatledger.day_sums import sum_days
from heatledger.days import spans
from heatledger.home import Home
from heatledger.projection import MIN_DAYS, PastDay, draw_rest
from ingest import simulate
from ingest.simulate import history

START = dt.date(2025, 11, 1)
SHAPE = np.linspace(1.0, 2.0, 96) / 144
RANDOM = np.random.default_rng(3)


def past(days=60, temps=None, slope=2.0):
    temps = RANDOM.normal(0, 4, days) if temps is None else temps
    return [
        PastDay(START + dt.timedelta(days=n), (10 + slope * max(15 - t, 0)) * SHAPE, float(t))
        for n, t in enumerate(temps)
    ]


def ahead(count, first=None):
    first = first or START + dt.timedelta(days=60)
    return [first + dt.timedelta(days=n) for n in range(count)]


def draw(measured, days, **changes):
    options = {"lengths": [96] * len(days), "latitude": 42.0, "seed": 1, **changes}
    return draw_rest(measured, days, **options)


def totals(draws):
    return np.array([sum(day.sum() for day in one) for one in draws])


def test_the_same_seed_gives_the_same_draws():
    first, again = (totals(draw(past(temps=np.arange(60) % 9), ahead(5))) for _ in range(2))
    assert first.tolist() == again.tolist()
    assert len(first) == projection.DRAWS


def test_less_than_a_fortnight_is_refused():
    assert draw(past(MIN_DAYS - 1), ahead(3)) is None


def test_days_of_a_clock_change_have_their_own_length():
    (first, second), *_ = draw(past(), ahead(2), lengths=[92, 100])
    assert (len(first), len(second)) == (92, 100)


def test_energy_is_never_negative_and_no_day_is_empty():
    for one in draw(past(), ahead(10)):
        assert all((day >= 0).all() and day.sum() > 0 for day in one)


def test_without_temperatures_the_days_so_far_are_what_is_to_come():
    unknown = [day._replace(outdoor_c=float("nan")) for day in past(temps=np.full(60, 5.0))]
    assert np.median(totals(draw(unknown, ahead(10)))) == pytest.approx(10 * 30.0, rel=0.02)


def test_a_colder_end_costs_more():
    mild, cold = (past(temps=np.concatenate((np.arange(46.0) % 12, np.full(14, end)))) for end in (12.0, -8.0))
    assert np.median(totals(draw(cold, ahead(7)))) > 1.5 * np.median(totals(draw(mild, ahead(7))))


def test_a_longer_rest_is_less_sure():
    measured = past()
    near, far = (np.ptp(np.quantile(totals(draw(measured, ahead(days))), (0.1, 0.9))) for days in (3, 25))
    assert far > 2 * near


def test_the_season_turns_to_spring_and_to_autumn_as_the_latitude_says():
    spring = projection._turning(dt.date(2026, 3, 15), ahead(20, dt.date(2026, 3, 16)), 42.0)
    autumn = projection._turning(dt.date(2026, 10, 15), ahead(20, dt.date(2026, 10, 16)), 42.0)
    assert spring[-1] > 2
    assert autumn[-1] < -2
    assert projection._turning(dt.date(2026, 3, 15), ahead(20, dt.date(2026, 3, 16)), -42.0)[-1] < -2
    assert not projection._turning(dt.date(2026, 3, 15), ahead(3), None).any()


@functools.cache
def simulated(seed, first, last):
    """The days of a home from one to another."""
    home = read_toml(shipped_dir() / "homes" / "demo.toml", Home)
    home = msgspec.structs.replace(home, heat_pumps=())
    zone = ZoneInfo(home.timezone)
    start, end = (dt.datetime.combine(day, dt.time(), zone) for day in (first, last))
    state = simulate.new(seed, int(start.timestamp()) * 1_000_000)
    blocks = history.intervals(simulate.advance(state, int(end.timestamp()) * 1_000_000, 300))
    read = [b for b in blocks if b.key.quantity in ("energy", "outdoor_temp") and b.key.channel in ("", "pm1:0", "0")]
    books = accounts.account(home, read, start_s=int(start.timestamp()), end_s=int(end.timestamp()))
    pieces = spans(start, end, zone)
    return [
        PastDay(piece[0].astimezone(zone).date(), np.array(day.profile.imported), day.outdoor_c)
        for piece, day in zip(pieces, sum_days(books, pieces, now=end), strict=True)
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("history_days", "holds"), [pytest.param(400, (0.70, 0.97), marks=pytest.mark.long), (60, (0.70, 0.97))]
)
def test_the_band_holds_what_came_as_often_as_it_says(history_days, holds):
    """Eight chances in ten: over 8 cycles of two homes, asked after 2, 10 and 20 days."""
    held, errors = [], []
    begins, ends = dt.date(2025, 1, 3), dt.date(2026, 4, 3)
    for seed in (1, 2):
        days = simulated(seed, begins - dt.timedelta(days=history_days), ends + dt.timedelta(days=1))
        place = {day.day: number for number, day in enumerate(days)}
        for month in range(0, 16, 2):
            year, index = divmod(2025 * 12 + month, 12)
            first = place[dt.date(year, index + 1, 3)]
            last = place[_next(year, index)]
            for gone in (2, 10, 20):
                cut = first + gone
                rest = days[cut:last]
                drawn = draw(
                    days[max(cut - history_days, 0) : cut],
                    [day.day for day in rest],
                    lengths=[len(day.quarters) for day in rest],
                    latitude=41.9,
                )
                done = sum(day.quarters.sum() for day in days[first:cut])
                truth = done + sum(day.quarters.sum() for day in rest)
                low, middle, high = done + np.quantile(totals(drawn), (0.1, 0.5, 0.9))
                held.append(low <= truth <= high)
                errors.append(abs(middle / truth - 1))
    assert holds[0] <= np.mean(held) <= holds[1]
    assert np.median(errors) < 0.06


def _next(year, index):
    following = year * 12 + index + 1
    return dt.date(following // 12, following % 12 + 1, 3)

"""What cannot be billed is refused in one line that names the key and the mend."""

from itertools import pairwise

import msgspec
import pytest

from heatledger.config import ConfigError, read_toml
from heatledger.tariff.cycle import cycles_between, monthly_bounds
from heatledger.tariff.load import BillError, read_load
from heatledger.tariff.model import Tariff
from heatledger.tariff.pricing import price
from tests.tariff.plans import CHICAGO, UTC, cycle, dt, energy, load, plan

PEAK = [{"days": ["weekday"], "hours": ["16:00-21:00"]}]
FIXED = {"kind": "fixed", "label": "Customer", "rate": "1"}
REFUSED = [
    ([], {}, "lines: there are none"),
    ([energy(when=PEAK)], {}, "no line prices mon 00:00 from 01-01 on; widen a window, give one line otherwise = true"),
    ([energy(when=[{"months": [1]}]), energy(label="b", when=[{"season": ["02-01", "12-15"]}])], {}, "from 12-15 on"),
    ([energy(when=PEAK), energy(label="b", when=[{"hours": ["00:00-24:00"]}])], {}, "two lines price mon 16:00"),
    ([energy(), energy()], {}, "two lines price mon 00:00"),
    ([energy(otherwise=True), energy(label="b", otherwise=True)], {}, "two lines price what is left"),
    ([energy(to="2026-01-01"), energy(**{"from": "2026-02-01"})], {}, "no line is valid from 2026-01-01 to 2026-02-01"),
    ([energy(to="2026-03-01"), energy(**{"from": "2026-02-01"})], {}, "two lines price"),
    ([energy(**{"from": "2026-02-01", "to": "2026-02-01"})], {}, "is not before to"),
    ([energy(), FIXED, FIXED], {}, "two lines are valid from the beginning on; let one end where the next begins"),
    ([energy(), {**FIXED, "to": "2026-01-01"}, {**FIXED, "from": "2026-03-01"}], {}, "close the gap"),
    ([energy(rate=None)], {}, "give exactly one of rate, tiers and series, not none"),
    ([energy(tiers=[{"rate": "1"}])], {}, "not rate and tiers"),
    (
        [energy(rate=None, tiers=[{"up_to": "9", "rate": "1"}, {"up_to": "8", "rate": "1"}, {"rate": "2"}])],
        {},
        "up_to must rise from step to step; order the ladder",
    ),
    ([energy(rate=None, tiers=[{"up_to": "9", "rate": "1"}])], {}, "the last has none"),
    (
        [
            energy(rate=None, tiers=[{"up_to": "9", "rate": "1"}, {"rate": "2"}], when=PEAK),
            energy(label="b", rate=None, tiers=[{"up_to": "8", "rate": "1"}, {"rate": "2"}], otherwise=True),
        ],
        {},
        "share a ladder but not its thresholds",
    ),
    ([energy(rate=None, series="spot")], {}, "series 'spot' is not among [[series]]"),
    ([energy()], {"series": [{"name": "spot"}]}, "give exactly one of prices, file and mqtt"),
    ([energy(rate="0,15")], {}, "rate: '0,15' is not a decimal number"),
    ([energy(when=[{"hours": ["25:00-26:00"]}])], {}, "lines[0].when[0].hours"),
    ([energy(when=[{"season": ["02-30", "03-01"]}])], {}, "season: '02-30' is not a day of the year"),
    ([energy(when=[{"days": ["holiday"]}], partial=True)], {}, 'no [holidays] says which; add country = "…"'),
    ([energy(add="0.01")], {}, "add changes prices of a series"),
    (
        [energy(), {"kind": "credit", "label": "Sun", "rate": "1"}],
        {"export": {"scheme": "net_metering"}},
        "leave the credit",
    ),
    ([energy()], {"timezone": "Mars/X"}, "timezone: 'Mars/X' is not known"),
    ([energy()], {"holidays": {"country": "XX"}}, "name a country, subdivision and categories of the holidays package"),
    ([energy()], {"holidays": {"country": "US", "subdivision": "ZZ"}}, "holidays: "),
    ([energy()], {"holidays": {"country": "US", "only": ["Labour Day"]}}, "did you mean 'Labor Day'?"),
    ([energy(), {"kind": "percent", "label": "Tax", "rate": "5", "base": ["Enrgy"]}], {}, "did you mean 'Energy'?"),
    ([{"kind": "percent", "label": "Tax", "rate": "5", "base": ["Energy"]}, energy()], {}, "no line or group above it"),
    ([energy(), {"kind": "percent", "label": "Tax", "rate": "100", "mode": "gross_up"}], {}, "the rate is below 100"),
]


@pytest.mark.parametrize(("lines", "more", "message"), REFUSED, ids=[message for *_, message in REFUSED])
def test_a_plan_that_cannot_be_billed(lines, more, message):
    with pytest.raises(msgspec.ValidationError) as caught:
        plan(*lines, **more)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rate = 0.15", 'lines[0].rate: a bare number; put it in quotes: rate = "0.1632"'),
        ('rate = "0.15"\nrat = "1"', "lines[0]: unknown key 'rat'; did you mean 'rate'?"),
        (
            'rate = "0.15"\nwhen = [{hours = ["16:00-21:00"]}]',
            ": lines: 'energy by schedule': no line prices mon 00:00",
        ),
    ],
)
def test_a_file_that_cannot_be_billed_is_named(tmp_path, text, message):
    path = tmp_path / "mine.toml"
    path.write_text(f'name = "m"\ncurrency = "USD"\nsource = "s"\n[[lines]]\nkind = "energy"\nlabel = "E"\n{text}\n')
    with pytest.raises(ConfigError) as caught:
        read_toml(path, Tariff)
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)


LOADS = [
    ("begin,kwh\n", "line 1: columns begin,kwh; write start,kwh[,export_kwh][,kw]"),
    ("start,kwh\n2026-01-01T00:00,1\n", "1 rows; a load needs at least two"),
    ("start,kwh\n2026-01-01T00:00,1\n2026-01-01T01:00,x\n", "line 3: kwh: 'x' is not a number"),
    ("start,kwh\n2026-01-01T00:00,1\n2026-01-01T01:00,nan\n", "'nan' is not a number"),
    ("start,kwh\n2026-01-01T00:00,1\n2026-01-01T01:00,-1\n", "is below zero; put what is fed in under export_kwh"),
    ("start,kwh\nyesterday,1\n2026-01-01T01:00,1\n", "line 2: start: 'yesterday' is not an ISO time"),
    ("start,kwh\n2026-01-01T00:00,1,2\n", "line 2: 3 cells under 2 columns"),
    ("start,kwh\n2026-01-01T00:00,1\n2026-01-01T01:00Z,1\n", "some times have an offset and some have none"),
    (
        "start,kwh\n2026-01-01T00:00,1\n2026-01-01T01:00,1\n2026-01-01T03:00,1\n2026-01-01T04:00,1\n",
        "a gap after 2026-01-01T01:00",
    ),
    (
        "start,kwh\n2026-01-01T00:00Z,1\n2026-01-01T01:00Z,1\n2026-01-01T01:00Z,1\n2026-01-01T02:00Z,1\n",
        "stands twice; keep one",
    ),
    ("start,kwh\n2026-03-08T01:00,1\n2026-03-08T02:00,1\n", "is skipped by the clock in America/Chicago"),
]


@pytest.mark.parametrize(("text", "message"), LOADS, ids=[message for _, message in LOADS])
def test_a_load_that_cannot_be_billed(text, message):
    with pytest.raises(BillError) as caught:
        read_load(text.splitlines(), CHICAGO, where="load.csv")
    assert str(caught.value).startswith("load.csv: ")
    assert message in str(caught.value)


def test_an_hour_that_the_clock_repeats_is_written_twice():
    rows = [f"2026-11-01T{hour:02}:00,1" for hour in (0, 1, 1, 2)]
    found = read_load(["start,kwh", *rows], CHICAGO, where="load.csv")
    assert (found.start_s[-1] - found.start_s[0], found.step_s) == (3 * 3600, 3600)


def test_energy_outside_the_validity_of_its_price_is_never_free():
    with pytest.raises(BillError, match="'Energy' prices nothing on 2026-01-01; add the line that was valid then"):
        price(
            plan(energy(**{"from": "2026-02-01"})),
            load("2026-01-01", [1.0] * 24),
            [cycle("2026-01-01", "2026-01-02")],
            UTC,
        )


def test_meter_read_dates_must_reach_over_the_load():
    dates = [dt.date(2026, 1, 1), dt.date(2026, 2, 3)]
    with pytest.raises(BillError, match="do not reach from 2026-01-01 to 2026-03-01; add those before and after"):
        cycles_between(dates, dates[0], dt.date(2026, 3, 1))
    with pytest.raises(BillError, match="put them in order, each once"):
        cycles_between([*dates, dates[0]], dates[0], dates[1])


@pytest.mark.parametrize("day", [1, 15, 28, 29, 30, 31])
def test_cycles_by_a_day_of_the_month_leave_no_day_out(day):
    first, last = dt.date(2026, 1, 10), dt.date(2028, 3, 20)
    spans = cycles_between(monthly_bounds(day, first, last), first, last)
    assert (spans[0].start, spans[-1].end) == (first, last)
    assert all(early.end == late.start for early, late in pairwise(spans))
    assert all(28 <= span.whole_days <= 31 for span in spans)

"""Two series that are one meter are noticed and proposed; what only looks alike is left alone."""

import msgspec
import numpy as np
import pytest

from heatledger.accounts import account
from heatledger.cuts import Cuts
from heatledger.home import Home
from heatledger.twins import twin_days, twin_issues
from tests.accounts.homes import HOME, block, home

DAYS = 4


def load(scale=0.06, seed=0, days=DAYS):
    """A unit's five-minute energies, about 1 kW: a daily swing, hours of its own, and noise. [kWh]."""
    rng = np.random.default_rng(seed)
    at = np.arange(288 * days)
    swing = 1 + 0.4 * np.sin(2 * np.pi * at / 288)
    hours = np.repeat(rng.uniform(0.3, 1.0, 24 * days), 12)
    return scale * swing * hours * rng.uniform(0.95, 1.05, len(at))


def counted(kwh, step=0.1):
    """The same as a register of whole tenths tells it, spread between its steps."""
    shown = np.floor(np.cumsum(kwh) / step) * step
    return np.diff(
        np.interp(np.arange(len(shown)), np.flatnonzero(np.diff(shown, prepend=-1)), np.unique(shown)), prepend=0.0
    )


def issues(meters, kwh, days=DAYS):
    place = msgspec.convert({**HOME, "meters": meters, "heat_pumps": []}, Home)
    cuts = Cuts(288 * np.arange(days), 288 * np.arange(1, days + 1))
    totals = {name: cuts.sum(row).tolist() for name, row in kwh.items()}
    rows = [(found, {name: row[day] for name, row in totals.items()})
            for day, found in enumerate(twin_days(place, kwh, cuts))]  # fmt: skip
    return twin_issues(place, rows)


def meter(name, role="circuit", **more):
    return {"id": name, "role": role, "points": [name], **more}


def test_a_register_heard_twice_is_proposed_as_a_duplicate_with_the_line_that_mends_it():
    (found,) = issues([meter("plug"), meter("cloud")], {"plug": load(), "cloud": counted(load())})
    assert found.name == "meter.said_twice"
    assert "cloud counts what plug counts, hour by hour on 4 of 4 days" in found.message
    assert 'role = "duplicate_of" and of = "plug" in the [[meters]] of id = "cloud"' in found.fix
    assert found.data["kwh"] == pytest.approx(load().sum(), abs=0.2)


def test_heads_that_all_report_the_one_outdoor_unit_are_each_its_duplicate():
    heads = [meter(name, "head", parent="outdoor") for name in ("bed", "study")]
    found = issues([*heads, meter("outdoor", "outdoor_unit")], dict.fromkeys(("outdoor", "bed", "study"), load()))
    assert [issue.data["meter"] for issue in found] == ["bed", "study"]
    assert found[0].data["of"] == "outdoor"


def test_a_head_that_reports_the_outdoor_unit_and_its_own_fan_is_a_leader():
    kwh = {"outdoor": load(), "bed": load() + 25 / 12_000, "study": np.full(288 * DAYS, 25 / 12_000)}
    meters = [meter("outdoor", "outdoor_unit"), meter("bed", "head"), meter("study", "head")]
    (found,) = issues(meters, kwh)
    assert (found.name, found.data["meter"], found.data["of"]) == ("meter.leader_head", "bed", "outdoor")
    assert 'role = "leader_sum" and of = "outdoor"' in found.fix


def test_a_head_that_reports_the_sum_of_the_others_is_a_leader():
    kwh = {"a": load(seed=1), "b": load(seed=2), "c": load(seed=1) + load(seed=2)}
    (found,) = issues([meter(name, "head") for name in "abc"], kwh)
    assert found.data["meter"] == "c"
    assert 'role = "leader_sum" in the [[meters]] of id = "c" and parent = "c" in those of a, b' in found.fix


@pytest.mark.parametrize("seed", range(8))
def test_two_like_units_in_one_weather_are_not_one(seed):
    weather = load(seed=99)
    kwh = {"a": weather * (1 + 0.5 * load(1.0, seed)), "b": weather * (1 + 0.5 * load(1.0, seed + 50))}
    kwh["b"] *= kwh["a"].sum() / kwh["b"].sum()  # even where their sums agree
    assert issues([meter("a"), meter("b")], kwh) == []


def test_a_day_or_two_are_not_enough():
    assert issues([meter("a"), meter("b")], dict.fromkeys("ab", load()), days=2) == []


def test_a_branch_and_the_one_plug_on_it_agree_by_right():
    assert issues([meter("floor"), meter("plug", parent="floor")], dict.fromkeys(("floor", "plug"), load())) == []


def test_until_the_file_is_mended_nothing_is_dropped_and_mended_it_is_counted_once():
    both = [block("main", "energy", [1.0]), block("pm", "energy", [0.5]), block("bed", "energy", [0.5])]

    def zones(**head):
        meters = [
            {"id": "main", "role": "import", "points": ["main"]},
            {"id": "outdoor", "role": "outdoor_unit", "parent": "main", "points": ["pm"]},
            {"id": "bed", "parent": "main", "points": ["bed"], "zone": "bed", **head},
        ]
        start = int(both[0].start_s[0])
        return account(home(meters=meters, heat_pumps=[]), both, start_s=start, end_s=start + 300)

    assert zones(role="head").home["unallocated"].tolist() == [0.5]
    assert zones(role="head").zones["bed"].tolist() == [0.5]
    for role in ("duplicate_of", "leader_sum"):
        mended = zones(role=role, of="outdoor")
        assert (mended.zones["bed"].tolist(), mended.home["unallocated"].tolist()) == ([0.0], [1.0])
    alone = zones(role="leader_sum")  # without `of` it is the unit's meter, and no zone's
    assert alone.zones["bed"].tolist() == [0.0]
    assert alone.meters["bed"].tolist() == [0.5]

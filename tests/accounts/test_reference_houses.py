"""Simulated houses of another hand, in means of 15 minutes: what these hide is not known, and nothing is made up."""

import csv
import gzip

import numpy as np
import pytest

from heatledger.cuts import Cuts
from heatledger.cycling import trace
from heatledger.meters import Grid
from heatledger.operation import cycling, defrosting
from heatledger.readings import Intervals
from heatledger.run_day import run_days
from tests.accounts.traces import KEY, PLACE

pytestmark = pytest.mark.reference


def columns(path):
    with gzip.open(path, "rt") as text:
        rows = [row for row in csv.DictReader(text) if row["season"] == "winter"]
    powers = [name for name in rows[0] if name.endswith("_power_w") and f"{name[:-8]}_defrost_w" in rows[0]]
    wanted = ["outdoor_temp_c", *powers, *(f"{name[:-8]}_defrost_w" for name in powers)]
    return powers, {name: np.repeat([float(row[name]) for row in rows], 3) for name in wanted}


def test_in_means_of_fifteen_minutes_defrosts_are_not_known_and_none_is_invented(shared):
    judged = 0
    for path in sorted((shared / "physics" / "oracle").glob("*_home.csv.gz")):
        powers, said = columns(path)
        for name in powers:
            watts, outdoors = said[name], said["outdoor_temp_c"]
            size = len(watts)
            flat = Intervals(KEY, 300 * np.arange(size), watts / 12_000, watts, watts, watts, watts,
                             np.ones(size), np.zeros(size, dtype=np.int64))  # fmt: skip
            found = trace(PLACE.heat_pumps[0], PLACE.meters[1], Grid([flat], 0, 300 * size), outdoors)
            none = np.zeros(size)
            mode = np.where(found.defrosts == 1, 3.0, 0.0)
            more = {"mode": mode, "evidence": none, "told": none, "unshared": none}
            (day,) = run_days(found._asdict() | more, outdoors, flat.energy, Cuts.one(size))
            assert day.defrosts == 0, (path.name, name)
            assert cycling([day], day.heard_s).short_cycling is None
            if said[f"{name[:-8]}_defrost_w"].sum() > 0:
                judged += 1
                assert "read every minute" in defrosting([day], day.heard_s, 0.0).reason
    assert judged >= 15

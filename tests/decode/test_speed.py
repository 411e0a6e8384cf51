"""Decoding stays within its bars, in the same run: four times parsing, and hardly dearer in a crowd of rules."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "benchmarks" / "decode.py"


@pytest.fixture(scope="module")
def benchmark_module():
    spec = importlib.util.spec_from_file_location("benchmark_decode", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_sensor_message_costs_at_most_four_times_its_parsing(request, benchmark_module, files, decoder):
    example = files["tasmota"].examples[0]
    ratios = []
    tracer = sys.gettrace()
    request.addfinalizer(lambda: sys.settrace(tracer))
    sys.settrace(None)  # what measures coverage would be measured itself
    for _ in range(3):  # a busy machine may spoil a turn, not all of them
        cost = benchmark_module.measure(decoder, "tasmota", example, number=500, repeat=15)
        assert cost.readings == 2
        ratios.append(cost.ratio)
        if cost.ratio <= benchmark_module.BAR:
            return
    pytest.fail(f"{ratios} × json.loads")


def test_a_crowd_of_rules_costs_hardly_more_than_one_family(request, benchmark_module):
    tracer = sys.gettrace()
    request.addfinalizer(lambda: sys.settrace(tracer))
    sys.settrace(None)
    seen = []
    for _ in range(3):
        costs = benchmark_module.crowd(topics=150, repeat=4)
        assert [one.topics for one in costs] == ["warm", "cold"]
        seen.append([one.ratio for one in costs])
        if max(seen[-1]) <= benchmark_module.CROWD_BAR:
            return
    pytest.fail(f"{seen} × one family (warm, cold)")


def test_every_family_that_speaks_json_is_measured(benchmark_module, files):
    assert {file.family for file in benchmark_module.devices()} == set(files)

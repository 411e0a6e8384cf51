"""`heatledger decode --jsonl`: earlier lines inform later ones."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from cli.main import app
from heatledger.quantities import QUANTITIES

BESIDES = {"voltage", "current", "power_factor", "frequency", "valve_position", "heating_demand", "on_fraction"}
JUDGED = QUANTITIES.keys() - BESIDES - {"solar_irradiance"}
CATALOGUE = {
    "topic": "homeassistant/sensor/barn/w/config",
    "payload": json.dumps({"stat_t": "barn/w", "unit_of_meas": "kW", "dev": {"name": "Barn"}}),
    "retain": True,
}
STATE = {"topic": "barn/w", "payload": "1.5"}


def decoded(tmp_path, *lines: dict) -> list[list[dict]]:
    file = tmp_path / "lines.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = CliRunner().invoke(app, ["decode", "--jsonl", str(file)], env={"HEATLEDGER_DATA": str(tmp_path)})
    assert result.exit_code == 0, result.output
    return [json.loads(line)["readings"] for line in result.stdout.splitlines()]


def test_a_catalogue_earlier_in_the_file_explains_what_comes_after(tmp_path):
    before, told, after = decoded(tmp_path, STATE, CATALOGUE, STATE)
    assert (before, told) == ([], [])
    [reading] = after
    wanted = {"family": "ha", "device": "Barn", "channel": "w", "quantity": "power", "value": 1500.0, "unit": "W"}
    assert wanted.items() <= reading.items()


@pytest.mark.reference
def test_the_whole_corpus_as_one_file_decodes_exactly_whatever_was_told_before(tmp_path, shared):
    paths = sorted((shared / "mqtt" / "corpus").glob("*.jsonl"))
    lines = [json.loads(line) for path in paths for line in path.read_text().splitlines()]
    wrong = []
    for line, readings in zip(lines * 2, decoded(tmp_path, *(lines * 2)), strict=True):
        found = sorted((one["device"], one["quantity"]) for one in readings if one["quantity"] in JUDGED)
        asked = sorted((one["device"], one["quantity"]) for one in line["expect"] if one["quantity"] in JUDGED)
        if found != asked:
            wrong.append((line["topic"], found, asked))
    assert wrong == []

"""Every plan that ships loads, prices every hour, and comes out as its examples are printed."""

import re
from pathlib import Path

import pytest

from heatledger.config import read_toml, shipped_dir
from heatledger.tariff.example import check_examples
from heatledger.tariff.model import Tariff
from heatledger.tariff.writing import plan_text

FILES = sorted((shipped_dir() / "tariffs").glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_examples_come_out_as_printed(path):
    plan = read_toml(path, Tariff)
    assert plan.examples
    assert check_examples(plan, folder=path.parent) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_plan_written_and_read_is_the_same(path, tmp_path):
    plan = read_toml(path, Tariff)
    copy = tmp_path / path.name
    copy.write_text(plan_text(plan), encoding="utf-8")
    assert read_toml(copy, Tariff) == plan


def test_the_shapes_cover_every_kind_of_line_and_every_scheme():
    plans = [read_toml(path, Tariff) for path in FILES]
    kinds = {line.kind for plan in plans for line in plan.lines}
    assert kinds >= {"energy", "credit", "fixed", "demand", "minimum", "percent"}
    assert {plan.export.scheme for plan in plans} == {"registers", "net_billing", "net_metering"}
    assert {line.mode for plan in plans for line in plan.lines if line.kind == "percent"} == {
        "add",
        "gross_up",
        "inclusive",
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_plan_says_where_its_figures_come_from(path):
    assert "invented" in read_toml(path, Tariff).source


def test_an_example_that_is_wrong_is_named(tmp_path):
    text = FILES[0].read_text(encoding="utf-8").rpartition('total = "')
    copy = tmp_path / "wrong.toml"
    copy.write_text(text[0] + 'total = "1.00"\n', encoding="utf-8")
    assert check_examples(read_toml(copy, Tariff), folder=tmp_path)[0].endswith(
        "printed 1.00; mend the plan or the example"
    )


def test_the_plan_of_the_manual_comes_out_as_it_says(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "add-a-tariff.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    copy = tmp_path / "manual.toml"
    copy.write_text(text, encoding="utf-8")
    plan = read_toml(copy, Tariff)
    assert plan.examples
    assert check_examples(plan, folder=tmp_path) == []


def test_the_manual_names_every_shape():
    page = (Path(__file__).parents[2] / "docs" / "add-a-tariff.md").read_text(encoding="utf-8")
    assert [path.stem for path in FILES if f"`{path.stem}`" not in page] == []

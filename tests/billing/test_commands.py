"""`heatledger close`, `reconcile` and `summary` on a home of two cycles, as a user runs them."""

import datetime as dt
import json
from types import SimpleNamespace

import pytest

from cli.main import main
from heatledger.store import open_store
from tests.billing.homes import CHICAGO
from tests.billing.test_closing import block

HOME = """
id = "home"
name = "Test"
timezone = "America/Chicago"
currency = "USD"
tariff = "plan"
cycle = {day = 3}
[[zones]]
id = "living"
name = "Living"
[[meters]]
id = "main"
role = "import"
points = ["main"]
"""
PLAN = """
name = "Plan"
currency = "USD"
source = "invented for the tests"
[[lines]]
kind = "fixed"
label = "Customer charge"
rate = "0.52"
[[lines]]
kind = "energy"
label = "Energy"
rate = "0.16"
"""
FIRST = dt.datetime(2025, 10, 3, tzinfo=CHICAGO)
GREEN = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:e="http://naesb.org/espi">
<entry><link rel="self" href="/r/1"/><link rel="related" href="/t/1"/><content><e:MeterReading/></content></entry>
<entry><link rel="self" href="/t/1"/><content><e:ReadingType><e:flowDirection>1</e:flowDirection>
<e:powerOfTenMultiplier>3</e:powerOfTenMultiplier><e:uom>72</e:uom></e:ReadingType></content></entry>
<entry><link rel="self" href="/b/1"/><link rel="up" href="/r/1/b"/><content><e:IntervalBlock><e:IntervalReading>
<e:timePeriod><e:duration>3600</e:duration><e:start>{begin}</e:start></e:timePeriod><e:value>456</e:value>
</e:IntervalReading></e:IntervalBlock></content></entry>
<entry><content><e:UsageSummary><e:billingPeriod><e:duration>1</e:duration><e:start>{begin}</e:start></e:billingPeriod>
<e:billLastPeriod>8908000</e:billLastPeriod></e:UsageSummary></content></entry>
</feed>"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    for name, text in (("homes/home.toml", HOME), ("tariffs/plan.toml", PLAN)):
        path = tmp_path / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    store = open_store(f"sqlite:///{tmp_path}/heatledger.db")
    store.write_intervals([block(FIRST, 31)])
    store.close()

    monkeypatch.setenv("HEATLEDGER_DATA", str(tmp_path))
    for module in ("billing", "summary", "bill_source"):
        monkeypatch.setattr(f"cli.{module}.utc_now", lambda: dt.datetime(2025, 11, 20, tzinfo=dt.UTC))

    def command(*words):
        monkeypatch.setattr("sys.argv", ["heatledger", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return SimpleNamespace(returncode=ended.value.code or 0, stdout=said.out, stderr=said.err)

    return command


def test_closing_by_hand_says_what_was_closed_and_then_nothing(run):
    (row,) = json.loads(run("close", "--json").stdout)["closed"]
    assert (row["start"], row["version"], row["total"], row["changes"]) == ("2025-10-03", 1, "87.54", [])
    assert "no closed bill has changed" in run("close").stdout


def test_the_utilitys_bill_by_its_total_lines_and_green_button(run, tmp_path):
    whole = json.loads(run("reconcile", "--cycle", "2025-10-20", "--total", "87.54", "--json").stdout)
    assert (whole["difference"], whole["likely"], whole["accuracy"]) == ("0.00", "equal to the cent", "1.0000")
    lines = tmp_path / "lines.csv"
    lines.write_text("label,amount,quantity\nEnergy,73.66,446.40\nCustomer charge,16.12,31\n", encoding="utf-8")
    by_line = run("reconcile", "--cycle", "2025-10-20", "--lines", str(lines))
    assert "Energy: ours $71.42, theirs $73.66, a rate: theirs is 0.16501" in by_line.stdout
    green = tmp_path / "green.xml"
    green.write_text(GREEN.format(begin=int(FIRST.timestamp())), encoding="utf-8")
    metered = json.loads(run("reconcile", "--cycle", "2025-10-20", "--green-button", str(green), "--json").stdout)
    assert (metered["theirs"], metered["difference"]) == ("89.08", "-1.54")
    assert metered["likely"] == "energy: we counted 9.60 kWh less than their meter"  # 9.60 × 0.16 = 1.54
    said = run("summary", "--from", "2025-10-03", "--to", "2025-11-03").stdout
    assert "Utility" in said
    assert "ours less theirs -1.54" in said


def test_a_bill_that_was_corrected_since_says_so_beside_the_utilitys(run, tmp_path):
    run("reconcile", "--cycle", "2025-10-20", "--total", "105.40")
    file = tmp_path / "config" / "tariffs" / "plan.toml"
    words = ("summary", "--from", "2025-10-03", "--to", "2025-11-03", "--json")
    assert json.loads(run(*words).stdout)["bill"]["utility"]["difference"] == "-17.86"
    file.write_text(PLAN.replace("0.16", "0.19"), encoding="utf-8")
    utility = json.loads(run(*words).stdout)["bill"]["utility"]
    assert utility["difference"] == "-4.46"  # 446.4 kWh at 0.01 less than theirs
    assert "reconcile it again" in utility["likely"]
    file.write_text(PLAN.replace("0.16", "0.20"), encoding="utf-8")
    assert json.loads(run(*words).stdout)["bill"]["utility"]["likely"] == "equal to the cent"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--cycle", "october", "--total", "1"),
            "cycle: 'october' is not a date; write one of its days, as 2026-10-03",
        ),
        (("--cycle", "2025-10-20", "--total", "a lot"), "total: 'a lot' is not an amount; write it like 215.94"),
        (("--cycle", "2025-10-20"), "what the utility asked is not known; give --total"),
        (("--cycle", "2024-10-20", "--total", "1"), "nothing was heard in this period"),
        (("--cycle", "2025-11-10", "--total", "1"), "its bill can be compared when it is over"),
    ],
)
def test_what_cannot_be_compared_is_one_line(run, words, said):
    done = run("reconcile", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1

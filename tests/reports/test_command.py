"""`heatledger report`, as it is typed."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest

from heatledger.config import load
from reports.due import last_over


@pytest.fixture
def run(data):
    def run(*arguments):
        environ = {**os.environ, "HEATLEDGER_DATA": str(data)}
        command = [sys.executable, "-m", "cli", "report", *arguments]
        return subprocess.run(command, env=environ, capture_output=True, encoding="utf-8", check=False, timeout=60)

    return run


def test_a_preview_is_printed_with_its_html_beside_it_and_keeps_nothing(run, use, config, data):
    use(config, date(2026, 9, 1))
    page = data / "september.html"
    done = run("--month", "2026-09", "--html", str(page))
    assert (done.returncode, done.stderr) == (0, "")
    assert "Your September bill: $76.05" in done.stdout
    assert "$76.05" in page.read_text(encoding="utf-8")
    assert not (data / "reports").exists()
    assert run("--month", "2026-09", "--html", "-").stdout == page.read_text(encoding="utf-8")


def test_the_last_bill_over_is_the_default_and_json_is_its_summary(run, use, config, data):
    cycle = last_over(load(data_dir=data, environ={}).homes["maple"], datetime.now(UTC))
    use(config, cycle.start)
    summary = json.loads(run("--json").stdout)
    assert summary["home"] == "maple"
    assert summary["period"]["start"].startswith(f"{cycle.start}T00:00:00")
    assert summary["electricity"]["coverage"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--month", "2020-01"), 1, "maple: nothing was heard in 2020-01, so there is no statement of it"),
        (("--month", "2126-01"), 1, "maple: nothing was heard in 2126-01, so there is no statement of it"),
        (("--month", "2026-13"), 2, "heatledger: month '2026-13': write year and month, such as 2026-10"),
        (("--home", "oak"), 2, "heatledger: no home 'oak'; known: maple"),
        (("--config", "/nowhere"), 2, "heatledger: /nowhere: no such folder"),
    ],
)
def test_what_cannot_be_printed_is_one_line(run, arguments, code, said):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


def test_a_file_that_cannot_be_written_is_one_line(run, use, config, data):
    use(config, date(2026, 9, 1))
    done = run("--month", "2026-09", "--html", str(data / "no" / "such.html"))
    assert done.returncode == 2
    assert "such.html: No such file or directory; name a file that may be written" in done.stderr
    assert done.stderr.count("\n") == 1

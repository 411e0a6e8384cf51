"""The commands as a person or a script meets them: real processes, one line for each mistake."""

import csv
import io
import json
import os
import subprocess
import sys
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from heatledger.control.events import Event
from heatledger.control.moment import Moment
from heatledger.readings import Intervals, Reading, SeriesKey
from heatledger.store import open_store
from heatledger.store.state import State

NOW_US = int(time.time() * 1e6)
HOME = """
id = "home"
name = "Test"
timezone = "America/Chicago"
currency = "USD"
tariff = "flat"

[[zones]]
id = "living"
name = "Living room"

[[meters]]
id = "main"
role = "import"
points = ["main"]
"""
TARIFF = """
name = "Flat"
currency = "USD"
source = "invented for the tests"
[[lines]]
kind = "energy"
label = "Energy"
rate = "0.10"
"""


def heatledger(data: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("HEATLEDGER_")}
    env |= {"HEATLEDGER_DATA": str(data), **environ}
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments], env=env, capture_output=True, text=True, timeout=60
    )


def one_line(done: subprocess.CompletedProcess[str], code: int = 2) -> str:
    assert done.returncode == code, done
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for folder, name, text in (("homes", "home", HOME), ("tariffs", "flat", TARIFF)):
        (tmp_path / "config" / folder).mkdir(parents=True)
        (tmp_path / "config" / folder / f"{name}.toml").write_text(text)
    return tmp_path


def store_readings(data: Path, *rows: tuple[str, str, str, float | str | bool]) -> None:
    store = open_store(f"sqlite:///{data / 'heatledger.db'}")
    units = {"energy": ("kWh", "counter"), "power": ("W", "gauge"), "mode": (None, "state"), "online": (None, "state")}
    store.write(
        [
            Reading("home", "tasmota", device, channel, quantity, NOW_US + number, value, *units[quantity])
            for number, (device, channel, quantity, value) in enumerate(rows)
        ]
    )
    store.close()


def test_help_names_every_command(tmp_path):
    done = heatledger(tmp_path, "--help")
    assert done.returncode == 0
    for name in ["demo", "up", "ingest", "dashboard", "reports", "report", "decode", "summary", "check", "export"]:
        assert f" {name} " in done.stdout
    assert "_simulate" not in done.stdout


def test_export_is_the_long_form_with_names_verbatim_and_devices_nobody_mapped(data):
    store_readings(
        data,
        ("main", "", "energy", 1.5),
        ('odd "name", with/slash', "a", "power", 12.25),
        ("häuschen", "", "mode", "heat"),
        ("plug", "", "online", True),
    )
    done = heatledger(data, "export", "--format", "csv")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert list(rows[0]) == ["time", "device", "channel", "quantity", "value", "unit"]
    found = {(row["device"], row["channel"], row["quantity"], row["value"], row["unit"]) for row in rows}
    assert found == {
        ("main", "", "energy", "1.5", "kWh"),
        ('odd "name", with/slash', "a", "power", "12.25", "W"),
        ("häuschen", "", "mode", "heat", ""),
        ("plug", "", "online", "true", ""),
    }
    assert all(row["time"].endswith("Z") for row in rows)


def test_export_of_a_span_and_into_a_closed_pipe(data):
    store_readings(data, *[("main", "", "energy", float(n)) for n in range(20_000)])
    assert heatledger(data, "export", "--from", "2001-01-01", "--to", "2001-01-02").stdout.count("\n") == 1
    pipe = f"{sys.executable} -m cli export | head -2"
    done = subprocess.run(
        ["bash", "-c", pipe], env={**os.environ, "HEATLEDGER_DATA": str(data)}, capture_output=True, text=True
    )
    assert done.stdout.count("\n") == 2
    assert done.stderr == ""


def test_summary_month_is_the_calendar_month_and_its_lines_add_up(data):
    store_readings(data, ("main", "", "energy", 1.0))
    done = heatledger(data, "summary", "--period", "month", "--json")
    found = json.loads(done.stdout)
    assert found["period"]["start"][8:19] == "01T00:00:00"
    assert found["period"]["end"][8:19] == "01T00:00:00"
    lines = [Decimal(line["amount"]) for line in found["bill"]["lines"]]
    assert found["bill"]["total"] is None or sum(lines) == Decimal(found["bill"]["total"])
    assert set(found) == {
        "home", "period", "as_of", "electricity", "heat_pumps", "bill", "baseline", "issues",
    }  # fmt: skip


def test_a_figure_is_explained_in_words_and_one_that_is_not_there_is_one_line(data):
    store_readings(data, ("main", "", "energy", 1.0))
    done = heatledger(data, "explain", "electricity.kwh")
    assert done.returncode == 0, done.stderr
    assert "Equation  use = import + solar + discharge − export − charge" in done.stdout
    assert "electricity.coverage" in heatledger(data, "explain").stdout.splitlines()
    assert "did you mean" in one_line(heatledger(data, "explain", "electricity.kw"))


def test_summary_in_words_says_not_known_with_the_reason(data):
    done = heatledger(data, "summary")
    assert done.returncode == 0, done.stderr
    assert "Not known" in done.stdout
    assert "nothing was heard" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--period", "fortnight"], "use one of day"),
        (["--from", "2026-02-31", "--to", "2026-03-01"], "is not a date"),
        (["--from", "2026-03-02", "--to", "2026-03-01"], "swap them"),
        (["--from", "2026-03-02"], "both from and to"),
        (["--home", "cabin"], "known: home"),
    ],
)
def test_a_summary_asked_wrongly_is_one_line(data, arguments, says):
    assert says in one_line(heatledger(data, "summary", *arguments))


def test_without_a_home_file_the_way_on_is_said(tmp_path):
    assert "heatledger demo" in one_line(heatledger(tmp_path, "summary"))


@pytest.mark.parametrize("command", ["summary", "check", "ingest", "dashboard", "reports", "up", "report", "export"])
def test_a_wrong_key_in_a_home_file_is_one_line_for_every_command(data, command):
    (data / "config" / "homes" / "home.toml").write_text(HOME.replace("timezone", "timezon"))
    says = one_line(heatledger(data, command))
    assert "home.toml" in says
    assert "did you mean 'timezone'" in says


@pytest.mark.parametrize("url", ["mongodb://x", "sqlite://", "sqlite:///"])
def test_a_store_url_that_cannot_be_is_one_line(data, url):
    assert "store URL" in one_line(heatledger(data, "export", HEATLEDGER_STORE_URL=url))


def test_a_store_at_an_absolute_path(data, tmp_path):
    elsewhere = tmp_path / "else where" / "readings.db"
    store = open_store(f"sqlite:///{elsewhere}")
    store.write([Reading("home", "x", "main", "", "power", NOW_US, 5.0, "W", "gauge")])
    store.close()
    done = heatledger(data, "export", HEATLEDGER_STORE_URL=f"sqlite:///{elsewhere}")
    assert ",main,,power,5.0,W" in done.stdout


def test_a_broker_url_that_cannot_be_is_one_line(data):
    assert "http" in one_line(heatledger(data, "ingest", HEATLEDGER_MQTT_URL="http://127.0.0.1"))


def test_check_names_what_is_missing(data):
    store_readings(data, ("plug", "", "power", 5.0))
    done = heatledger(data, "check", "--json", "--wait", "1", HEATLEDGER_MQTT_URL="mqtt://127.0.0.1:9")
    found = {issue["name"]: issue for issue in json.loads(done.stdout)}
    assert done.returncode == 1
    assert found["broker.unreachable"]["severity"] == "fail"
    assert found["home.point_not_heard"]["data"]["point"] == "main"
    assert "readings.fresh" in found


@pytest.mark.server
@pytest.mark.enable_socket
def test_check_reaches_a_broker(data, mosquitto):
    done = heatledger(data, "check", "--json", "--wait", "3", HEATLEDGER_MQTT_URL=mosquitto.url)
    found = {issue["name"]: issue for issue in json.loads(done.stdout)}
    assert "mosquitto" in found["broker.reached"]["message"]
    assert found["ingest.absent"]["severity"] == "warn"


def test_what_was_asked_is_listed_with_who_why_and_what_it_cost(tmp_path):
    heater = 'id = "heater"\nrole = "circuit"\nparent = "main"\npoints = ["plug"]\nzone = "living"'
    for folder, name, text in (("homes", "home", f"{HOME}\n[[meters]]\n{heater}\n"), ("tariffs", "flat", TARIFF)):
        (tmp_path / "config" / folder).mkdir(parents=True)
        (tmp_path / "config" / folder / f"{name}.toml").write_text(text)
    hours = [(NOW_US // 300_000_000 * 300 - 3 * 3600 + 300 * n) for n in range(36)]
    with closing(open_store(f"sqlite:///{tmp_path / 'heatledger.db'}")) as store:
        for device, watts in (("main", 2000.0), ("plug", 1200.0)):
            level, none = np.full(36, watts), np.zeros(36, dtype=np.int64)
            key, means = SeriesKey("home", "tasmota", device, "", "power"), (level,) * 4
            store.write_intervals([Intervals(key, np.array(hours), level / 12_000, *means, np.ones(36), none)])
    with closing(State(tmp_path / "state.db")) as state:
        for kind, at_s, request in (("asked", hours[0], 0), ("confirmed", hours[0], 1), ("person", hours[24], 0)):
            says = {"setpoint": 21.0, "request": request, "who": "owner", "why": "page"}
            state.commands.add(Event(kind=kind, home="home", zone="living", at=Moment(at_s * 10**6, "", 0.0), **says))
    told = heatledger(tmp_path, "commands", "--zone", "living")
    assert told.returncode == 0, told.stderr
    first, second = told.stdout.splitlines()
    assert "Living room: 21.0 °C (owner, page): confirmed" in first
    assert "(somebody at the device)" in first
    assert second.strip() == "2.40 kWh, $0.24, known by own meter"  # 1200 W for two hours at 0.10
    (row,) = json.loads(heatledger(tmp_path, "commands", "--json").stdout)
    assert (row["cost"]["cost"], row["asked"]["ended"]) == ("0.2400", "person")
    assert "no zone 'cellar' in home" in one_line(heatledger(tmp_path, "commands", "--zone", "cellar"))
    nothing = heatledger(tmp_path, "commands", "--since", "2020-01-01", "--to", "2020-01-02").stdout
    assert nothing == "nothing was asked since Jan 1, 2020\n"

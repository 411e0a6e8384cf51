"""What programs ask: the same figures as the page's, and every wrong question answered in one line."""

import time

import msgspec
import pytest

from dashboard.api_answers import TOLD
from dashboard.app import create_app
from heatledger import config as configuration
from tests.dashboard import scene
from tests.dashboard.asgi import Client
from tests.dashboard.house import key, latest

MAIN = {key("em", "power", "a"): 900.0, key("em", "power", "b"): 400.0, key("plug1", "power"): 500.0}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    data = tmp_path_factory.mktemp("api")
    scene.write_config(data)
    scene.write_history(data, MAIN, days=3)
    made = create_app(configuration.load(data_dir=data, environ={}))
    values = {series: scene.LiveValue(live.value, scene.utc_us()) for series, live in latest().items()}
    for topic, payload in scene.live_messages(values).items():
        made.server.state.board.feed.hear(topic, payload)
    return made


@pytest.fixture
def client(app):
    return Client(app.server)


def test_live_adds_up_as_the_page_does(app, client):
    made = client.get("/api/v1/live").json()
    parts = [zone["part"] for zone in made["zones"]] + [group["part"] for group in made["groups"]]
    assert made["total"]["watts"] == pytest.approx(1500 + 1338.5)
    assert made["heat_pumps"]["watts"] + made["rest"]["watts"] == pytest.approx(made["total"]["watts"])
    known = sum(part["watts"] or 0 for part in [*parts, made["unzoned"]])
    assert known == pytest.approx(made["total"]["watts"])


def test_devices_are_told_with_unit_and_age(client):
    rows = {(row["device"], row["quantity"]): row for row in client.get("/api/v1/devices").json()}
    plug = rows["plug1", "power"]
    assert (plug["value"], plug["unit"], plug["family"]) == (963.5, "W", "tasmota")
    assert plug["age_s"] > 0
    assert rows["Living", "mode"]["unit"] is None


def test_the_bill_is_the_summarys(client):
    bill, summary = (client.get(f"/api/v1/{name}", params={"period": "day"}).json() for name in ("bill", "summary"))
    assert [line["label"] for line in bill["bill"]["lines"]] == [line["label"] for line in summary["bill"]["lines"]]
    assert bill["period"] == summary["period"]


def test_intervals_are_columns_of_one_length_and_their_energy_is_the_power(client):
    rows = client.get("/api/v1/intervals", params={"period": "day", "quantity": "power", "device": "plug1"}).json()
    (row,) = rows
    count = len(row["start"])
    assert count > 0
    assert {len(row[name]) for name in ("energy", "mean", "min", "max", "last", "coverage", "flags")} == {count}
    assert sum(row["energy"]) == pytest.approx(0.5 / 12 * count)  # 500 W for five minutes each
    assert row["start"][0].endswith("Z")


@pytest.mark.parametrize(
    ("path", "asked", "says"),
    [
        ("intervals", {"from": "2020-01-01", "to": "2026-01-01"}, "ask for 31 at most"),
        ("intervals", {"period": "day", "quantity": "Power"}, "quantity: 'Power' is not measured here; known: action"),
        ("bill", {"period": "fortnight"}, "unknown period"),
        ("bill", {"home": "cabin"}, "cabin is not described; known: maple"),
        ("summary", {"from": "9999-12-31", "to": "9999-12-31T23:00"}, "years from 1971 to 2999"),
        ("summary", {"from": "0001-01-01", "to": "2026-01-01"}, "years from 1971 to 2999"),
    ],
)
def test_a_wrong_question_is_one_line(client, path, asked, says):
    answer = client.get(f"/api/v1/{path}", params=asked)
    assert answer.status_code == 400
    assert says in answer.json()["error"]
    assert "\n" not in answer.json()["error"]


def test_the_api_lists_itself_without_anything_from_elsewhere(app, client):
    page = client.get("/api/docs").text
    for path in client.get("/api/openapi.json").json()["paths"]:
        assert f"GET {path}<" in page
    assert 'src="http' not in page


def test_live_is_quick(client, bar_s):
    spans = []
    for _ in range(5):
        start_s = time.perf_counter()
        client.get("/api/v1/live")
        spans.append(time.perf_counter() - start_s)
    assert min(spans) < bar_s(0.2)


PLACES = {"/api/v1/explain": {"name": "bill.total"}, "/api/v1/zones/{zone}/cost": {"setpoint": "21.5"}}


@pytest.mark.parametrize(("path", "kind"), list(TOLD.items()))
def test_every_answer_holds_what_the_openapi_document_says(client, path, kind):
    answer = client.get(path.format(zone="living"), params={"period": "cycle", **PLACES.get(path, {})})
    assert answer.status_code == 200, answer.text
    msgspec.json.decode(answer.body, type=kind)
    told = client.get("/api/openapi.json").json()["paths"][path]["get"]["responses"]
    assert set(told["200"]["content"]) == {"application/json"}
    assert told["200"]["content"]["application/json"]["schema"]
    assert told["400"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Refused"}


def test_the_document_says_that_metrics_are_a_text_and_when_health_is_not(client):
    paths = client.get("/api/openapi.json").json()["paths"]
    (kind,) = paths["/metrics"]["get"]["responses"]["200"]["content"]
    assert client.get("/metrics").headers["content-type"] == kind
    assert client.get("/healthz").status_code == 503
    assert "503" in paths["/healthz"]["get"]["responses"]

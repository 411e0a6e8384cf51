"""The assembled application: every id a callback names exists, and HTTP answers what it promises."""

import json

import pytest

from dashboard.app import create_app
from dashboard.queries import AskError
from heatledger import config as configuration
from tests.dashboard import scene
from tests.dashboard.asgi import Client
from tests.dashboard.house import HOUSE, key, latest

MAIN = {key("em", "power", "a"): 900.0, key("em", "power", "b"): 400.0, key("plug1", "power"): 500.0}


@pytest.fixture
def data(tmp_path):
    scene.write_config(tmp_path)
    scene.write_history(tmp_path, MAIN, days=3)
    return tmp_path


@pytest.fixture
def app(data):
    return create_app(configuration.load(data_dir=data, environ={}))


@pytest.fixture
def client(app):
    return Client(app.server)


def test_layout_and_dependencies_are_served(client):
    assert client.get("/_dash-layout").status_code == 200
    assert client.get("/_dash-dependencies").status_code == 200
    assert "heatledger" in client.get("/").text


def test_every_id_that_a_callback_names_stands_in_the_layout(app, client):
    client.get("/_dash-layout")
    named = {item["id"] for row in client.get("/_dash-dependencies").json() for item in (*row["inputs"], *row["state"])}
    assert named
    assert {name for name in named if name not in app.validation_layout} == set()


def test_the_page_fetches_nothing_from_elsewhere(client):
    text = client.get("/").text
    assert 'src="http' not in text
    assert 'href="http' not in text


def test_what_the_page_pushes_stands_in_the_layout(app):
    board = app.server.state.board
    for topic, payload in scene.live_messages(latest()).items():
        board.feed.hear(topic, payload)
    laid_out = set(board.props())
    assert ("now-cost", "children") in laid_out


def test_healthz_is_503_without_a_broker(client):
    answer = client.get("/healthz")
    assert answer.status_code == 503
    state = answer.json()
    assert state.pop("spool") == {"readings": 0, "bytes": 0, "age_s": 0, "refusing": False, "trouble": ""}
    assert state == {"ok": False, "store": True, "broker": False, "ingest": None, "last_reading_age_s": None}


def test_healthz_is_200_when_all_is_reached(app, client):
    feed = app.server.state.board.feed
    feed.connected = True
    feed.hear("heatledger/ingest", b'{"online":true}')
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["ok"]) == (200, True)
    feed.hear("heatledger/ingest", b'{"online":false}')
    assert client.get("/healthz").status_code == 503


@pytest.mark.parametrize("period", ["day", "week", "month", "cycle", "year"])
def test_summary_of_a_period(client, period):
    answer = client.get("/api/v1/summary", params={"period": period})
    made = answer.json()
    assert answer.status_code == 200
    assert made["home"] == "maple"
    assert set(made) >= {"period", "electricity", "heat_pumps", "bill", "baseline", "issues"}
    assert {"from", "to"} <= set(made["bill"]["lines"][0])


def test_summary_between_two_days(client):
    answer = client.get("/api/v1/summary", params={"from": "2026-10-01", "to": "2026-10-02", "home": "maple"})
    assert answer.json()["period"]["start"] == "2026-10-01T00:00:00-05:00"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"period": "fortnight"}, "unknown period 'fortnight'; use one of day, week, month, cycle, year"),
        ({"period": "day", "from": "2026-10-01"}, "give either a period, or both"),
        ({"from": "2026-10-01"}, "both from and to"),
        ({"from": "soon", "to": "2026-10-01"}, "from: 'soon' is not a date"),
        ({"from": "2026-10-02", "to": "2026-10-01"}, "is not before"),
        ({"home": "cabin"}, "home: cabin is not described; known: maple"),
    ],
)
def test_a_question_that_cannot_be_answered_is_one_line(client, asked, says):
    answer = client.get("/api/v1/summary", params=asked)
    assert answer.status_code == 400
    assert says in answer.json()["error"]
    assert "\n" not in answer.json()["error"]


def test_openapi_describes_what_is_asked(client):
    assert set(json.loads(client.get("/api/openapi.json").text)["paths"]) == {
        "/healthz",
        "/metrics",
        *(
            f"/api/v1/{name}"
            for name in (
                "live",
                "devices",
                "summary",
                "explain",
                "bill",
                "intervals",
                "fleet",
                "zones/{zone}",
                "zones/{zone}/commands",
                "zones/{zone}/cost",
                "zones/{zone}/savings",
                "commissioning",
                "commissioning/run",
            )
        ),
    }


def test_a_figure_of_the_summary_is_explained(client):
    asked = {"name": "electricity.kwh", "from": "2026-10-01", "to": "2026-10-02"}
    found = client.get("/api/v1/explain", params=asked).json()
    assert found["equation"].startswith("use = import + solar")
    assert (found["unit"], found["name"]) == ("kWh", "electricity.kwh")
    wrong = client.get("/api/v1/explain", params={**asked, "name": "electricity.kw"})
    assert (wrong.status_code, wrong.json()["error"]) == (
        400, "electricity.kw: no figure of the summary; did you mean electricity.kwh?",
    )  # fmt: skip


def test_without_a_home_file_the_page_lists_what_is_heard(tmp_path):
    app = create_app(configuration.load(data_dir=tmp_path, environ={}))
    board = app.server.state.board
    for topic, payload in scene.live_messages(latest()).items():
        board.feed.hear(topic, payload)
    assert "plug1" in json.dumps(str(board.props()))
    assert Client(app.server).get("/api/v1/summary").status_code == 400


def test_a_home_that_is_not_described_is_refused(data):
    with pytest.raises(AskError, match="cabin"):
        create_app(configuration.load(data_dir=data, environ={}), "cabin")


def test_two_apps_stay_separate(app, data):
    other = create_app(configuration.load(data_dir=data, environ={}))
    assert app.server is not other.server
    assert len(app.callback_map) == len(other.callback_map)
    assert HOUSE.id == other.server.state.board.home.id

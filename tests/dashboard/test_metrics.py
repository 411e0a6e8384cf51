"""`/metrics`, `/healthz` and the badge while the store is away."""

import re
import time

import msgspec
import pytest

from dashboard.app import create_app
from heatledger import config as configuration
from tests.dashboard.asgi import Client

AWAY = {
    "online": True,
    "since_us": 1,
    "heard": 120,
    "stored": 340,
    "not_understood": 7,
    "spool_readings": 99,
    "spool_bytes": 4_000,
    "spool_oldest_us": int((time.time() - 3_600) * 1e6),
    "refusing": True,
    "trouble": "x.db: database is locked; stop that process",
}


@pytest.fixture
def board(tmp_path):
    app = create_app(configuration.load(data_dir=tmp_path, environ={}))
    return app.server.state.board, Client(app.server)


def metrics(client) -> dict[str, float]:
    text = client.get("/metrics").text
    assert re.fullmatch(r"(# HELP \w+ .+\n# TYPE \w+ (gauge|counter)\n\w+ \S+\n)+", text)
    return {name: float(value) for name, value in re.findall(r"^(\w+) (\S+)$", text, re.MULTILINE)}


def test_the_spool_is_measured(board):
    made, client = board
    assert metrics(client)["heatledger_spool_readings"] == 0
    made.feed.connected = True
    hour_ago = int((time.time() - 3_600) * 1e6)
    made.feed.hear("heatledger/ingest", msgspec.json.encode({**AWAY, "spool_oldest_us": hour_ago}))
    found = metrics(client)
    assert 3_590 < found.pop("heatledger_spool_age_seconds") < 3_660
    found.pop("heatledger_last_reading_age_seconds")
    assert found == {
        "heatledger_broker_connected": 1,
        "heatledger_ingest_online": 1,
        "heatledger_messages_heard_total": 120,
        "heatledger_readings_stored_total": 340,
        "heatledger_messages_not_understood_total": 7,
        "heatledger_spool_readings": 99,
        "heatledger_spool_bytes": 4_000,
        "heatledger_refusing": 1,
        "heatledger_sources": 0,
        "heatledger_silent_sources": 0,
    }


def test_health_fails_when_nothing_is_taken_any_more_and_says_why(board):
    made, client = board
    made.feed.connected = True
    made.feed.hear("heatledger/ingest", msgspec.json.encode({**AWAY, "refusing": False}))
    assert client.get("/healthz").json()["ok"] is True
    made.feed.hear("heatledger/ingest", msgspec.json.encode(AWAY))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["ok"]) == (503, False)
    assert answer.json()["spool"]["trouble"] == AWAY["trouble"]


@pytest.mark.parametrize(
    ("said", "badge"),
    [
        (AWAY, "store and spool are full"),
        ({**AWAY, "refusing": False}, "in the spool"),
    ],
)
def test_the_badge_says_that_readings_wait(board, said, badge):
    made, _ = board
    made.feed.connected = True
    made.feed.hear("heatledger/ingest", msgspec.json.encode(said))
    assert badge in str(made.props())
    made.feed.hear("heatledger/ingest", msgspec.json.encode({**AWAY, "refusing": False, "spool_oldest_us": 0}))
    assert badge not in str(made.props())

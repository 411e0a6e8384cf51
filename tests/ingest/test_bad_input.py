"""Whatever arrives is counted; nothing stops, nothing that can be read is lost, nothing ends in a traceback."""

import os
import subprocess
import sys

import pytest

from tests.ingest.conftest import PATIENCE_S

pytestmark = pytest.mark.server

BAD = (
    ("garden/gnome", b"hello", "unknown"),
    ("tele/bytes/SENSOR", b"\xff\xfe{", "malformed"),
    ("tele/json/SENSOR", b'{"ENERGY":', "malformed"),
    ("tele/deep/SENSOR", b"[" * 100_000, "malformed"),
    ("tele/huge/SENSOR", b'{"ENERGY":{"Power":"' + b"9" * 10_000_000 + b'"}}', "malformed"),
    ("tele/half-a-letter/SENSOR", b'{"ENERGY":{"Power":5},"Name":"\\ud800"}', None),
    ("tele/\U0001f525/SENSOR", b'{"ENERGY":{"Power":1e999}}', "understood"),
    ("tele/nan/SENSOR", b'{"ENERGY":{"Power":nan}}', None),
    ("shellies/plug/relay/0/power", b"nan", None),
    ("tele/empty/SENSOR", b"", "ignored"),
)


def test_bad_messages_are_counted_and_good_ones_go_on(ingest, publisher):
    publisher.listen("heatledger/ingest")
    for topic, payload, _ in BAD:
        publisher.send((topic, payload), (topic, payload), ("tele/good/SENSOR", '{"ENERGY":{"Power":42}}'))
    publisher.wait(lambda: len([r for r in ingest.readings() if r.device == "good"]) == len(BAD))
    assert ingest.stop() == 0
    topics = ingest.topics()
    for topic, _, outcome in BAD:
        assert topics[topic].count == 2
        assert outcome in (None, topics[topic].outcome), topics[topic]
    assert {r.value for r in ingest.readings() if r.device == "nan" or r.device == "plug"} == set()
    assert "Traceback" not in ingest.lines()
    publisher.wait(lambda: publisher.hears(b'"online":false'))
    assert b'"heard":30' in publisher.received[-1].payload, publisher.received[-1]


def test_our_own_topics_are_never_decoded(ingest, publisher):
    publisher.send(
        ("heatledger/home/live/tele/x/SENSOR", '{"ENERGY":{"Power":1}}'), ("heatledger/tele/x/LWT", "Online")
    )
    publisher.send(("tele/good/SENSOR", '{"ENERGY":{"Power":42}}'))
    publisher.wait(lambda: bool(ingest.readings()))
    ingest.stop()
    assert {r.device for r in ingest.readings()} == {"good"}
    assert set(ingest.topics()) == {"tele/good/SENSOR"}


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("HEATLEDGER_MQTT_URL", "http://127.0.0.1", "write it as mqtt://user:secret@host:1883"),
        ("HEATLEDGER_MQTT_URL", "mqtt://ann:s3cret@127.0.0.1:99999", "the port is not a number from 1 to 65535"),
        ("HEATLEDGER_STORE_URL", "oracle://x", "unknown scheme"),
        ("HEATLEDGER_STORE_URL", "sqlite:////dev/null/x.db", "name a folder"),
        ("HEATLEDGER_CONFIG", "/nowhere/at/all", "no such folder"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_exit_2(tmp_path, variable, value, says):
    environ = {**os.environ, "HEATLEDGER_DATA": str(tmp_path), variable: value}
    ended = subprocess.run(
        [sys.executable, "-m", "cli", "ingest"], env=environ, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert says in ended.stderr
    assert "s3cret" not in ended.stderr


def test_ingest_imports_neither_pandas_nor_scipy_and_stays_small(ingest):
    loaded = (
        "import sys, cli.ingest, ingest.worker; print([m for m in ('pandas', 'scipy', 'dash') if m in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
    psutil = pytest.importorskip("psutil")
    assert psutil.Process(ingest.process.pid).memory_info().rss < 100e6

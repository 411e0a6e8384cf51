"""What `check` says and makes on servers that cannot run here: nginx answers for them in their documented words."""

import json
import os
import subprocess
import sys
from contextlib import closing

import pytest

from heatledger.store import StoreError, open_store
from tests.store.influx_server import Influxd, Nginx

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]

BUCKET = '{"id":"b1","orgID":"o1","name":"heatledger","retentionRules":[]}'
DBRP = (
    '{"id":"d1","orgID":"o1","bucketID":"b1","database":"heatledger","retention_policy":"autogen","default":true,'
    '"virtual":true}'
)
ANSWERS = '{"results":[{"statement_id":0}]}'


@pytest.fixture
def answering(tmp_path):
    """Start an nginx that answers in place of a server, and notes what it was asked."""
    influxd, made = Influxd(tmp_path / "absent"), []

    def make(version: str, build: str, *locations: str) -> Nginx:
        ping = f"add_header X-Influxdb-Version {version}; add_header X-Influxdb-Build {build}; return 204;"
        log = f"log_format asked '$request_method $request_uri $request_body'; access_log {tmp_path}/asked asked;"
        extra = "\n".join([f"location = /ping {{ {ping} }}", *locations])
        made.append(Nginx(tmp_path / "nginx", influxd, extra=extra, top=log))
        return made[-1].start(f"default_type application/json; return 200 '{ANSWERS}';")

    yield make
    for server in made:
        server.stop()


TWO = (
    "v2.7.11",
    "OSS",
    "default_type application/json;",
    f"location = /api/v2/buckets {{ if ($request_method = POST) {{ return 201 '{BUCKET}'; }} "
    "return 200 '{\"buckets\":[]}'; }",
    'location = /api/v2/orgs { return 200 \'{"orgs":[{"id":"o1","name":"home"}]}\'; }',
    f"location = /api/v2/dbrps {{ if ($request_method = POST) {{ return 201 '{DBRP}'; }} "
    "return 200 '{\"content\":[]}'; }",
)
"""InfluxDB 2 with neither bucket nor mapping."""


def opened(nginx):
    return closing(open_store(f"influxdb://:t@127.0.0.1:{nginx.port}/heatledger?org=home&retry=0.1"))


def check(tmp_path, nginx):
    environ = {**os.environ, "HEATLEDGER_DATA": str(tmp_path / "data"), "HEATLEDGER_MQTT_URL": "mqtt://127.0.0.1:9"}
    environ |= {"HEATLEDGER_STORE_URL": f"influxdb://127.0.0.1:{nginx.port}/heatledger?org=home"}
    environ |= {"HEATLEDGER_STORE_TOKEN": "hush"}
    command = [sys.executable, "-m", "cli", "check", "--json", "--wait", "0.2"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=180)
    assert "hush" not in done.stdout + done.stderr
    return {issue["name"]: issue for issue in json.loads(done.stdout)}


def test_core_is_warned_of(tmp_path, answering):
    found = check(tmp_path, answering("3.2.1", "Core"))
    assert found["store.server"]["message"] == "store: InfluxDB 3.2.1 Core answers"
    assert found["store.core"]["severity"] == "warn"
    assert "72 hours" in found["store.core"]["message"]
    assert "retention" in found["store.retention"]["fix"]


def test_enterprise_is_not(tmp_path, answering):
    found = check(tmp_path, answering("3.2.1", "Enterprise"))
    assert "store.core" not in found
    assert "store.retention" in found


def test_in_two_a_missing_bucket_and_its_mapping_are_made(tmp_path, answering):
    nginx = answering(*TWO)
    made = check(tmp_path, nginx)
    assert "bucket heatledger" in made["store.made"]["message"] or "DBRP" in made["store.made"]["message"]
    asked = (tmp_path / "asked").read_text()
    assert "POST /api/v2/buckets" in asked
    assert "POST /api/v2/dbrps" in asked


def test_in_two_what_is_there_is_left_alone(tmp_path, answering):
    nginx = answering(
        "v2.7.11",
        "OSS",
        "default_type application/json;",
        f"location = /api/v2/buckets {{ return 200 '{{\"buckets\":[{BUCKET}]}}'; }}",
        f"location = /api/v2/dbrps {{ return 200 '{{\"content\":[{DBRP}]}}'; }}",
    )
    with closing(open_store(f"influxdb://:t@127.0.0.1:{nginx.port}/heatledger?org=home")) as store:
        assert store.prepare() == []
        assert store.expire_readings(1) == 0


@pytest.mark.parametrize(("status", "made"), [(200, ["database heatledger"]), (409, []), (404, [])])
def test_in_three_the_database_is_made_where_that_can_be(answering, status, made):
    path = "default_type application/json; location = /api/v3/configure/database"
    nginx = answering("3.2.1", "Enterprise", f"{path} {{ return {status} '{{}}'; }}")
    with closing(open_store(f"influxdb://:t@127.0.0.1:{nginx.port}/heatledger")) as store:
        assert store.prepare() == made


def test_in_three_nothing_is_deleted_on_request(tmp_path, answering):
    nginx = answering("3.2.1", "Enterprise")
    one = '{"results":[{"series":[{"name":"reading","columns":["time","count"],"values":[[0,5]]}]}]}'
    nginx.fault(f"default_type application/json; return 200 '{one}';")
    with closing(open_store(f"influxdb://:t@127.0.0.1:{nginx.port}/heatledger?org=home")) as store:
        assert store.expire_readings(10**15) == 0
    asked = (tmp_path / "asked").read_text()
    assert "SELECT" in asked
    assert "DELETE" not in asked


def test_in_two_what_was_made_is_told(answering):
    with opened(answering(*TWO)) as store:
        assert store.prepare() == ["bucket heatledger", "DBRP mapping heatledger"]


@pytest.mark.parametrize("version", ["v2.7.11", "3.2.1"])
def test_a_token_that_may_make_nothing_is_said_and_is_no_failure(tmp_path, answering, version):
    paths = ("/api/v2/buckets", "/api/v3/configure/database")
    refuse = [f'location = {path} {{ return 403 \'{{"message":"forbidden"}}\'; }}' for path in paths]
    nginx = answering(version, "OSS", *refuse)
    with opened(nginx) as store, pytest.raises(StoreError, match="403 forbidden; the token may not"):
        store.prepare()
    found = check(tmp_path, nginx)
    assert found["store.not_looked_after"]["severity"] == "info"
    assert "store.read" in found


def test_a_server_that_does_not_tell_its_version_to_strangers(tmp_path):
    nginx = Nginx(tmp_path / "nginx", Influxd(tmp_path / "absent"), extra="location = /ping { return 401; }").start()
    try:
        with opened(nginx) as store, pytest.raises(StoreError, match=r"401 .*HEATLEDGER_STORE_TOKEN"):
            store.version()
    finally:
        nginx.stop()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ('{"results":[{"series":[],"partial":true}]}', "max-row-limit"),
        ('{"results":[{"error":"database not found: x"}]}', "heatledger check makes it"),
        ('{"error":"error parsing query"}', "error parsing query"),
        ('{"results":[{"series":[{"values":[["x"]]}]}]}', "is it an InfluxDB"),
    ],
)
def test_an_answer_that_is_none_is_one_line(answering, answer, says):
    nginx = answering("1.8.10", "OSS")
    nginx.fault(f"default_type application/json; return 200 '{answer}';")
    with opened(nginx) as store, pytest.raises(StoreError, match=says) as caught:
        store.homes()
    assert "\n" not in str(caught.value)

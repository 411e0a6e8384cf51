"""The InfluxDB store while its server is away, refuses, is slow or does not know us: one line, and nothing lost."""

import subprocess
import threading
import time
from contextlib import closing

import pytest

from heatledger.readings import Reading
from heatledger.store import Delivery, StoreError, open_store
from tests.conftest import free_port
from tests.store.influx_server import Influxd, Nginx
from tests.store.parts import T0, S, kept, plains, reading

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]


@pytest.fixture
def influxd(tmp_path):
    server = Influxd(tmp_path / "influxd").start()
    server.ask("CREATE DATABASE heatledger")
    yield server
    server.stop()


@pytest.fixture
def make_nginx(tmp_path, influxd):
    made = []

    def make(**options):
        made.append(Nginx(tmp_path / f"nginx{len(made)}", influxd, **options))
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def nginx(make_nginx):
    return make_nginx().start()


def url(nginx, *, login="", bucket="heatledger", options="retry=0.3"):
    return f"influxdb://{login}127.0.0.1:{nginx.port}/{bucket}?{options}"


def line(work) -> str:
    """What a failure says: one line, where in front."""
    with pytest.raises(StoreError) as caught:
        work()
    said = str(caught.value)
    assert said.startswith(("influxdb://127.0.0.1", "influxdbs://127.0.0.1"))
    assert "\n" not in said
    assert len(said) < 400
    return said


GROUPS = [
    [reading(T0 + n, float(n), device=f"plug {n % 3}") for n in range(start, start + 50)] for start in (0, 50, 100)
]


def test_a_server_stopped_for_a_while_costs_nothing(nginx, influxd):
    with closing(open_store(url(nginx))) as store:
        store.write(GROUPS[0], deliveries=[Delivery(1, b"a")])
        influxd.stop()
        said = line(lambda: store.write(GROUPS[1], deliveries=[Delivery(2, b"b")]))
        assert "502" in said
        assert "502" in line(lambda: store.latest("home"))
        influxd.start()
        store.write(GROUPS[1], deliveries=[Delivery(2, b"b")])
        store.write(GROUPS[2])
        assert sorted(kept(store)) == plains(one for group in GROUPS for one in group)
        assert dict(store.deliveries()) == {1: b"a", 2: b"b"}


def test_what_was_written_survives_a_killed_server(nginx, influxd):
    with closing(open_store(url(nginx))) as store:
        for number, group in enumerate(GROUPS):
            store.write(group, deliveries=[Delivery(number + 1, b"x")])
        influxd.kill()
        influxd.start()
        assert sorted(kept(store)) == plains(one for group in GROUPS for one in group)
        assert set(store.deliveries()) == {1, 2, 3}


def test_no_server_at_all_is_one_line_with_the_mend():
    with closing(open_store(f"influxdb://127.0.0.1:{free_port()}/heatledger?retry=0.2")) as store:
        said = line(lambda: store.write(GROUPS[0]))
    assert "Connection refused" in said
    assert "is the server running" in said


def test_a_server_that_fails_in_passing_is_tried_again(nginx):
    with closing(open_store(url(nginx, options="retry=10"))) as store:
        nginx.fault("return 503;")
        healing = threading.Timer(0.8, lambda: nginx.fault(""))
        healing.start()
        store.write(GROUPS[0])
        healing.join()
        assert sorted(kept(store)) == plains(GROUPS[0])


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_server_that_keeps_failing_is_told_and_the_repeat_changes_nothing(nginx, status):
    with closing(open_store(url(nginx))) as store:
        store.write(GROUPS[0])
        nginx.fault(f"return {status};")
        assert str(status) in line(lambda: store.write(GROUPS[1]))
        assert str(status) in line(lambda: list(store.readings("home")))
        nginx.fault("")
        store.write(GROUPS[0])
        store.write(GROUPS[1])
        assert sorted(kept(store)) == plains(GROUPS[0] + GROUPS[1])


def test_a_server_that_asks_to_wait_is_left_alone_for_so_long(nginx):
    with closing(open_store(url(nginx, options="retry=3"))) as store:
        nginx.fault("add_header Retry-After 30 always; return 429;")
        begun = time.monotonic()
        said = line(lambda: store.write(GROUPS[0]))
        assert time.monotonic() - begun < 10, "thirty seconds are more than it may try"
        assert "slow down for 30 s" in said
        nginx.fault("add_header Retry-After 1 always; return 429;")
        begun = time.monotonic()
        line(lambda: store.write(GROUPS[0]))
        assert 2 <= time.monotonic() - begun < 15, "a second between two tries"


def test_a_server_too_slow_to_answer_is_told_and_the_repeat_changes_nothing(make_nginx, influxd):
    """The write may have arrived: it is the answer that comes too late."""
    nginx = make_nginx().start()
    big = [reading(T0 + n / 100, float(n)) for n in range(60_000)]
    with closing(open_store(url(nginx, options="retry=0.1&timeout=0.02"))) as store:
        assert "timed out" in line(lambda: store.write(big))
    with closing(open_store(url(nginx))) as store:
        store.write(big)
        assert sum(1 for _ in store.readings("home")) == len(big)


def test_a_wrong_token_is_told_without_showing_it(tmp_path, make_nginx):
    guarded = Influxd(tmp_path / "guarded", auth=True).start()
    front = Nginx(tmp_path / "front", guarded).start()
    try:
        guarded.ask("CREATE USER me WITH PASSWORD 'right' WITH ALL PRIVILEGES")
        guarded.ask("CREATE DATABASE heatledger", u="me", p="right")
        with closing(open_store(url(front, login="me:right@"))) as store:
            store.write(GROUPS[0])
            assert sorted(kept(store)) == plains(GROUPS[0])
        for login in ("", "me:sesame@", ":sesame@"):
            with closing(open_store(url(front, login=login))) as store:
                for said in (line(lambda: store.write(GROUPS[1])), line(store.homes)):
                    assert "401" in said
                    assert "HEATLEDGER_STORE_TOKEN" in said
                    assert "sesame" not in said
    finally:
        front.stop()
        guarded.stop()


def test_a_bucket_that_is_not_there_is_told_and_made_when_asked(nginx):
    with closing(open_store(url(nginx, bucket="other"))) as store:
        assert "heatledger check makes it" in line(lambda: store.write(GROUPS[0]))
        assert "heatledger check makes it" in line(store.homes)
        assert store.prepare() == ["database other"]
        assert store.prepare() == []
        store.write(GROUPS[0])
        assert sorted(kept(store)) == plains(GROUPS[0])


def test_points_the_server_will_never_take_are_not_a_failure_of_the_store(nginx, influxd):
    influxd.ask("CREATE DATABASE brief WITH DURATION 24h REPLICATION 1")
    with closing(open_store(url(nginx, bucket="brief"))) as store:
        with pytest.raises(ValueError, match="retention") as caught:
            store.write([reading(1_000_000)])
        assert not isinstance(caught.value, StoreError)
        assert "\n" not in str(caught.value)


def test_another_program_at_that_address_is_told(make_nginx):
    nginx = make_nginx().start("default_type text/html; return 200 '<html>welcome</html>';")
    with closing(open_store(url(nginx))) as store:
        assert "is it an InfluxDB" in line(store.homes)


def test_an_answer_in_json_is_read_as_well(make_nginx):
    """InfluxDB 3 has no other."""
    nginx = make_nginx(extra="proxy_set_header Accept application/json;").start()
    with closing(open_store(url(nginx))) as store:
        batch = [
            reading(T0, -0.1),
            reading(T0 + 1, 5e-324),
            reading(T0, "½ 暖", "fan"),
            reading(T0, True, "online"),
            reading(T0, float("nan"), "energy"),
            reading(T0, 1e300, channel="a,b=c"),
        ]
        store.write(batch)
        assert sorted(kept(store)) == plains(batch)
        assert plains(store.latest("home")) == plains(one for one in batch if one is not batch[0])


def _certificate(folder):
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    subprocess.run([*command, *names], check=True, capture_output=True)
    return folder / "cert.pem"


def test_tls_is_checked_and_a_certificate_of_ones_own_can_be_named(tmp_path, make_nginx):
    certificate = _certificate(tmp_path)
    keys = f"ssl_certificate {certificate}; ssl_certificate_key {tmp_path / 'key.pem'};"
    nginx = make_nginx(tls="ssl", extra=keys).start()
    secure = url(nginx).replace("influxdb:", "influxdbs:")
    with closing(open_store(secure)) as store:
        assert "certificate" in line(lambda: store.write(GROUPS[0]))
    with closing(open_store(f"{secure}&ca={certificate}")) as store:
        store.write(GROUPS[0])
        assert sorted(kept(store)) == plains(GROUPS[0])


def test_a_group_over_midnight_keeps_its_deliveries_with_its_last_day(nginx):
    midnight = T0 // 86_400 * 86_400
    batch = [Reading("home", "x", "plug", "", "power", (midnight + n) * S, 1.0, "W", "gauge") for n in (-1, 0, 1)]
    with closing(open_store(url(nginx))) as store:
        store.write(batch, deliveries=[Delivery(9, b"z")])
        assert sorted(kept(store)) == plains(batch)
        assert dict(store.deliveries()) == {9: b"z"}

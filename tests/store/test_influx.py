"""The InfluxDB store passes the contract on a real influxd, and on any server named in the environment.

`HEATLEDGER_TEST_INFLUX_URL` (influxdb://host:8086 or influxdbs://…), `_TOKEN`, `_ORG`, `_BUCKET` put a 2.x or 3 server
of your own under the same tests; what they write begins with names of its own, `t0_…`.
"""

import itertools
import math
import os
from contextlib import closing

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatledger.readings import Reading
from heatledger.store import Delivery, Served, StoreError, Version, open_store, shown
from heatledger.store import influx_lines as lines
from heatledger.store.address import complete
from heatledger.store.influx_place import place
from tests.store.contract import *  # noqa: F403 - the whole contract runs here
from tests.store.contract import T0, S, block, kept, plain, plains, reading
from tests.store.influx_server import Influxd, Nginx

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]

NAMED = os.environ.get("HEATLEDGER_TEST_INFLUX_URL", "")


@pytest.fixture(scope="module")
def influxd(tmp_path_factory):
    server = Influxd(tmp_path_factory.mktemp("influxd")).start()
    server.ask("CREATE DATABASE heatledger")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def nginx(tmp_path_factory, influxd):
    server = Nginx(tmp_path_factory.mktemp("nginx"), influxd).start()
    yield server
    server.stop()


def named() -> str:
    org, bucket, token = (os.environ.get(f"HEATLEDGER_TEST_INFLUX_{name}", "") for name in ("ORG", "BUCKET", "TOKEN"))
    return complete(NAMED, org=org, bucket=bucket or "heatledger", token=token)


@pytest.fixture(params=["debian", *(["named"] if NAMED else [])])
def server_url(request):
    if request.param == "named":
        return named()
    return f"influxdb://127.0.0.1:{request.getfixturevalue('nginx').port}/heatledger"


@pytest.fixture
def store_factory(server_url):
    numbers = itertools.count()
    sign = "&" if "?" in server_url else "?"
    return lambda: f"{server_url}{sign}prefix=t{next(numbers)}_{os.urandom(4).hex()}_"


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
VALUES = st.one_of(st.floats(width=64), st.booleans(), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    home=NAMES,
    family=NAMES,
    device=NAMES,
    channel=st.one_of(st.just(""), NAMES),
    value=VALUES,
    flags=st.integers(0, 255),
)
def test_any_name_and_any_value_comes_back(store_factory, home, family, device, channel, value, flags):
    kind = "gauge" if type(value) is float else "state"
    one = Reading(home, family, device, channel, "power", T0 * S, value, '½ \\ "W", =', kind, "", flags)
    with closing(open_store(store_factory())) as store:
        store.write([one])
        store.write_intervals([block(one.key, [T0], energy=[1.0], state=[str(value)])])
        assert [plain(found) for found in store.readings(home, device=device)] == [plain(one)]
        assert plains(store.latest(home)) == [plain(one)]
        assert store.homes() == [home]
        (found,) = store.intervals(home, start_s=T0, end_s=T0 + 1)
        assert (found.key, found.state) == (one.key, [str(value)])
        store.delete_intervals(one.key, start_s=T0, end_s=T0 + 1)
        assert store.intervals(home, start_s=T0, end_s=T0 + 1) == []


@given(NAMES)
def test_a_name_as_a_tag_has_nothing_that_line_protocol_or_influxql_would_misread(name):
    tag = lines.tag_value(name)
    assert lines.name_of(tag) == name
    assert not set(tag) & set("\\\n\r\t\x00")


def test_a_second_value_of_another_kind_hides_the_first(store_factory):
    with closing(open_store(store_factory())) as store:
        for value in (21.5, math.nan, "heat", True, math.inf, 3.0, "", False):
            one = msgspec.structs.replace(reading(), value=value)
            store.write([one])
            assert [plain(found) for found in store.readings("home")] == [plain(one)]


def test_an_interval_written_again_with_less_has_less(store):
    key = reading().key
    store.write_intervals([block(key, [T0], energy=[1], mean=[2], state=["heat"], flags=[32])])
    store.write_intervals([block(key, [T0], mean=[3])])
    (found,) = store.intervals("home", start_s=T0, end_s=T0 + 1)
    assert (found.mean.tolist(), found.state, found.flags.tolist()) == ([3.0], None, [0])
    assert math.isnan(found.energy[0])


def test_a_deleted_interval_can_be_written_again(store):
    key = reading().key
    store.write_intervals([block(key, [T0], energy=[1], mean=[2])])
    store.delete_intervals(key, start_s=T0, end_s=T0 + 1)
    assert store.intervals("home", start_s=T0, end_s=T0 + 1) == []
    store.write_intervals([block(key, [T0], energy=[5])])
    (found,) = store.intervals("home", start_s=T0, end_s=T0 + 1)
    assert found.energy.tolist() == [5.0]
    assert math.isnan(found.mean[0])


def test_a_series_that_is_rebooted_into_a_new_day_keeps_its_meaning_after_the_old_day_expired(store_factory):
    url = store_factory()
    with closing(open_store(url)) as store:
        store.write([reading(T0 + day * 86_400, float(day), "energy") for day in range(3)])
        store.expire_readings((T0 + 86_400) * S)
    with closing(open_store(url)) as store:
        assert [one.reset for one in store.readings("home")] == ["reboot", "reboot"]


def test_names_without_end_are_not_remembered(store_factory, monkeypatch):
    monkeypatch.setattr("heatledger.store.influx_store._MOST_NAMED", 5)
    monkeypatch.setattr("heatledger.store.influx_meanings._MOST_NOTED", 5)
    with closing(open_store(store_factory())) as store:
        batch = [reading(device=f"plug {n}") for n in range(30)]
        store.write(batch)
        assert sorted(kept(store)) == plains(batch)


def test_deliveries_take_turns_in_a_bounded_number_of_points(store_factory, monkeypatch):
    monkeypatch.setattr("heatledger.store.influx_store.DELIVERIES", 16)
    url = store_factory()
    for start in (0, 20):
        with closing(open_store(url)) as store:
            for number in range(start, start + 20):
                store.write([reading(T0 + number)], deliveries=[Delivery(number + 1, bytes([number]))])
    with closing(open_store(url)) as store:
        assert list(store.deliveries()) == list(range(25, 41))


def test_a_drained_group_of_many_deliveries_is_kept_whole(store):
    store.write([reading()], deliveries=[Delivery(n + 1, n.to_bytes(16)) for n in range(8000)])
    assert dict(store.deliveries()) == {n + 1: n.to_bytes(16) for n in range(8000)}


def test_the_server_says_which_it_is(store):
    assert isinstance(store, Served)
    assert store.version().major >= 1
    assert str(store.version()).startswith("InfluxDB ")


@pytest.mark.parametrize(
    ("text", "build", "major", "core"),
    [
        ("1.6.7~rc0", "OSS", 1, False),
        ("1.8.10", "OSS", 1, False),
        ("v2.7.11", "OSS", 2, False),
        ("3.1.0", "Core", 3, True),
        ("3.1.0", "Enterprise", 3, False),
        ("", "", 0, False),
    ],
)
def test_versions(text, build, major, core):
    version = Version(text, build)
    assert (version.major, version.core) == (major, core)


def test_a_url_says_server_bucket_and_login():
    said = place(
        "influxdbs://me:s%3Ae@nas.local/heat%20ledger/autogen?org=my%20home&prefix=a_&timeout=3&retry=0&ca=/x.pem"
    )
    assert said == msgspec.structs.replace(
        said,
        base="https://nas.local:8086",
        bucket="heat ledger/autogen",
        org="my home",
        token="me:s:e",
        prefix="a_",
        timeout_s=3.0,
        retry_s=0.0,
        ca="/x.pem",
    )
    assert "me" not in said.shown.partition("nas")[0]
    assert place("influxdb://:t@[::1]:1/b", 0.5) == msgspec.structs.replace(
        said,
        shown="influxdb://[::1]:1/b",
        base="http://[::1]:1",
        bucket="b",
        org="",
        token="t",
        prefix="",
        timeout_s=10.0,
        retry_s=0.5,
        ca="",
    )


@pytest.mark.parametrize(
    "url", ["influxdb://", "influxdb://host", "influxdb://host:x/b", "influxdb://:hush@host/b?db=1", "influxdb:///b"]
)
def test_a_url_that_names_no_bucket_is_one_line(url):
    with pytest.raises(StoreError, match="influxdb://host:8086/bucket") as caught:
        open_store(url)
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_url_is_shown_without_its_secrets():
    assert shown("influxdb://me:hush@host:8086/b?org=o") == "influxdb://host:8086/b?org=o"

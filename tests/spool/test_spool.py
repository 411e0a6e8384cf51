"""The spool as a file: what goes in comes out in order, once, bounded, whatever kills the process between."""

import math
import sqlite3
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatledger.store import Delivery, StoreError
from heatledger.store.spool import Part, Size, Spool, SpoolFullError
from tests.store.contract_laws import READINGS
from tests.store.parts import T0, S, plain, reading

PARTS = st.builds(
    Part,
    st.lists(READINGS, max_size=4),
    st.one_of(st.none(), st.builds(Delivery, st.integers(1, 65_535), st.binary(min_size=16, max_size=16))),
    st.booleans(),
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "spool.db"


def opened(path, limit_bytes=1_000_000) -> Spool:
    return Spool(path, limit_bytes=limit_bytes)


def shown(parts):
    return [([plain(each) for each in part.readings], part.delivery, part.doubtful) for part in parts]


def one(number=0, value=1.0, **given) -> Part:
    return Part([reading(T0 + number, value, **given)], Delivery(number + 1, number.to_bytes(16)))


def fill(spool: Spool) -> int:
    """Append until it is full; return how many it took."""
    for number in range(1_000):
        try:
            spool.append([one(number)])
        except SpoolFullError:
            return number
    raise AssertionError("it has no limit")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(PARTS, min_size=1, max_size=4), max_size=6), most=st.integers(1, 9))
def test_what_goes_in_comes_out_in_order_even_after_a_restart(tmp_path_factory, batches, most):
    path = tmp_path_factory.mktemp("spool") / "spool.db"
    with closing(opened(path)) as spool:
        for batch in batches:
            spool.append(batch)
        before = spool.size
    found: list[Part] = []
    with closing(opened(path)) as spool:
        assert spool.size == before
        assert spool.size.readings == sum(len(part.readings) for batch in batches for part in batch)
        while spool:
            last, parts = spool.first(most)
            assert shown(spool.first(most)[1]) == shown(parts), "looking does not take away"
            spool.remove(last)
            found += parts
        assert spool.size == Size(0, 0, None)
    assert shown(found) == shown([part for batch in batches for part in batch])


def test_nan_words_and_truths_come_back_as_they_were(path):
    with closing(opened(path)) as spool:
        spool.append([one(0, math.nan), one(1, "fan_only", quantity="mode"), one(2, True, quantity="online")])
        values = [each.value for part in spool.first(9)[1] for each in part.readings]
    assert math.isnan(values[0])
    assert values[1:] == ["fan_only", True]


def test_a_full_spool_keeps_the_oldest_and_refuses_the_newest(path):
    with closing(opened(path, 2_000)) as spool:
        taken = fill(spool)
        with pytest.raises(SpoolFullError, match=r"spool is full .* raise store.spool_mb"):
            spool.append([one(taken)])
        assert 3 < taken < 100
        assert spool.size.bytes <= 2_000
        last, parts = spool.first(10_000)
        assert [part.delivery.packet_id for part in parts] == list(range(1, taken + 1))
        spool.remove(last)
        spool.append([one(taken)])
        assert len(spool.first(9)[1]) == 1


def test_the_oldest_reading_is_known_at_every_moment(path):
    with closing(opened(path)) as spool:
        spool.append([one(50)])
        spool.append([one(20)])
        assert spool.size.oldest_us == (T0 + 20) * S
        spool.remove(spool.first(1)[0])
        assert spool.size.oldest_us == (T0 + 20) * S
        spool.remove(spool.first(1)[0])
        assert spool.size.oldest_us is None


def test_the_newest_word_on_each_packet_id_is_known_until_it_is_drained(path):
    with closing(opened(path)) as spool:
        spool.append([Part([], Delivery(7, b"a" * 16)), Part([], Delivery(8, b"b" * 16))])
        spool.append([Part([], Delivery(7, b"c" * 16))])
        assert dict(spool.deliveries()) == {8: b"b" * 16, 7: b"c" * 16}
        assert list(spool.deliveries()) == [8, 7]
        spool.remove(spool.first(1)[0])
        assert dict(spool.deliveries()) == {}


def test_the_newest_time_of_each_device_outlives_the_draining(path):
    with closing(opened(path)) as spool:
        spool.append([one(9), one(3), one(1, device="other")])
        spool.remove(spool.first(9)[0])
        assert dict(spool.newest()) == {
            ("home", "tasmota", "plug"): (T0 + 9) * S,
            ("home", "tasmota", "other"): (T0 + 1) * S,
        }


def test_a_drained_spool_gives_its_room_back(path):
    with closing(opened(path, 50_000_000)) as spool:
        for start in range(0, 40_000, 1_000):
            spool.append([one(start + n, math.sin(start + n)) for n in range(1_000)])
        grown = sum(file.stat().st_size for file in path.parent.iterdir())
        spool.remove(spool.first(10**9)[0])
    assert path.stat().st_size < grown / 5


def test_a_batch_is_compressed_to_a_few_bytes_a_reading(path):
    with closing(opened(path)) as spool:
        spool.append(
            [Part([reading(T0 + n, 230.0 + n % 7, quantity=q) for q in ("power", "energy")]) for n in range(500)]
        )
        assert spool.size.bytes / spool.size.readings < 20


def test_what_cannot_be_written_leaves_the_spool_as_it_was(path):
    with closing(opened(path)) as spool:
        with pytest.raises(TypeError):
            spool.append([one(0), one(1, object())])
        assert (len(spool), spool.size.readings) == (0, 0)


def test_another_file_in_its_place_is_refused_in_one_line(path):
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE photos (id)")
    with pytest.raises(StoreError, match="another program"):
        opened(path)

"""Laws that hold for any readings, any batches, any number of processes, and a writer that is killed."""

import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatledger.readings import Reading, SeriesKey
from heatledger.store import open_store
from tests.store.parts import NUMBERS, SPOKEN, STEP, T0, WRITER, S, kept, plains, reading
from tests.store.writer import group


def _reading(draw_value) -> st.SearchStrategy[Reading]:
    return st.builds(
        lambda time_s, device, channel, home, flags, quantity_value: reading(
            T0 + time_s * STEP,
            quantity_value[1],
            quantity_value[0],
            device=device,
            channel=channel,
            home=home,
            flags=flags,
        ),
        time_s=st.integers(0, 12),
        device=st.sampled_from(["plug", "Küche 1"]),
        channel=st.sampled_from(["", "a"]),
        home=st.sampled_from(["home", "annex"]),
        flags=st.sampled_from([0, 1, 2, 9]),
        quantity_value=draw_value,
    )


def _valued(quantity: str):
    return st.tuples(st.just(quantity), SPOKEN.get(quantity, NUMBERS))


READINGS = _reading(st.one_of([_valued(quantity) for quantity in ("power", "energy", "mode", "online")]))
BATCHES = st.lists(st.lists(READINGS, max_size=8), max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=BATCHES,
    repeated=st.lists(st.integers(0, 5), max_size=4),
    start=st.integers(-1, 13),
    width=st.integers(0, 13),
)
def test_any_batches_and_repeats_read_back_as_the_set(store_factory, batches, repeated, start, width):
    written = batches + [batches[n] for n in repeated if n < len(batches)]
    expected = {(one.key, one.time_us): one for batch in written for one in batch}
    store = open_store(store_factory())
    try:
        for batch in written:
            store.write(batch)
        for home in ("home", "annex"):
            here = [one for one in expected.values() if one.key.home == home]
            assert sorted(kept(store, home)) == plains(here)
            newest = {one.key: one for one in sorted(here, key=lambda one: one.time_us)}
            assert plains(store.latest(home)) == plains(newest.values())
            for device in ("plug", "Küche 1"):
                found = store.samples(
                    home, "tasmota", device, start_us=(T0 + start * STEP) * S, end_us=(T0 + (start + width) * STEP) * S
                )
                times = {one.key: one.time_us.tolist() for one in found}
                assert times == spans(
                    [one for one in here if one.device == device], T0 + start * STEP, T0 + (start + width) * STEP
                )
    finally:
        store.close()


def spans(readings, start_s, end_s) -> dict[SeriesKey, list[int]]:
    """Times that `samples` must return, found the slow and obvious way."""
    times: dict[SeriesKey, list[int]] = {}
    for one in sorted(readings, key=lambda one: one.time_us):
        times.setdefault(one.key, []).append(one.time_us)
    return {
        key: [t for t in heard if t < start_s * S][-1:]
        + [t for t in heard if start_s * S <= t < end_s * S]
        + [t for t in heard if t >= end_s * S][:1]
        for key, heard in times.items()
    }


def writer(url: str, name: str, groups: int) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, str(WRITER), url, name, str(groups)], stdout=subprocess.PIPE, text=True)


def test_several_processes_write_and_read_at_once(store_factory):
    url, groups = store_factory(), 25
    names = [f"writer {n}" for n in range(3)]
    writers = [writer(url, name, groups) for name in names]
    store = open_store(url)
    seen = 0
    while any(process.poll() is None for process in writers):
        count = sum(1 for _ in store.readings("home"))
        assert count >= seen
        seen = count
        store.write([reading(value=float(seen), device="reader")])
        store.latest("home")
    for process in writers:
        process.communicate()
    assert [process.returncode for process in writers] == [0, 0, 0]
    expected = [one for name in names for number in range(groups) for one in group(name, number)]
    assert sorted(one for one in kept(store) if one[2] != "reader") == plains(expected)
    store.close()


@pytest.mark.parametrize("groups_heard", [1, 7, 40])
def test_what_was_written_is_there_after_the_writer_was_killed(store_factory, groups_heard):
    url = store_factory()
    process = writer(url, "doomed", -1)
    said = [process.stdout.readline() for _ in range(groups_heard)]
    process.kill()
    said += process.communicate()[0].splitlines()
    returned = max(int(line) for line in said if line.strip().isdigit())
    store = open_store(url)
    found = kept(store)
    promised = plains(one for number in range(returned + 1) for one in group("doomed", number))
    begun = plains(group("doomed", returned + 1))
    assert set(promised) <= set(found)
    assert set(found) - set(promised) in (set(), set(begun)), "a group is there whole or not at all"
    assert store.deliveries()[returned + 1] == returned.to_bytes(8)
    store.write(group("doomed", returned + 1))
    assert sorted(kept(store)) == sorted({*promised, *begun})
    store.close()

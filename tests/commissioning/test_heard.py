"""What was heard, and by whose clock: kept by the broker, or told by a device that does not know the time."""

from __future__ import annotations

import msgspec
import pytest

from heatledger.commissioning.checks import examine
from heatledger.hearing import follow
from heatledger.readings import Flag
from tests.commissioning import weeks

PLUG = "living room/AC plug"


@pytest.fixture(scope="module")
def healthy():
    return weeks.winter()


def later(value, seconds):
    return msgspec.structs.replace(value, time_us=value.time_us + seconds * 10**6)


@pytest.mark.parametrize(("ago_s", "result"), [(60, "warn"), (1200, "pass")])
def test_a_clock_that_is_lost_is_named_until_its_device_told_the_time_for_a_quarter_of_an_hour(healthy, ago_s, result):
    blocks, start = healthy
    latest = weeks.newest(blocks, int(start.timestamp()) + 7 * weeks.DAY_S)
    (key,) = (key for key in latest if key.device == PLUG and key.quantity == "power")
    lost = msgspec.structs.replace(latest[key], lost_us=latest[key].time_us - ago_s * 10**6)
    found = examine(weeks.evidence(blocks, start, latest={**latest, key: lost}))
    assert [one.result for one in found if one.check == "device.clock_lost"] == [result]


def test_a_clock_that_is_lost_is_remembered_while_other_messages_of_its_device_carry_no_time():
    one = follow(None, 1.0, time_us=10, flags=int(Flag.CLOCK_LOST))
    assert follow(one, 2.0, time_us=20).lost_us == 10


def test_a_power_that_only_the_broker_kept_is_named_though_the_device_speaks(healthy):
    blocks, start = healthy
    latest = weeks.newest(blocks, int(start.timestamp()) + 7 * weeks.DAY_S)
    (key,) = (key for key in latest if key.device == PLUG and key.quantity == "power")
    for ago_s, good in ((60, True), (3600, False)):  # what was just kept may speak at any moment
        kept = msgspec.structs.replace(later(latest[key], -ago_s), flags=int(Flag.RETAINED))
        found = examine(weeks.evidence(blocks, start, latest={**latest, key: kept}))
        said = next(one for one in found if one.check == "device.fresh" and one.at == PLUG)
        assert (said.result == "pass") is good, said.evidence
    assert said.evidence == "power: kept by the broker, of unknown age"

"""When a bridge is lost its devices are lost with it, and come back as they were."""

from __future__ import annotations

from heatledger.readings import Flag, Reading
from ingest.discovery import Bridges
from tests.discovery.conftest import heard

ZIGBEE = "zigbee2mqtt"
CATALOGUE = heard(
    ("zigbee2mqtt/bridge/devices", [{"type": "Router", "friendly_name": name} for name in ("lamp", "plug")]),
    ("homie/5/gateway/$description", {"children": ["probe"]}),
    ("homie/5/probe/$description", {"root": "gateway", "parent": "gateway", "nodes": {}}),
    ("homie/5/far/$description", {"root": "gateway", "parent": "probe", "nodes": {}}),
)


def online(device: str, value: bool, family: str = ZIGBEE) -> Reading:
    return Reading("home", family, device, "", "online", 5, value, None, "state")


def said(readings: list[Reading]) -> list[tuple[str, bool]]:
    assert all(one.flags & Flag.ESTIMATED and one.quantity == "online" and one.time_us == 5 for one in readings)
    return [(one.device, one.value) for one in readings]


def test_the_devices_of_a_bridge_that_is_lost_are_lost_and_come_back():
    bridges = Bridges()
    assert said(bridges.follow([online("plug", True)], CATALOGUE)) == []
    assert said(bridges.follow([online("lamp", False)], CATALOGUE)) == []
    assert said(bridges.follow([online(ZIGBEE, False)], CATALOGUE)) == [("lamp", False), ("plug", False)]
    assert said(bridges.follow([online(ZIGBEE, False)], CATALOGUE)) == []
    assert said(bridges.follow([online(ZIGBEE, True)], CATALOGUE)) == [("lamp", False), ("plug", True)]
    assert said(bridges.follow([online(ZIGBEE, True)], CATALOGUE)) == []


def test_a_bridge_that_was_lost_before_its_devices_were_known_counts_too():
    bridges = Bridges()
    assert said(bridges.follow([online(ZIGBEE, False)], heard())) == []
    assert said(bridges.follow([], CATALOGUE)) == [("lamp", False), ("plug", False)]


def test_every_homie_device_below_a_lost_root_is_lost():
    found = Bridges().follow([online("gateway", False, "homie")], CATALOGUE)
    assert said(found) == [("far", False), ("probe", False)]
    assert {one.family for one in found} == {"homie"}


def test_a_device_without_devices_below_it_stands_alone():
    assert Bridges().follow([online("plug", False), online("gateway", False)], CATALOGUE) == []

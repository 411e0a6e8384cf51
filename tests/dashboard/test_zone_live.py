"""What a room of `/zones` does this moment: told with its power, and never an old figure as a new one."""

from dashboard import zone_live
from heatledger.live import now
from tests.dashboard.house import AT_US, HOUSE, RATE, latest, spoken
from tests.dashboard.trees import texts


def told(zone, **changes):
    seen = now(HOUSE, latest(**changes), rate=RATE, at_us=AT_US)
    return [texts(cell) for cell in zone_live.cells(HOUSE, zone, seen)]


def test_a_running_room_tells_its_power_and_how_warm_it_is():
    assert told("living") == [["heating", "964 W"], ["70°", "set 70°"]]


def test_a_room_that_shares_a_unit_says_so():
    assert told("bedroom", desk_action=spoken("heating"))[0] == ["heating", "shares 495 W"]


def test_a_silent_room_says_since_when_and_what_was():
    gone = {"desk_temp": spoken(16.1, ago_s=2040), "desk_action": spoken("idle", ago_s=2040)}
    assert told("study", **gone) == [["no data since 6:08 pm"], ["–", "was 61°"]]


def test_of_a_home_that_is_not_listened_to_nothing_is_told():
    assert [texts(cell) for cell in zone_live.cells(HOUSE, "study", None)] == [[], []]


def test_what_is_pushed_stands_in_the_page():
    seen = now(HOUSE, latest(), rate=RATE, at_us=AT_US)
    pushed = zone_live.pushed(HOUSE, seen)
    assert set(pushed) == {cell.id for zone in HOUSE.zones for cell in zone_live.cells(HOUSE, zone.id, seen)}
    assert pushed["zones-now-maple-living-warm"]

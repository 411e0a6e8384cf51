"""Where programme, window, price and people meet: nobody's choice is undone, and nothing that was asked is lost."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from heatledger.limits import PriceBand
from heatledger.programme import Step
from tests.control.plant import House
from tests.control.test_automation import HOME, ON, WEEK, Lived

BAND = msgspec.structs.replace(ON, price=PriceBand())


def clock(minutes):
    """The home's clock so many minutes after its first look."""
    at = datetime.fromtimestamp(House().wall_us / 1e6 + minutes * 60, UTC).astimezone(ZoneInfo("Europe/Berlin"))
    return f"{at:%H:%M}"


def test_a_choice_on_the_page_stands_where_a_plan_by_price_ends_after_a_change_of_the_programme():
    home = Lived(programme=WEEK)
    by_price = True
    home.automation._priced = lambda *_: by_price
    home.live(2)
    home.house.ask("living", setpoint=22.0)
    home.live(1)
    by_price = False  # somebody chose otherwise
    home.live(10)
    assert home.set() == ("heat", 22.0)
    assert home.asked() == [("person", None, 22.0, "")]
    home.live(5)
    assert home.set("bedroom") == ("heat", 20.0), "where nobody chose, the programme counts"


def test_a_choice_stands_until_the_next_change_after_a_restart_of_the_machine_too():
    home = Lived(programme=(*WEEK, Step(zone="living", at=clock(40), setpoint=18.0)))
    home.live(2)
    home.house.ask("living", setpoint=22.0)
    home.live(8)
    home.house.boot, home.house.booted_s, home.house.spoke = "second", home.house.true_s - 20, {}
    home.restart()
    home.live(20)
    assert home.set() == ("heat", 22.0)
    home.live(20)
    assert home.set() == ("heat", 18.0)


def test_a_room_that_waits_to_be_switched_on_again_is_so_after_a_restart_of_the_machine():
    home = Lived()
    home.say("Terrace door", "contact", "open")
    home.live(8)
    home.house.trouble = "ingest is not running"
    home.say("Terrace door", "contact", "closed")
    home.live(2)
    home.house.boot, home.house.booted_s, home.house.spoke = "second", home.house.true_s - 20, {}
    home.house.trouble = ""
    home.restart()
    home.live(10)
    assert home.set() == ("heat", 20.0)
    home.restart()
    home.live(10)
    assert [row[1:3] for row in home.asked()] == [("off", None), ("heat", 20.0), ("heat", 20.0)]
    home.house.ask("living", mode="off")
    home.live(10)
    home.restart()
    home.live(10)
    assert home.set()[0] == "off"


@pytest.mark.parametrize("wait_min", [0, 4])
def test_a_change_of_the_programme_while_a_room_waits_to_be_switched_on_again_switches_it_on(wait_min):
    home = Lived(programme=(*WEEK, Step(zone="living", at=clock(17 + wait_min), setpoint=18.0)))
    home.say("Terrace door", "contact", "open")
    home.live(10)
    assert home.set()[0] == "off"
    home.house.trouble = "ingest is not running"
    home.say("Terrace door", "contact", "closed")
    home.live(20)
    home.house.trouble = ""
    home.live(8)
    assert home.set() == ("heat", 18.0)


def test_a_change_of_the_programme_that_a_window_interrupts_is_made_good():
    home = Lived(programme=(*WEEK, Step(zone="living", at=clock(4), setpoint=18.0)))
    home.live(1)
    home.say("Terrace door", "contact", "open")
    home.house.trouble = "ingest is not running"
    home.live(7)
    home.house.trouble = ""
    home.live(10)
    assert home.set()[0] == "off"
    home.say("Terrace door", "contact", "closed")
    home.live(8)
    assert home.set() == ("heat", 18.0)


def test_a_window_that_stands_open_longer_than_a_choice_counts_pauses_the_heating_then():
    home = Lived()
    place = home.house.loop._places["living"]
    longer = place._replace(limits=msgspec.structs.replace(ON, person_min=120.0))
    home.house.loop._places = home.house.loop._places | {"living": longer}
    home.live(1)
    home.house.set["living"]["setpoint"] = 22.0  # at its remote
    home.live(2)
    home.say("Terrace door", "contact", "open")
    home.live(115)
    assert home.set() == ("heat", 22.0)
    home.live(10)
    assert home.set()[0] == "off"


def test_what_was_chosen_with_the_window_open_stands_after_a_restart_of_the_process():
    home = Lived()
    home.say("Terrace door", "contact", "open")
    home.live(2)
    home.house.ask("living", mode="heat", setpoint=21.0)
    home.live(8)
    assert home.set() == ("heat", 21.0)
    home.restart()
    home.live(20)
    assert home.set() == ("heat", 21.0)


def leave(home):
    for who in home.home.presence.devices:
        home.say(who, "presence", "off")


def test_a_programme_that_asks_for_less_than_an_empty_home_counts_while_nobody_is_there():
    home = Lived(programme=(*WEEK, Step(zone="living", at=clock(60), setpoint=15.0)))
    home.live(1)
    leave(home)
    home.live(45)
    assert home.set() == ("heat", 17.0)
    home.live(30)
    assert home.set() == ("heat", 15.0)
    assert home.asked()[-1] == ("presence", "heat", 15.0, "weekly programme")
    home.restart()
    home.live(30)
    assert home.set() == ("heat", 15.0)


@pytest.mark.parametrize(("programme", "chosen", "empty"), [(20.0, 16.0, 16.0), (16.0, 22.0, 17.0)])
def test_an_empty_home_makes_nothing_warmer_than_was_chosen_and_spares_what_was(programme, chosen, empty):
    home = Lived(programme=(Step(zone="living", at="00:00", setpoint=programme),))
    home.live(8)
    home.house.ask("living", setpoint=chosen)
    home.live(8)
    leave(home)
    home.live(45)
    assert home.set() == ("heat", empty)


def test_a_process_that_starts_waits_for_what_prices_need_before_it_lets_the_programme_count():
    band = tuple(msgspec.structs.replace(zone, control=BAND) for zone in HOME.zones)
    home = Lived(programme=WEEK, zones=band)
    home.automation._priced = lambda *_: True
    home.live(1)
    home.house.ask("living", setpoint=21.5, by="price")
    home.live(2)
    assert home.set() == ("heat", 21.5)
    home.restart()
    home.live(2)  # what the room's response is, is still being read
    assert [row[0] for row in home.asked()] == ["price"]
    home.live(20)
    assert home.set() == ("heat", 20.0), "what does not come is not waited for"


def test_where_the_band_for_prices_is_taken_out_of_the_home_file_the_programme_counts_again():
    home = Lived(programme=WEEK)
    home.live(1)
    home.house.ask("living", setpoint=21.5, by="price")
    home.live(8)
    assert home.set() == ("heat", 21.5)
    home.restart()
    home.live(8)
    assert home.set() == ("heat", 20.0)
    assert home.asked()[-1][0] == "programme"
    home.restart()
    home.live(8)
    assert len(home.asked()) == 3

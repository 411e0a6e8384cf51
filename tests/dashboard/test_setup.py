"""What a setup form says of a home: what is not kept takes its mentions with it."""

import msgspec
import pytest

from dashboard.app import create_app
from dashboard.setup import stated
from heatledger import config as configuration
from tests.dashboard import scene
from tests.dashboard.asgi import Client
from tests.dashboard.house import HOUSE


def everything():
    rows = {"zone": HOUSE.zones, "meter": HOUSE.meters, "pump": HOUSE.heat_pumps}
    return {f"{table}.{row.id}.keep": "on" for table, found in rows.items() for row in found}


def test_a_form_that_changes_nothing_is_the_home_as_it_was():
    assert stated(HOUSE, everything()) == HOUSE


def test_a_zone_that_goes_takes_its_heads_and_frees_its_meter():
    sent = everything()
    for zone in ("bedroom", "kids"):
        del sent[f"zone.{zone}.keep"]
    home = stated(HOUSE, sent)
    assert {zone.id for zone in home.zones} == {"living", "study"}
    assert [head.zone for head in home.heat_pumps[1].heads] == ["study"]
    assert {meter.id: meter.zone for meter in home.meters}["heater"] is None


def test_a_meter_that_goes_takes_its_pump_and_frees_its_children():
    sent = everything()
    for meter in ("mains", "split"):
        del sent[f"meter.{meter}.keep"]
    home = stated(HOUSE, sent)
    assert [pump.id for pump in home.heat_pumps] == ["duo"]
    assert {meter.parent for meter in home.meters} == {None}


def test_names_roles_and_money_are_taken():
    said = {"name": "  Cabin ", "budget": "410.50", "tariff": "", "cycle": "9", "meter.heater.zone": "study"}
    home = stated(HOUSE, everything() | said)
    assert (home.name, str(home.budget), home.tariff, home.cycle.day) == ("Cabin", "410.50", None, 9)
    assert home.meters[-1].zone == "study"


@pytest.mark.parametrize(
    "wrong", [{"meter.mains.role": "king"}, {"pump.mini.kind": "stove"}, {"budget": "much"}, {"cycle": "32"}]
)
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(msgspec.ValidationError):
        stated(HOUSE, everything() | wrong)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"base": "{"}, "That does not fit"),
        ({"base": "[]"}, "That does not fit"),
        ({"tariff": "nowhere"}, "&#39;nowhere&#39; is not there"),
        ({"currency": "EUR", "tariff": "flat"}, "tariff &#39;flat&#39; is in USD"),
        ({"timezone": "Mars/Base"}, "&#39;Mars/Base&#39; is not known"),
        ({"recipients": "ann at home"}, "is no e-mail address"),
    ],
)
def test_a_form_that_cannot_be_used_is_told_and_changes_nothing(tmp_path, sent, says):
    scene.write_config(tmp_path)
    path = tmp_path / "config" / "homes" / "maple.toml"
    before = path.read_bytes()
    client = Client(create_app(configuration.load(data_dir=tmp_path, environ={})).server)
    answer = client.post("/setup", {"base": msgspec.json.encode(HOUSE).decode(), **everything(), **sent})
    assert answer.status_code == 400
    assert says in answer.text
    assert path.read_bytes() == before

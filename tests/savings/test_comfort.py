"""What a zone would have been held at: its usual warmest set-point, and not what prices or holidays made of it."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import numpy as np
import pytest

from heatledger import automation_savings
from heatledger.automation_days import Comfort, comfort
from heatledger.automation_savings import Books, ZoneSaving
from heatledger.days import Day, Profile
from heatledger.heat.day_hours import DayHours
from heatledger.home import Home
from heatledger.programme import Step

NONE = np.zeros(0)
FIRST = date(2026, 1, 1)


def day(top, air):
    """A day at one set-point."""
    column = np.full(24, top)
    hours = DayHours(
        start_s=0, outdoor_c=column, sun_w_m2=column, other_kwh=column, room_c={"living": np.full(24, air)},
        asked_c={"living": column}, asked_cool_c={}, heat_w={}, cool_w={}, heating_kwh={}, cooling_kwh={},
    )  # fmt: skip
    return Day(
        use=0.0, imported=0.0, exported=0.0, unallocated=0.0, estimated=0.0, meters={}, zones={}, modes={}, doubts={},
        seconds=86_400.0, covered_s=86_400.0, outdoor_c=0.0,
        profile=Profile(start_s=0, imported=NONE, exported=NONE, zones={}), hours=hours,
    )  # fmt: skip


def test_days_away_and_what_prices_made_of_a_day_say_nothing_of_how_a_room_is_held():
    dated = [FIRST + timedelta(days=number) for number in range(9)]
    days = {at: day(top, top + 0.2) for at, top in zip(dated, [20.5] * 2 + [15.0] * 2 + [21.5] * 5, strict=True)}
    held = comfort(days, "living", dated[-1], dated[2:4], dict.fromkeys(dated[4:], 20.5))
    assert held == Comfort(20.5, pytest.approx(0.2))


@pytest.mark.parametrize(("programme", "against"), [((20.5, 17.0), 20.5), ((), 20.0)])
def test_a_zone_heated_by_price_is_held_against_its_programme(monkeypatch, programme, against):
    zone = {"id": "living", "name": "Living room"}
    steps = tuple(Step(zone="living", at=f"{6 + number:02}:00", setpoint=one) for number, one in enumerate(programme))
    home = msgspec.convert({"id": "h", "name": "H", "timezone": "UTC", "currency": "EUR", "zones": [zone]}, Home)
    home = msgspec.structs.replace(home, programme=steps)
    dated = [FIRST + timedelta(days=number) for number in range(9)]
    days = {at: day(top, top) for at, top in zip(dated, [20.0] * 2 + [21.5] * 7, strict=True)}
    names = {at: frozenset(("price",)) if days[at].hours.asked_c["living"][0] > 21 else frozenset() for at in dated}
    seen = []
    monkeypatch.setattr(automation_savings, "lived_day", lambda _, __, ___, held, ____: seen.append(held))
    said = ZoneSaving(zone="living", automation="price", days=0, left_out=7)
    automation_savings._saving(home, Books(days, (), (), {}), said, None, automation_savings._Which(names, dated[2:]))
    assert {one.asked_c for one in seen} == {against}

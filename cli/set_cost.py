"""What a set-point that was just asked for will cost, said while the device is told."""

from __future__ import annotations

import time
from contextlib import closing
from typing import NamedTuple

from cli.options import utc_now
from heatledger import formatting
from heatledger.config import Config
from heatledger.hearing import heard
from heatledger.home import Home, Zone
from heatledger.ledger import Ledger
from heatledger.live import now as live_now
from heatledger.setpoint_cost import MoreADay
from heatledger.store import StoreError, open_store
from heatledger.store.lately import heard_lately
from heatledger.store.state import State
from heatledger.tariff.load import BillError
from heatledger.zone_rooms import ZoneRooms


class Before(NamedTuple):
    """What a zone was set to, and the temperature outdoors, before it was asked; None where not heard. [°C]."""

    setpoint_c: float | None = None
    outdoor_c: float | None = None


def before(config: Config, home: Home, zone: Zone) -> Before:
    """Return how a zone is set for heating now."""
    at_us = time.time_ns() // 1000
    try:
        with closing(open_store(config.store_url)) as store:
            seen = live_now(home, heard(heard_lately(store, home.id, at_us)), rate=None, at_us=at_us)
    except StoreError:
        return Before()
    here = next((one for one in seen.zones if one.id == zone.id), None)
    heats = here is not None and here.mode not in ("off", "cool", "dry", "fan_only")
    return Before(here.setpoint if here is not None and heats else None, seen.outdoor.celsius)


def cost_line(config: Config, home: Home, zone: Zone, was: Before, celsius: float) -> str:
    """Return in a line what a set-point costs more or less a day; else why that is not known.

    Parameters
    ----------
    config : Config
        For the tariff.
    home : Home
        The household.
    zone : Zone
        Which is set.
    was : Before
        How it was set.
    celsius : float
        To what. [°C]
    """
    try:
        with closing(open_store(config.store_url)) as store, closing(State(config.state_path)) as state:
            rooms = ZoneRooms(Ledger(config, home, store=store, state=state), store)
            found = rooms.more_a_day(zone.id, was.setpoint_c, celsius, was.outdoor_c, utc_now())
    except (StoreError, BillError) as error:
        found = MoreADay(to_c=celsius, reason=str(error))
    return _line(home, zone, found)


def _line(home: Home, zone: Zone, found: MoreADay) -> str:
    to = formatting.temperature(found.to_c, unit=home.degrees)
    if found.kwh is None:
        return f"{zone.name}: what {to} costs is not known: {found.reason}"
    begin = formatting.temperature(found.from_c, unit=home.degrees)
    word, sign = ("more", 1) if found.kwh >= 0 else ("less", -1)
    edges = (found.kwh_low, found.kwh, found.kwh_high)
    if found.cost is None or found.cost_low is None or found.cost_high is None:
        shown = [f"{formatting.number(sign * (edge or 0.0), 1)} kWh" for edge in edges]
    else:
        money = (found.cost_low, found.cost, found.cost_high)
        shown = [formatting.money(edge if sign > 0 else _opposite(edge), home.currency) for edge in money]
    low, middle, high = shown[::sign]
    return f"{zone.name}: {begin} → {to}: about {middle} {word} a day ({low}–{high}) at the present outdoor temperature"


def _opposite(amount: str) -> str:
    return amount.removeprefix("-") if amount.startswith("-") else f"-{amount}"

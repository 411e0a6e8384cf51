"""The simulated living room with a supply-air probe, reading what the heat it was truly given makes of an airflow."""

from __future__ import annotations

import msgspec
import numpy as np

from heatledger.heat.air_side import air_heat
from heatledger.readings import SeriesKey
from tests.commissioning import weeks

HEAD = "Living room"
M3_S = 0.15  # of a 2.5 kW indoor unit at its middle fan step


def own_home():
    """The demo home with its living room's mini-split alone."""
    home = weeks.demo_home()
    return msgspec.structs.replace(home, heat_pumps=home.heat_pumps[:1])


def probed(blocks, truth, m3_s=M3_S):
    """The home's intervals and a supply-air probe, reading what the truly given heat makes of an airflow."""
    room = next(b for b in blocks if (b.key.device, b.key.quantity) == (HEAD, "temperature"))
    heat_w = truth.heat_w[: len(room.mean), 0]
    per_k = air_heat(np.full(len(room.mean), m3_s), room.mean, room.mean + 1.0, np.full(len(room.mean), 40.0))
    told = room.mean + heat_w / per_k
    key = SeriesKey(room.key.home, room.key.family, room.key.device, "", "supply_temp")
    return (*blocks, room._replace(key=key, mean=told, min=told, max=told, last=told))

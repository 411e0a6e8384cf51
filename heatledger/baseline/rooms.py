"""How a home's rooms lose heat and share it: the small balance of every room."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from heatledger.heat.balance import YESTERDAY
from heatledger.readings import Floats

Bools = npt.NDArray[np.bool_]


class Room(NamedTuple):
    """A room of the balance: its floor [m²], the room to which an opening without a door leads, what it is called."""

    id: str
    area_m2: float
    open_to: str | None = None
    name: str = ""


class Plan(NamedTuple):
    """How a home is laid out.

    Attributes
    ----------
    rooms : tuple of Room
        All that is heated, or would be.
    main : int
        Where the one thermostat would hang, and onto which every other room has a door.
    served : array of bool, shape (k, m)
        Which rooms each source of heat (a heat pump, or the heaters of a room) gives to.
    """

    rooms: tuple[Room, ...]
    main: int
    served: Bools

    @property
    def area_m2(self) -> Floats:
        """Floor of each room. [m²]."""
        return np.array([room.area_m2 for room in self.rooms])


class House(NamedTuple):
    """What the balance needs of a home, by room.

    heat_i = loss_i·(T_i − T_out) + floor_i·(T_i − ground) + Σ_j between_ij·(T_i − T_j) + storage_i·rise_i − gains_i

    Attributes
    ----------
    loss_w_k, floor_w_k : array, shape (m,)
        To the air outside, and to the ground. [W/K]
    between_w_k : array, shape (m, m)
        Between rooms, through doors and partitions. [W/K]
    ground_c : float
        [°C]
    sun_m2 : array, shape (m,)
        [m²]
    share : array, shape (m,)
        Of appliances' heat; its sum is 1. [1]
    people_w : float
        [W]
    storage_wh_k : array, shape (m,)
        [Wh/K]
    """

    loss_w_k: Floats
    floor_w_k: Floats
    between_w_k: Floats
    ground_c: float
    sun_m2: Floats
    share: Floats
    people_w: float
    storage_wh_k: Floats

    @property
    def response_w_k(self) -> Floats:
        """What each room takes more per degree that it is held warmer, its neighbours with it. [W/K]."""
        return self.loss_w_k + self.floor_w_k


def gains(house: House, other_w: Floats, sun_w_m2: Floats) -> Floats:
    """Return what people, appliances and the sun give to each room, shape (n, m). [W]."""
    sun = np.nan_to_num(sun_w_m2)
    return np.asarray(np.outer(other_w + house.people_w, house.share) + np.outer(sun, house.sun_m2), dtype=np.float64)


def conductance(house: House) -> Floats:
    """Return the matrix K for which K·T = heat + gains + loss·T_out + floor·ground in a steady state. [W/K]."""
    return np.asarray(np.diag(house.response_w_k + house.between_w_k.sum(axis=1)) - house.between_w_k, np.float64)


def drive(house: House, outdoor_c: Floats, gains_w: Floats) -> Floats:
    """Return the right-hand side of the balance without heat, shape (n, m). [W]."""
    return np.asarray(gains_w + np.outer(outdoor_c, house.loss_w_k) + house.floor_w_k * house.ground_c, np.float64)


def unseen(house: House, room_c: Floats, outdoor_c: Floats, gains_w: Floats) -> Floats:
    """Return every room's temperature: as measured, and inferred where it has no thermometer and no heat of its own.

    Parameters
    ----------
    house : House
        The home.
    room_c : array, shape (n, m)
        NaN in every row of a room that nobody measures. [°C]
    outdoor_c : array, shape (n,)
        [°C]
    gains_w : array, shape (n, m)
        As `gains` returns them. [W]

    Returns
    -------
    array, shape (n, m)
        [°C]
    """
    blind = np.isnan(room_c).all(axis=0)
    out = room_c.copy()
    if blind.any():
        matrix = conductance(house)
        right = drive(house, outdoor_c, gains_w)[:, blind] - room_c[:, ~blind] @ matrix[np.ix_(~blind, blind)]
        out[:, blind] = np.linalg.solve(matrix[np.ix_(blind, blind)], right.T).T
    return out


def lagged(outdoor_c: Floats, before_c: Floats) -> Floats:
    """Return the outdoor temperature that a day's loss answers to: walls are slow. [°C]."""
    return np.asarray((1.0 - YESTERDAY) * outdoor_c + YESTERDAY * before_c, dtype=np.float64)

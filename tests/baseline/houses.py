"""A house of our own whose every loss is known: rooms in a steady state hour by hour."""

import numpy as np

from heatledger.baseline.hours import Hours
from heatledger.baseline.rooms import House, Plan, Room, conductance, drive, gains

AREA_M2 = (40.0, 25.0, 20.0, 15.0)
PLAN = Plan(
    (Room("living", 40.0), Room("kitchen", 25.0, "living"), Room("bed", 20.0), Room("box", 15.0)),
    main=0,
    served=np.array([[True, False, False, False], [False, False, True, False]]),
)
COMMON_C = 20.5


def house(*, loss=1.2, door_w_k=45.0, open_w_k=280.0):
    """Return the house: loss per floor area [W/(K·m²)], what passes a door and the kitchen's opening. [W/K]"""
    area = np.array(AREA_M2)
    between = np.zeros((4, 4))
    for room, through in ((1, open_w_k), (2, door_w_k), (3, door_w_k)):
        between[0, room] = between[room, 0] = through
    share = np.where(np.arange(4) < 2, 0.65 * area / 65.0, 0.35 * area / 35.0)
    return House(loss * area, 0.3 * area, between, 9.0, 0.05 * area, share, 100.0, 15.0 * area)


def weather(days, *, mean_c=-2.0, seed=1):
    """Return outdoor temperature [°C], sun on the average wall [W/m²] and appliances [W] of so many days' hours."""
    rng = np.random.default_rng(seed)
    hour = np.arange(days * 24)
    spell = np.repeat(np.convolve(rng.normal(0, 6.0, days + 2), np.ones(3) / 3, "valid"), 24)
    outdoor = mean_c + spell + 3.0 * np.cos(2 * np.pi * (hour - 15) / 24)
    sun = np.repeat(rng.uniform(0.2, 1.0, days), 24) * 220.0 * np.clip(np.sin(np.pi * (hour % 24 - 8) / 9), 0, None)
    other = 250.0 + 250.0 * ((hour % 24 >= 17) & (hour % 24 < 22))
    return outdoor, sun, other


def held(of, outdoor_c, gains_w, held_c):
    """Return rooms' temperatures and heat where some are held, shape (n, m), NaN in rooms that are not. [°C, W]"""
    matrix, right = conductance(of), drive(of, outdoor_c, gains_w)
    free = np.isnan(held_c).all(axis=0)
    temp = held_c.copy()
    if free.any():
        known = right[:, free] - held_c[:, ~free] @ matrix[np.ix_(~free, free)]
        temp[:, free] = np.linalg.solve(matrix[np.ix_(free, free)], known.T).T
    return temp, np.where(free, 0.0, temp @ matrix - right)


def lived_in(days=90, *, living_c=20.5, bed_c=18.0, every_room=False, of=None, mean_c=-2.0, seed=1):
    """Return the hours of the house with units in living room and bedroom, and how warm every room is. [°C]"""
    of = of or house()
    outdoor, sun, other = weather(days, mean_c=mean_c, seed=seed)
    none = np.full(len(outdoor), np.nan)
    asked = np.column_stack([none + np.nan_to_num(living_c), none, none, none])
    asked[:, 0], asked[:, 2] = living_c, bed_c
    temp, heat = held(of, outdoor, gains(of, other, sun), asked)
    seen = np.array([True, every_room, True, every_room])
    nothing = np.zeros((len(outdoor), 2))
    hours = Hours(
        start_s=np.arange(len(outdoor), dtype=np.int64) * 3600,
        outdoor_c=outdoor,
        sun_w_m2=sun,
        other_w=other,
        room_c=np.where(seen, temp, np.nan),
        own_c=asked,
        own_cool_c=np.full(asked.shape, np.nan),
        heat_w=np.maximum(heat[:, [0, 2]], 0.0),
        cool_w=nothing,
        latent_w=np.full((len(outdoor), 2), np.nan),
    )
    return hours, temp

"""A room's thermal response: one resistance and one capacity (grey box), stepped exactly; what it takes, and how long.

C·dT/dt = loss·(T_out − T) + beside·(T_beside − T) + gain + heat, the first-order model of a building's heat dynamics
(Bacher and Madsen 2011, Energy and Buildings 43, model Ti; a lumped zone as in EN ISO 52016-1).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from heatledger.readings import Floats

DRAWN: Final = ("loss_w_k", "capacity_wh_k", "gain_w", "beside_w_k", "strongest_w")
"""The columns of `RoomResponse.draws`."""
_INTERVAL: Final = (0.05, 0.95)
_NO_LOSS_W_K: Final = 1e-9
_Number = float | Floats


class RoomResponse(NamedTuple):
    """How a room's temperature follows outdoors and its heat. `after` and its like take arrays for the numbers too.

    Attributes
    ----------
    loss_w_k : float
        Heat loss coefficient to outdoors. [W/K]
    capacity_wh_k : float
        Lumped heat capacity: what follows within hours, air and the faces of what stands around it. [Wh/K]
    gain_w : float
        Mean free heat: people, appliances, the sun. [W]
    beside_w_k : float
        Heat exchange with the home's other rooms. [W/K]
    sun_w : array, shape (24,), or None
        How far the free heat of each hour of the home's day lies from its mean; added to the heat by who knows the
        hour. [W]
    strongest_w : float
        The strongest heat it was seen to get over half an hour, on days that asked for much. [W]
    strongest_at_c, weaker_w_k : float
        The outdoor temperature of those half hours [°C], and by how much it was less on colder ones [W/K]; see
        `strongest`.
    steps : int
        How many intervals it was fitted on.
    days : int
        On how many days they lie.
    draws : array, shape (n, 5)
        Draws of what `DRAWN` names, for intervals: other days that might have been, each with the free heat of one
        window, and the strongest heat of one day, that was.
    together : float
        What is left of its strongest heat while the other rooms on its outdoor unit are heated up too. [0–1]
    electric : bool
        No COP is known: every W of heat here is a W of electricity.
    """

    loss_w_k: _Number
    capacity_wh_k: _Number
    gain_w: _Number
    strongest_w: _Number
    steps: int
    draws: Floats
    beside_w_k: _Number = 0.0
    sun_w: Floats | None = None
    days: int = 0
    electric: bool = False
    strongest_at_c: float = 0.0
    weaker_w_k: float = 0.0
    together: float = 1.0

    @property
    def time_constant_h(self) -> _Number:
        """How long until 63 % of a change has come. [h]."""
        return self.capacity_wh_k / (self.loss_w_k + self.beside_w_k)


class Lasts(NamedTuple):
    """How long something takes, with its 90 % interval; infinite where it is never reached. [h]."""

    hours: float
    low: float
    high: float


class _Way(NamedTuple):
    """From where to where, and under what, None for the strongest heat there is: [°C], [W]."""

    from_c: float
    to_c: float
    outdoor_c: float
    heat_w: float | None
    beside_c: float | None


_AT_ONCE: Final = Lasts(0.0, 0.0, 0.0)


def after(
    response: RoomResponse,
    celsius: npt.ArrayLike,
    outdoor_c: npt.ArrayLike,
    heat_w: npt.ArrayLike,
    hours: npt.ArrayLike,
    *,
    beside_c: npt.ArrayLike | None = None,
) -> Floats:
    """Return a room's temperature after a time at constant conditions: the exact solution, so that steps compose.

    Parameters
    ----------
    response : RoomResponse
        The room.
    celsius, outdoor_c, heat_w, hours : array_like
        Its temperature now [°C], outdoors [°C], heat into it [W], and how long [h]; they broadcast.
    beside_c : array_like, optional
        Mean temperature of the other rooms; by default they follow this one. [°C]

    Returns
    -------
    array
        [°C]

    Examples
    --------
    >>> room = RoomResponse(50.0, 500.0, 0.0, 2000.0, 0, np.empty((0, 5)))
    >>> after(room, 20.0, 0.0, 0.0, [0.0, 10.0, 1e6]).round(2).tolist()
    [20.0, 7.36, 0.0]
    """
    start, span = np.asarray(celsius, np.float64), np.asarray(hours, np.float64)
    whole, rate = _rate(response, start, outdoor_c, heat_w, beside_c)
    elapsed = whole * span / response.capacity_wh_k
    small = np.abs(elapsed) < 1e-12
    part = np.where(small, 1.0, -np.expm1(-elapsed) / np.where(small, 1.0, elapsed))
    return np.asarray(start + rate * span * part, np.float64)


def strongest(response: RoomResponse, outdoor_c: npt.ArrayLike) -> Floats:
    """Return the strongest heat to be had at an outdoor temperature: a heat pump gives less in the cold. [W].

    Parameters
    ----------
    response : RoomResponse
        The room.
    outdoor_c : array_like
        [°C]
    """
    colder = response.strongest_at_c - np.asarray(outdoor_c, np.float64)
    return np.asarray(np.maximum(response.strongest_w - response.weaker_w_k * colder, 0.0), np.float64)


def hold_w(
    response: RoomResponse, celsius: npt.ArrayLike, outdoor_c: npt.ArrayLike, *, beside_c: npt.ArrayLike | None = None
) -> Floats:
    """Return the heat that holds a temperature; negative where its free heat alone is more. [W].

    Parameters
    ----------
    response, celsius, outdoor_c, beside_c : RoomResponse, array_like
        As for `after`.
    """
    start = np.asarray(celsius, np.float64)
    _, rate = _rate(response, start, outdoor_c, 0.0, beside_c)
    return np.asarray(-rate * response.capacity_wh_k, np.float64)


def lead(
    response: RoomResponse,
    from_c: float,
    to_c: float,
    outdoor_c: float,
    *,
    heat_w: float | None = None,
    beside_c: float | None = None,
) -> Lasts:
    """Return how long a room takes to heat up.

    Parameters
    ----------
    response : RoomResponse
        The room.
    from_c, to_c, outdoor_c : float
        [°C]
    heat_w : float, optional
        With what heat; by default with the `strongest`. [W]
    beside_c : float, optional
        As for `after`.

    Returns
    -------
    Lasts
        0 where it is so warm already.
    """
    return _lasts(response, _Way(from_c, to_c, outdoor_c, heat_w, beside_c)) if to_c > from_c else _AT_ONCE


def coast(
    response: RoomResponse, from_c: float, to_c: float, outdoor_c: float, *, beside_c: float | None = None
) -> Lasts:
    """Return how long a room that is not heated stays above a temperature.

    Parameters
    ----------
    response, from_c, to_c, outdoor_c, beside_c : RoomResponse, float
        As for `lead`.

    Returns
    -------
    Lasts
        0 where it is so cold already.
    """
    return _lasts(response, _Way(from_c, to_c, outdoor_c, 0.0, beside_c)) if to_c < from_c else _AT_ONCE


def crowded(response: RoomResponse) -> RoomResponse:
    """Return the response as it is while the other rooms on its outdoor unit are heated up too."""
    part, draws = response.together, response.draws.copy()
    draws[:, DRAWN.index("strongest_w")] *= part
    return response._replace(
        strongest_w=response.strongest_w * part, weaker_w_k=response.weaker_w_k * part, draws=draws, together=1.0
    )


def at_hour(response: RoomResponse, hour: int) -> RoomResponse:
    """Return the response with the free heat that is usual at an hour of the home's day."""
    if response.sun_w is None:
        return response
    more = float(response.sun_w[hour % 24])
    draws = response.draws.copy()
    draws[:, DRAWN.index("gain_w")] += more
    return response._replace(gain_w=response.gain_w + more, draws=draws, sun_w=None)


def drawn(response: RoomResponse) -> RoomResponse:
    """Return the response with its draws for its numbers, arrays of shape (n,): everything computed with it has n."""
    return response._replace(**dict(zip(DRAWN, response.draws.T, strict=True)))


def _rate(
    response: RoomResponse,
    start: Floats,
    outdoor_c: npt.ArrayLike,
    heat_w: npt.ArrayLike,
    beside_c: npt.ArrayLike | None,
) -> tuple[_Number, Floats]:
    """Return what the room exchanges per degree [W/K], and how fast it warms now [K/h]."""
    gets = response.loss_w_k * (np.asarray(outdoor_c, np.float64) - start) + response.gain_w + np.asarray(heat_w)
    whole = response.loss_w_k
    if beside_c is not None:
        gets = gets + response.beside_w_k * (np.asarray(beside_c, np.float64) - start)
        whole = whole + response.beside_w_k
    return whole, gets / response.capacity_wh_k


def _lasts(response: RoomResponse, way: _Way) -> Lasts:
    middle = float(_until(response, way))
    if not len(response.draws):
        return Lasts(middle, middle, middle)
    spread = np.sort(_until(drawn(response), way))
    low, high = (spread[round(share * (len(spread) - 1))] for share in _INTERVAL)  # a draw each: some may never arrive
    return Lasts(middle, min(float(low), middle), max(float(high), middle))


def _until(response: RoomResponse, way: _Way) -> Floats:
    """Return when it is there; infinite where it goes the other way or stops short of it.

    With the rates r₀ and r₁ at both ends, t = C/K·ln(r₀/r₁); where K is nothing, (T₁ − T₀)/r₀.
    """
    heat_w = strongest(response, way.outdoor_c) if way.heat_w is None else way.heat_w
    whole, begins = _rate(response, np.asarray(way.from_c, np.float64), way.outdoor_c, heat_w, way.beside_c)
    _, ends = _rate(response, np.asarray(way.to_c, np.float64), way.outdoor_c, heat_w, way.beside_c)
    by = way.to_c - way.from_c
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        curved = np.log(begins / ends) * response.capacity_wh_k / whole
        hours = np.where(np.asarray(whole) > _NO_LOSS_W_K, curved, by / begins)
    return np.asarray(np.where((begins * by > 0) & (ends * by > 0), hours, np.inf), np.float64)

"""What a whole-home system would have had to give: the heat the rooms got, and what one common set-point adds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heatledger.baseline.rooms import Bools
from heatledger.readings import Floats, Ints

HOUR_S = 3600
"""Width of a load's steps. [s]"""


class Part(NamedTuple):
    """One kind of work (heating, or cooling) hour by hour; NaN in hours that are not known. [W].

    Attributes
    ----------
    measured_w : array, shape (n,)
        Heat that the home's own machines, resistance heaters of rooms included, gave to its rooms; while cooling,
        sensible heat that they took from them.
    idle_w : array, shape (n,)
        What more the common set-point needs because rooms with a thermometer were let go: set-back and idle rooms.
        Less than nothing in hours in which rooms are now heated up again, and where one is held warmer than the
        common set-point.
    unseen_w : array, shape (n,)
        The same for rooms whose temperature nobody measures and the balance infers.
    latent_w : array, shape (n,)
        Moisture taken out of the air, at the common set-point; zeros while heating.
    measured_sd, restored_sd : float
        Standard deviations of what never averages out: of the measured heat, relative to it; and of ``idle_w +
        unseen_w``, relative to that, at given measured heat. [1]
    month_sd : float
        Standard deviation of what differs from one month to the next, relative to the whole. [1]
    """

    measured_w: Floats
    idle_w: Floats
    unseen_w: Floats
    latent_w: Floats
    measured_sd: float
    restored_sd: float
    month_sd: float

    def whole(self, measured_scale: float = 1.0, restored_scale: float = 1.0) -> Floats:
        """Return the sensible load at the common set-point, never negative. [W].

        Parameters
        ----------
        measured_scale, restored_scale : float
            A draw's factors: N(1, measured_sd) and N(1, restored_sd). The home's heat losses are learnt from the
            measured heat, so its error scales both parts; the actual side of the same draw has the same
            ``measured_scale``. [1]

        Returns
        -------
        array, shape (n,)
            NaN in hours that are not known.
        """
        added = restored_scale * (self.idle_w + self.unseen_w)
        return np.asarray(measured_scale * np.maximum(self.measured_w + added, 0.0), dtype=np.float64)


class Comfort(NamedTuple):
    """What rooms are like, hour by hour, a column each. [°C].

    Attributes
    ----------
    rooms : tuple of str
        Zone identifiers.
    area_m2 : array, shape (m,)
        Floor. [m²]
    seen : array of bool, shape (m,)
        Where a thermometer says it; elsewhere the temperatures are inferred.
    actual_c, common_c : array, shape (n, m)
        As it is, and as it would be with one thermostat at the common set-point.
    """

    rooms: tuple[str, ...]
    area_m2: Floats
    seen: Bools
    actual_c: Floats
    common_c: Floats


class Load(NamedTuple):
    """A home's load over a span, every array by the same whole hours.

    Attributes
    ----------
    start_s : array, shape (n,)
        Start of each hour, UTC, without gaps. [s]
    outdoor_c : array, shape (n,)
        Outdoor temperature; NaN where nobody said it. [°C]
    setpoint_c, cool_setpoint_c : array, shape (n,)
        Of the one thermostat. [°C]
    heating, cooling : Part
        The two kinds of work.
    set_back_w : array, shape (n,)
        Heating load of the same home if its one thermostat were set back as far as the warmest room allows: the
        whole-home system at the comfort that the zones have now. [W]
    comfort : Comfort
        Temperatures by room.
    loss_w_k, loss_sd : float
        Heat loss of the whole home, and its standard deviation, relative. [W/K, 1]
    gains_w : float
        Sun and appliances, mean of the hours with heating: the load at an outdoor temperature T is
        ``loss_w_k·(setpoint − T) − gains_w``. [W]
    source : str
        What the load was learnt from, in words: zones' heat by rung, or bills of which fuel.
    """

    start_s: Ints
    outdoor_c: Floats
    setpoint_c: Floats
    cool_setpoint_c: Floats
    heating: Part
    cooling: Part
    set_back_w: Floats
    comfort: Comfort
    loss_w_k: float
    loss_sd: float
    gains_w: float
    source: str


class Missing(NamedTuple):
    """Why there is no load yet, as a value.

    Attributes
    ----------
    days : float
        Days with heat that were heard, of the 14 that are needed. [d]
    coverage : float
        Share of the span whose heat, temperatures and outdoor temperature are known. [0–1]
    reason : str
        One line: what is missing and what would make it known.
    """

    days: float
    coverage: float
    reason: str

"""Sensors that narrow a COP: what each is called, what it costs, and who says so."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from heatledger.marks import marked

Cost = Literal["free", "under_50", "under_200", "under_1000"]
COSTS: Final[dict[Cost, tuple[float, str]]] = {
    "free": (0.0, marked("free")),
    "under_50": (50.0, marked("up to €50")),
    "under_200": (200.0, marked("up to €200")),
    "under_1000": (1000.0, marked("up to €1,000")),
}
"""The most that each class costs [€], and what it is called."""
_OWN: Final = "own estimate of 2026, without fitting"
_PROBE: Final = "repo-me-this.com/remote-temp-sensor-hardware: DS18B20 $2 and ESP32 $9–11"

_HEAT_METER: Final = "about £500: an owner in github.com/radical-squared/aquatemp, issue 99, without fitting"


class Sensor(NamedTuple):
    """One thing that a home may lack.

    Attributes
    ----------
    id, name : str
        For machines, and for people.
    each, once : float
        What it costs for every indoor unit, and beside that. [€]
    source : str
        Where the price is from.
    """

    id: str
    name: str
    each: float
    once: float
    source: str

    def cost(self, count: int) -> Cost:
        """Return the class of its price for so many indoor units."""
        total = self.each * count + self.once
        return next((cost for cost, (most, _) in COSTS.items() if total <= most), "under_1000")


_ROWS: Final = (
    Sensor("power", marked("A plug or a clamp on its circuit"), 0, 60, f"a Shelly Gen4 plug $20; a clamp: {_OWN}"),
    Sensor("outdoor", marked("An outdoor thermometer"), 0, 25, _OWN),
    Sensor("mode", marked("A head that tells its mode"), 30, 0, _OWN),
    Sensor("map", marked("A generic map by its size (unit, rated_w)"), 0, 0, "docs/add-a-unit.md"),
    Sensor("table", marked("The maker’s own performance table"), 0, 0, "docs/add-a-unit.md"),
    Sensor("catalogue_air", marked("A supply-air probe with the catalogue’s airflow"), 15, 0, _PROBE),
    Sensor("air", marked("A supply-air probe and its airflow measured once"), 15, 120, f"{_PROBE}; anemometer: {_OWN}"),
    Sensor("catalogue", marked("The catalogue’s airflow by fan step"), 0, 0, "docs/home-file.md"),
    Sensor("airflow", marked("Its airflow measured once by fan step"), 0, 120, f"anemometer: {_OWN}"),
    Sensor("flow_temp", marked("A probe on the flow pipe"), 0, 15, _PROBE),
    Sensor("source", marked("A probe on the pipe from the ground"), 0, 15, _PROBE),
    Sensor("heat_meter", marked("A heat meter"), 0, 500,
           _HEAT_METER),
    Sensor("both_ways", marked("A heat meter that counts defrosting too"), 0, 500,
           _HEAT_METER),
    Sensor("verified", marked("Its heat meter checked where it hangs"), 0, 150, _OWN),
    Sensor("loan", marked("14 heating days of known heat (anchors)"), 0, 0, "docs/home-file.md"),
)  # fmt: skip
SENSORS: Final[dict[str, Sensor]] = {row.id: row for row in _ROWS}

"""What the API answers with, and the OpenAPI document that says so: one set of types for both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from fastapi import FastAPI

from dashboard.feed import Feed
from dashboard.zone_commands import ZoneCommands
from heatledger.automation_savings import ZoneSaving
from heatledger.billed import BillSummary
from heatledger.command_costs import Costed
from heatledger.commissioning.record import Record
from heatledger.explain import Explained
from heatledger.live import Now
from heatledger.quantities import QUANTITIES
from heatledger.readings import Intervals
from heatledger.setpoint_cost import MoreADay
from heatledger.summary import Period, Summary


class Heard(msgspec.Struct, frozen=True):
    """The newest value of a series: its unit, when it was heard, how old it is and how often it comes [s]."""

    home: str
    family: str
    device: str
    channel: str
    quantity: str
    value: float | str | bool | None
    unit: str | None
    time: datetime
    age_s: float
    usual_s: float | None


class Bill(msgspec.Struct, frozen=True):
    """The bill of a period, and when it was reckoned."""

    home: str
    period: Period
    as_of: datetime
    bill: BillSummary


class Columns(msgspec.Struct, frozen=True):
    """Five-minute intervals of one series; a number that is missing is null. Energy is in kWh, coverage 0–1."""

    home: str
    family: str
    device: str
    channel: str
    quantity: str
    start: list[datetime]
    energy: list[float | None]
    mean: list[float | None]
    min: list[float | None]
    max: list[float | None]
    last: list[float | None]
    coverage: list[float | None]
    flags: list[int]
    state: list[str] | None


class Refused(msgspec.Struct, frozen=True):
    """Why a question is not answered, in one line."""

    error: str


TOLD: Final[Mapping[str, Any]] = {
    "/api/v1/live": Now,
    "/api/v1/devices": list[Heard],
    "/api/v1/summary": Summary,
    "/api/v1/explain": Explained,
    "/api/v1/bill": Bill,
    "/api/v1/intervals": list[Columns],
    "/api/v1/commissioning": Record,
    "/api/v1/zones/{zone}": ZoneCommands,
    "/api/v1/zones/{zone}/commands": list[Costed],
    "/api/v1/zones/{zone}/savings": list[ZoneSaving],
    "/api/v1/zones/{zone}/cost": MoreADay,
}
"""By its path, what a question is answered with."""


def heard(feed: Feed, at_us: int) -> list[Heard]:
    """Return the newest value of every series that is heard, seen at a time [µs UTC]."""
    return [
        Heard(
            *key,
            value=live.value,
            unit=QUANTITIES[key.quantity].unit if key.quantity in QUANTITIES else None,
            time=datetime.fromtimestamp(live.time_us / 1e6, UTC),
            age_s=round((at_us - live.time_us) / 1e6, 1),
            usual_s=live.usual_s,
        )
        for key, live in sorted(feed.latest().items())
    ]


def columns(block: Intervals) -> Columns:
    """Return intervals as they are answered."""
    numbers = ("energy", "mean", "min", "max", "last", "coverage", "flags")
    start = [datetime.fromtimestamp(at, UTC) for at in block.start_s.tolist()]
    found = {name: getattr(block, name).tolist() for name in numbers}
    return Columns(*block.key, start=start, state=block.state, **found)


def describe(server: FastAPI) -> None:
    """Let the server's OpenAPI document say what each of its answers holds."""
    plain = server.openapi
    schemas, components = msgspec.json.schema_components(
        [*TOLD.values(), Refused], ref_template="#/components/schemas/{name}"
    )
    answers, refused = dict(zip(TOLD, schemas, strict=False)), schemas[-1]

    def openapi() -> dict[str, Any]:
        document = plain()
        document["components"]["schemas"].update(components)
        for path, schema in answers.items():
            for asked in document["paths"][path].values():
                _tell(asked["responses"], schema, refused)
        return document

    server.openapi = openapi  # type: ignore[method-assign] # as FastAPI's manual has it


def _tell(answers: dict[str, Any], schema: object, refused: object) -> None:
    for status, answer in answers.items():
        if status != "422":  # FastAPI's own
            answer["content"] = {"application/json": {"schema": schema if status in ("200", "202") else refused}}

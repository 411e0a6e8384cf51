"""By which equation each figure of this minute was found."""

from __future__ import annotations

from typing import Final

from heatledger.equation_rows import Row

_AN_HOUR: Final = "currency/h"
_PRICE: Final = ("/bill.price.period", "/bill.price.rate")

LIVE: Final[tuple[Row, ...]] = (
    Row("now.total.cost", "What the home costs this minute, fixed charges left out", _AN_HOUR,
        "power × the price of one more kilowatt-hour now, riders and taxes included; what is fed in at its credit",
        ("watts", "bound", *_PRICE)),
    Row("now.heat_pumps.cost", "What the heat pumps cost this minute", _AN_HOUR,
        "Σ power of their meters × the price of one more kilowatt-hour now", ("watts", "bound", *_PRICE)),
    Row("now.rest.cost", "What everything else costs this minute", _AN_HOUR, "home − heat pumps",
        ("watts", "bound", "/now.total.cost", "/now.heat_pumps.cost")),
    Row("now.zones.*.part.cost", "What a zone costs this minute", _AN_HOUR,
        "power of its own meters × the price of one more kilowatt-hour now", ("watts", *_PRICE)),
    Row("now.groups.*.part.cost", "What rooms on one outdoor unit cost this minute", _AN_HOUR,
        "power of the unit's meter, counted once × the price of one more kilowatt-hour now", ("watts", *_PRICE)),
    Row("now.*.cost", "What a part of the home costs this minute", _AN_HOUR,
        "power × the price of one more kilowatt-hour now", ("watts", *_PRICE)),
    Row("now.total.watts", "What the home draws", "W", "main meter, its phases added; else Σ what is metered below it",
        ("bound", "reason")),
    Row("now.heat_pumps.watts", "What the heat pumps draw", "W", "Σ power of their meters", ("bound", "reason")),
    Row("now.rest.watts", "What everything else draws", "W", "home − heat pumps",
        ("/now.total.watts", "/now.heat_pumps.watts")),
    Row("now.*.watts", "What a part of the home draws", "W", "Σ power of its meters"),
    Row("now.*.*.part.watts", "What a zone or a shared unit draws", "W", "Σ power of its own meters"),
    Row("now.zones.*.celsius", "How warm a room is", "°C",
        "the newest reading of its thermometer, else of its indoor unit", ("heard", "stale")),
    Row("now.zones.*.setpoint", "What a room is asked to be", "°C", "the newest word of its indoor unit or valve",
        ("heard",)),
    Row("now.outdoor.celsius", "How warm it is outdoors", "°C",
        "the home's own sensor, else a weather source, else a unit's own", ("device", "time", "stale")),
    Row("now.sources.*.usual_s", "How often a device is usually heard", "s",
        "Σ gap² / Σ gap of its messages, older ones fading", ("device",)),
)  # fmt: skip
"""Rows of what is heard now; the first that tells of a place holds."""

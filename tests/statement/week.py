"""A week by hand, Dec 15 – 21: figures chosen so that rooms, the rest and the fixed charge add up to $73.39.

This week 16.02 + 7.10 + 6.81 + 5.27 + 4.25 = 39.45 in the rooms, 30.40 besides, 3.54 fixed; the week before
14.10 + 6.52 + 6.20 + 4.90 + 3.90 = 35.62, 27.90, 3.54: $67.06, $6.33 less.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec

from heatledger.alerts.episodes import Episode
from heatledger.billed import Outlook, Period, Quantiles
from heatledger.week import SameWeather, Week
from tests.statement.december import HOME, SUMMARY, ZONE

START, END = date(2025, 12, 15), date(2025, 12, 22)
MONDAY = datetime(2025, 12, 22, 7, 0, tzinfo=ZONE)
BUDGET = msgspec.structs.replace(HOME, budget=Decimal(350))
NOW = {"living": "16.02", "bedroom": "7.10", "kids": "6.81", "study": "5.27", "guest": "4.25"}
WAS = {"living": "14.10", "bedroom": "6.52", "kids": "6.20", "study": "4.90", "guest": "3.90"}


def summary(start, rooms, rest, total, kwh=305.2):
    """December's Summary, cut to a week."""
    midnight = datetime(start.year, start.month, start.day, tzinfo=ZONE)
    used = SUMMARY.electricity
    zones = {
        name: msgspec.structs.replace(use, kwh=use.kwh / 4, cost=rooms[name]) for name, use in used.by_zone.items()
    }
    return msgspec.structs.replace(
        SUMMARY,
        period=Period(start=midnight, end=midnight + timedelta(days=7)),
        as_of=MONDAY,
        issues=[],
        bill=msgspec.structs.replace(
            SUMMARY.bill, total=total, lines=[], by_day=[], before=None, estimated=False, notes=[]
        ),
        electricity=msgspec.structs.replace(
            used, kwh=kwh, by_zone=zones, unallocated_kwh=kwh - sum(use.kwh for use in zones.values()),
            unallocated_cost=rest, fixed_cost="3.54", coverage=1.0, estimated_kwh=0.0, hourly=[],
        ),
    )  # fmt: skip


OUTLOOK = Outlook(projected=Quantiles(p10="298.10", p50="331.40", p90="366.00"), chance=0.83)
CYCLE = msgspec.structs.replace(
    SUMMARY,
    as_of=MONDAY,
    bill=msgspec.structs.replace(SUMMARY.bill, total="190.02", outlook=OUTLOOK, projected=OUTLOOK.projected),
)
WEEK = Week(
    home="maple",
    start=START,
    end=END,
    week=summary(START, NOW, "30.40", "73.39"),
    before=summary(START - timedelta(days=7), WAS, "27.90", "67.06", 282.1),
    cycle=CYCLE,
    difference="6.33",
    unlike=None,
    weather=SameWeather(low="66.40", middle="71.20", high="76.00", warmer_k=-3.4),
)
SILENT = Episode(
    rule="silent",
    subject="Bedroom",
    opened_at=datetime(2025, 12, 18, 14, 5, tzinfo=ZONE),
    title="Bedroom is not heard any more",
    text="See that it has power and reaches the broker.",
    page="devices",
    value=90.0,
)

"""A small house and its October, by hand: figures chosen so that every part adds up."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from heatledger.config import load
from heatledger.home import Head, HeatPump, Home, Meter, Zone
from heatledger.readings import Intervals, SeriesKey
from heatledger.store import open_store
from heatledger.summary import (
    BaselineSummary,
    BillSummary,
    Cop,
    Electricity,
    Issue,
    Period,
    PumpUse,
    Quantiles,
    Summary,
    ZoneUse,
)
from heatledger.tariff.lines import BillLine
from tests.reports.mail_server import Server, certificate

CHICAGO = ZoneInfo("America/Chicago")
HOME = """
id = "maple"
name = "Maple Street 14"
timezone = "America/Chicago"
currency = "USD"
tariff = "flat"
[[zones]]
id = "living"
name = "Living room"
[[meters]]
id = "main"
role = "import"
points = ["main"]
[[meters]]
id = "plug"
role = "circuit"
parent = "main"
zone = "living"
points = ["plug"]
"""
TARIFF = """
name = "Flat"
currency = "USD"
source = "made up for this test"
[[lines]]
kind = "energy"
label = "Energy"
rate = "0.1418"
[[lines]]
kind = "fixed"
label = "Customer charge"
rate = "0.4931"
"""


@pytest.fixture(scope="module")
def pem(tmp_path_factory):
    """The certificate of a mail server."""
    return certificate(tmp_path_factory.mktemp("pem"))


@pytest.fixture
def server(pem):
    """A real mail server with TLS and AUTH."""
    with Server(pem) as server:
        yield server


@pytest.fixture
def home():
    return Home(
        id="maple",
        name="Maple Street 14",
        timezone="America/Chicago",
        currency="USD",
        compare="ducted",
        zones=(Zone(id="living", name="Living room"), Zone(id="bed", name="Bedroom")),
        meters=(
            Meter(id="main", role="import", name="Main meter", points=("main",)),
            Meter(id="outdoor", role="outdoor_unit", name="Outdoor unit", parent="main", points=("plug",)),
        ),
        heat_pumps=(
            HeatPump(
                id="split",
                kind="mini_split",
                meter="outdoor",
                name="Mini-split",
                heads=(Head(zone="living", device="Living"),),
            ),
        ),
    )


@pytest.fixture
def october():
    """October 2026: 655.25 kWh at 14.18 ¢ = $92.91, 31 days at $0.4931 = $15.29; $108.20 in all."""
    return Summary(
        home="maple",
        period=Period(start=datetime(2026, 10, 1, tzinfo=CHICAGO), end=datetime(2026, 11, 1, tzinfo=CHICAGO)),
        as_of=datetime(2026, 11, 2, 7, 0, tzinfo=CHICAGO),
        electricity=Electricity(
            kwh=655.25,
            by_meter={"main": 655.25, "outdoor": 300.07},
            by_zone={
                "bed": ZoneUse(kwh=100.33, cost="14.23", cost_of_heat_per_kwh=None, split="head demand"),
                "living": ZoneUse(kwh=199.74, cost="28.32", cost_of_heat_per_kwh=None, split="head demand"),
            },
            unallocated_kwh=355.18,
            unallocated_cost="50.36",
            by_mode={"heating": 300.07, "other": 355.18},
            coverage=0.996,
            estimated_kwh=1.25,
        ),
        heat_pumps={
            "split": PumpUse(
                electricity_kwh=300.07,
                heat_kwh=780.2,
                cooling_kwh=None,
                cop=Cop(value=2.6, low=2.1, high=3.0, method="unit map", boundary="H4", reason=None),
                starts=212,
                defrosts=1,
                standby_w=11.4,
            )
        },
        bill=BillSummary(
            currency="USD",
            total="108.20",
            lines=[
                line("energy", "Energy", "655.25", "kWh", "0.14180", "92.91"),
                line("fixed", "Customer charge", "31", "day", "0.4931", "15.29"),
            ],
            estimated=True,
            projected=Quantiles(),
            reason=None,
        ),
        baseline=BaselineSummary(
            system="ducted",
            bill=Quantiles(p10="110", p50="139", p90="170"),
            saving=Quantiles(p10="3.2", p50="31.4", p90="60.1"),
            because=[
                {"cause": "Duct losses", "amount": "18.5"},
                {"cause": "Idle rooms heated too", "amount": "17.5"},
                {"cause": "Price of its hours", "amount": "-4.6"},
            ],
            refused=None,
        ),
        issues=[
            Issue(name="meter.gap", severity="info", message="Outdoor unit was silent for 3 h", data={}, fix=""),
            Issue(
                name="meter.stuck",
                severity="warn",
                message="Main meter stood still on Oct 19",
                data={},
                fix="look at its plug",
            ),
        ],
    )


def line(kind, label, quantity, unit, rate, amount):
    return BillLine(
        kind=kind,
        label=label,
        quantity=quantity,
        unit=unit,
        rate=rate,
        amount=amount,
        tariff="tou3",
        start="2026-10-01",
        end="2026-11-01",
    )


@pytest.fixture
def change():
    """Return a Summary with some fields of one of its parts replaced."""

    def change(summary, part, **fields):
        return msgspec.structs.replace(summary, **{part: msgspec.structs.replace(getattr(summary, part), **fields)})

    return change


@pytest.fixture
def data(tmp_path):
    for name, text in (("homes/maple.toml", HOME), ("tariffs/flat.toml", TARIFF)):
        path = tmp_path / "config" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def config(data):
    return load(data_dir=data, environ={})


@pytest.fixture
def use():
    """Return what lets the main meter count 0.05 kWh and the plug 0.02 kWh in each five minutes of a month."""

    def use(config, month):
        end = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
        start, end = (int(datetime(edge.year, edge.month, 1, tzinfo=CHICAGO).timestamp()) for edge in (month, end))
        starts = np.arange(start, end, 300, dtype=np.int64)
        nothing = np.full(len(starts), np.nan)
        store = open_store(config.store_url)
        store.write_intervals(
            [
                Intervals(
                    key=SeriesKey("maple", "tasmota", device, "", "energy"),
                    start_s=starts,
                    energy=np.full(len(starts), kwh),
                    mean=nothing,
                    min=nothing,
                    max=nothing,
                    last=nothing,
                    coverage=np.ones(len(starts)),
                    flags=np.zeros(len(starts), dtype=np.int64),
                )
                for device, kwh in (("main", 0.05), ("plug", 0.02))
            ]
        )
        store.close()

    return use

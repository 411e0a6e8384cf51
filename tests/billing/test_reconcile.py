"""The utility's bill beside ours: differences worked by hand, each with what it most likely is."""

import datetime as dt
from decimal import Decimal

import pytest

from heatledger.reconcile import Reconciliation, UtilityBill, UtilityLine, accuracy, reconcile
from heatledger.tariff.lines import BillLine

START, END = dt.date(2026, 10, 3), dt.date(2026, 11, 3)


def line(kind, label, quantity, unit, rate, amount):
    return BillLine(
        kind=kind, label=label, quantity=quantity, unit=unit, rate=rate, amount=amount, tariff="plan",
        start=START.isoformat(), end=END.isoformat(),
    )  # fmt: skip


OURS = [
    line("energy", "Energy", "500.00", "kWh", "0.16", "80.00"),
    line("fixed", "Customer charge", "31", "day", "0.52", "16.12"),
]


def compared(total, lines=(), kwh=None):
    theirs = UtilityBill(total=Decimal(total), lines=tuple(lines), kwh=None if kwh is None else Decimal(kwh))
    return reconcile(START, END, OURS, theirs, kwh=Decimal(500))


@pytest.mark.parametrize(
    ("total", "kwh", "difference", "likely"),
    [
        ("96.12", None, "0.00", "equal to the cent"),
        ("97.16", None, "-1.04", "days: we billed 2 days fewer"),  # 2 × 0.52
        ("95.60", None, "0.52", "days: we billed 1 day more"),
        ("103.81", None, "-7.69", "a tax or rider of 8 % that our plan lacks"),  # 96.12 × 8 %
        ("96.92", None, "-0.80", "metering: as much as 5.00 kWh, 1.0 % of ours"),
        ("97.72", "510", "-1.60", "energy: we counted 10.00 kWh less than their meter"),
        ("126.50", None, "-30.38", "a rate"),
    ],
)
def test_the_likely_reason_of_a_difference(total, kwh, difference, likely):
    found = compared(total, kwh=kwh)
    assert found.difference == difference
    assert found.likely.startswith(likely)


def test_lines_are_paired_by_their_labels_and_the_rest_is_named():
    found = compared(
        "101.12",
        [
            UtilityLine(label="Energy charge", amount=Decimal("85.00"), quantity=Decimal(500)),
            UtilityLine(label="Customer charge", amount=Decimal("16.12")),
            UtilityLine(label="Wildfire fund", amount=Decimal("0.00")),
        ],
    )
    assert [(row.label, row.difference, row.likely) for row in found.lines] == [
        ("Energy charge", "-5.00", "a rate: theirs is 0.17"),
        ("Customer charge", "0.00", ""),
        ("Wildfire fund", "0.00", "a line that our plan lacks"),
    ]


def test_accuracy_runs_over_all_bills():
    rows = [
        Reconciliation(START, END, ours, theirs, str(Decimal(ours) - Decimal(theirs)), "", [])
        for ours, theirs in (("99.00", "100.00"), ("103.00", "100.00"))
    ]
    assert accuracy(rows) == Decimal("0.9800")
    assert accuracy([]) is None

"""A plan's own examples: bills worked by hand, priced and compared."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from heatledger.tariff.cycle import Cycle, cycles_between
from heatledger.tariff.lines import Bill
from heatledger.tariff.load import BillError, Load
from heatledger.tariff.pricing import price
from heatledger.tariff.series import plan_series

if TYPE_CHECKING:
    from heatledger.tariff.model import Example, Tariff


def check_examples(plan: Tariff, *, folder: Path) -> list[str]:
    """Price a plan's examples.

    Parameters
    ----------
    plan : Tariff
        With its examples.
    folder : Path
        Where files of price series stand.

    Returns
    -------
    list of str
        One line for each that does not come out as printed.
    """
    wrong = []
    for number, example in enumerate(plan.examples):
        bills = example_bills(plan, example, folder=folder)
        amounts = [Decimal(line.amount) for bill in bills for line in bill.lines]
        total = sum((Decimal(bill.total) for bill in bills), Decimal(0))
        if total != Decimal(example.total):
            wrong.append(f"examples[{number}]: total is {total}, printed {example.total}; mend the plan or the example")
        elif example.lines and amounts != [Decimal(text) for text in example.lines]:
            shown = ", ".join(map(str, amounts))
            wrong.append(f"examples[{number}]: lines are {shown}, printed {', '.join(example.lines)}; mend one of them")
    return wrong


def example_bills(plan: Tariff, example: Example, *, folder: Path = Path()) -> list[Bill]:
    """Price one example."""
    zone = ZoneInfo(example.timezone)
    load = example_load(example, zone)
    return price(plan, load, _cycles(example), zone, series=plan_series(plan, folder))


def example_load(example: Example, zone: ZoneInfo) -> Load:
    """Return an example's energy in intervals of one width, each piece spread evenly."""
    pieces = [(_instant(row.start, zone), _instant(row.end, zone), row) for row in example.usage]
    if any(start >= end for start, end, _ in pieces):
        raise BillError("examples: usage: from is not before to; the end is the instant after the last")
    step = math.gcd(*(end - start for start, end, _ in pieces), *(start - pieces[0][0] for start, _, _ in pieces))
    counts = [(end - start) // step for start, end, _ in pieces]
    starts = [np.arange(start, end, step, dtype=np.int64) for start, end, _ in pieces]
    rows = [row for _, _, row in pieces]
    measured = any(row.peak_kw for row in rows)
    return Load(
        start_s=np.concatenate(starts),
        step_s=step,
        import_kwh=np.repeat([float(row.kwh) / n for row, n in zip(rows, counts, strict=True)], counts),
        export_kwh=np.repeat([float(row.export_kwh) / n for row, n in zip(rows, counts, strict=True)], counts),
        kw=np.repeat([float(row.peak_kw or 0) for row in rows], counts) if measured else None,
    )


def _instant(text: str, zone: ZoneInfo) -> int:
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())


def _cycles(example: Example) -> list[Cycle]:
    if example.cycle:
        return cycles_between(example.cycle, example.cycle[0], example.cycle[-1])
    zone = ZoneInfo(example.timezone)
    first = min(_day(_instant(row.start, zone), zone) for row in example.usage)
    last = max(_day(_instant(row.end, zone) - 1, zone) for row in example.usage) + timedelta(days=1)
    return [Cycle(first, last, (last - first).days)]


def _day(at_s: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at_s, tz=UTC).astimezone(zone).date()

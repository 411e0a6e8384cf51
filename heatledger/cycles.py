"""A home's billing cycles: by a day of the month, by calendar month, or by the dates on which the meter was read."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from heatledger import home as home_file
from heatledger.tariff.cycle import Cycle, monthly_bounds


def cycles_over(cycle: home_file.Cycle, first: date, last: date) -> list[Cycle]:
    """Return the whole cycles that a span of days touches.

    Parameters
    ----------
    cycle : Cycle
        As the home file states it.
    first, last : date
        First day, and the day after the last.

    Returns
    -------
    list of Cycle
        In order, without a gap.

    Examples
    --------
    >>> found = cycles_over(home_file.Cycle(day=31), date(2026, 2, 1), date(2026, 3, 1))
    >>> [(str(one.start), str(one.end)) for one in found]
    [('2026-01-31', '2026-02-28'), ('2026-02-28', '2026-03-31')]
    """
    last = max(last, first + timedelta(days=1))
    bounds = _read_bounds(cycle.read_dates, first, last) if cycle.read_dates else monthly_bounds(cycle.day, first, last)
    return [Cycle(start, end, (end - start).days) for start, end in pairwise(bounds) if start < last and end > first]


def cycle_at(cycle: home_file.Cycle, day: date) -> Cycle:
    """Return the cycle that a local day belongs to."""
    return cycles_over(cycle, day, day + timedelta(days=1))[0]


def cycles_before(cycle: home_file.Cycle, day: date, count: int) -> list[Cycle]:
    """Return so many whole cycles that end on or before the one of a day begins, oldest first."""
    found: list[Cycle] = []
    while len(found) < count:
        at = found[0].start if found else cycle_at(cycle, day).start
        found.insert(0, cycle_at(cycle, at - timedelta(days=1)))
    return found


def _read_bounds(read: tuple[date, ...], first: date, last: date) -> list[date]:
    """Return the meter-read dates, and as many more of the outer cycles' lengths as it takes."""
    bounds = list(read)
    before, after = bounds[1] - bounds[0], bounds[-1] - bounds[-2]
    while bounds[0] > first:
        bounds.insert(0, bounds[0] - before)
    while bounds[-1] < last:
        bounds.append(bounds[-1] + after)
    return bounds

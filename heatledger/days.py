"""Days: an account summed by the home's own days, the row that long periods are made of."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pandas as pd

from heatledger.accounts import Account
from heatledger.home import Home
from heatledger.quality import meter_flags
from heatledger.readings import INTERVAL_S
from heatledger.tariff.model import Tariff

_ARITHMETIC = "1"
"""Raised when the meaning of a day's numbers changes, so that cached ones are made again."""


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """What a home used in one span of at most a local day. [kWh].

    Attributes
    ----------
    use, imported, exported, unallocated, estimated : float
        Whole-home energy; Σ zones + unallocated = use, Σ modes = use.
    meters : dict
        Energy by meter id, None where it was never heard.
    zones, modes : dict
        Energy by zone id and by mode.
    doubts : dict
        Intervals by issue name, by meter id.
    seconds, covered_s : float
        Length of the span up to now, and how much of it the main meter was heard. [s]
    """

    use: float
    imported: float
    exported: float
    unallocated: float
    estimated: float
    meters: dict[str, float | None]
    zones: dict[str, float]
    modes: dict[str, float]
    doubts: dict[str, dict[str, int]]
    seconds: float
    covered_s: float


def days_key(home: Home, tariff: Tariff | None) -> str:
    """Return what a cached day depends on beside its readings: home file, tariff and arithmetic, as a short hash."""
    body = msgspec.json.encode([home, tariff, _ARITHMETIC], order="deterministic")
    return hashlib.sha256(body).hexdigest()[:16]


def midnight(day: date, timezone: ZoneInfo) -> datetime:
    """Return the instant a local day begins, in UTC: wall-clock arithmetic would miss clock changes."""
    return datetime.combine(day, time(), tzinfo=timezone).astimezone(UTC)


def spans(start: datetime, end: datetime, timezone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """Cut a half-open span at the midnights of a time zone.

    Returns
    -------
    list of tuple
        ``(start, end)`` of each piece, UTC; a day of a clock change has 23 or 25 hours.
    """
    pieces, at, until = [], start.astimezone(UTC), end.astimezone(UTC)
    while at < until:
        following = midnight(at.astimezone(timezone).date() + timedelta(days=1), timezone)
        pieces.append((at, min(following, until)))
        at = following
    return pieces


def sum_days(account: Account, pieces: Sequence[tuple[datetime, datetime]], *, now: datetime) -> list[Day]:
    """Sum an account over spans.

    Parameters
    ----------
    account : Account
        Covers every span.
    pieces : sequence of tuple
        Half-open spans, UTC.
    now : datetime
        Nothing after it is expected to have been heard.

    Returns
    -------
    list of Day
        One a span.
    """
    starts = pd.DatetimeIndex(account.home.index).as_unit("s").asi8
    columns = {name: frame.to_numpy() for name, frame in account._asdict().items()}
    names = {name: [str(column) for column in frame] for name, frame in account._asdict().items()}
    days = []
    for start, end in pieces:
        low, high = np.searchsorted(starts, (start.timestamp(), end.timestamp()))
        part = {name: column[low:high] for name, column in columns.items()}
        days.append(_sum(part, names, (min(end, now) - start).total_seconds()))
    return days


def _sum(
    part: dict[str, np.ndarray[tuple[int, int], np.dtype[np.float64]]], names: dict[str, list[str]], seconds: float
) -> Day:
    home = dict(zip(names["home"], part["home"].sum(axis=0).tolist(), strict=True))
    meters = np.where(np.isfinite(part["meters"]).any(axis=0), np.nansum(part["meters"], axis=0), np.nan)
    doubts = {
        name: meter_flags(bits.astype(np.int64)) for name, bits in zip(names["flags"], part["flags"].T, strict=True)
    }
    return Day(
        use=home["use"],
        imported=home["imported"],
        exported=home["exported"],
        unallocated=home["unallocated"],
        estimated=home["estimated"],
        meters={name: None if np.isnan(kwh) else float(kwh) for name, kwh in zip(names["meters"], meters, strict=True)},
        zones=dict(zip(names["zones"], part["zones"].sum(axis=0).tolist(), strict=True)),
        modes=dict(zip(names["modes"], part["modes"].sum(axis=0).tolist(), strict=True)),
        doubts={name: counts for name, counts in doubts.items() if counts},
        seconds=max(seconds, 0.0),
        covered_s=home["coverage"] * INTERVAL_S,
    )

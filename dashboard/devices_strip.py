"""The last 24 hours of a device: when it was heard and when not, from the five-minute intervals in the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from heatledger.hearing import SILENT_AFTER
from heatledger.readings import INTERVAL_S, Floats, Intervals
from heatledger.store import Series

SPAN_S: Final = 86_400
"""How much of the past a strip shows. [s]"""

_GAP_S: Final = 900.0
_HALF: Final = 0.5

Who = tuple[str, str]
"""Family, device."""


class Stretch(msgspec.Struct, frozen=True):
    """A part of a strip: where it begins and how wide it is, as shares of the span [0–1]."""

    start: float
    width: float


class Strip(msgspec.Struct, frozen=True):
    """How a device was heard in the span.

    Attributes
    ----------
    known : Stretch
        Since when it is known at all.
    gaps : tuple of Stretch
        When it was not heard.
    missing_s : float
        How long it was not heard, in all. [s]
    coverage : float
        Share of the known part that was heard. [0–1]
    """

    known: Stretch
    gaps: tuple[Stretch, ...]
    missing_s: float
    coverage: float


def strips(
    blocks: Iterable[Intervals], series: Iterable[Series], usual_s: Mapping[Who, float | None], *, end_s: int
) -> dict[Who, Strip]:
    """Return a strip for each device that says numbers.

    A device is heard while any of its numbers is; one that is slow by habit is heard between two readings that are no
    further apart than three times its rhythm.

    Parameters
    ----------
    blocks : iterable of Intervals
        The numbers of one home in the span before `end_s`.
    series : iterable of Series
        What the store knows of them: when each was first heard.
    usual_s : mapping
        Each device's rhythm, None where it is not learned. [s]
    end_s : int
        Now, as whole intervals. [s]

    Returns
    -------
    dict
        By family and device.
    """
    first: dict[Who, int] = {}
    for row in series:
        if row.kind != "state":
            who = (row.key.family, row.key.device)
            first[who] = min(first.get(who, row.first_us), row.first_us)
    heard = _heard(blocks, end_s)
    return {
        who: strip(heard.get(who, _nothing()), usual_s.get(who), first_s=first_us // 1_000_000 - (end_s - SPAN_S))
        for who, first_us in first.items()
    }


def _nothing() -> Floats:
    return np.full(SPAN_S // INTERVAL_S, np.nan)


def _heard(blocks: Iterable[Intervals], end_s: int) -> dict[Who, Floats]:
    """Return the share of each interval in which a device was heard; NaN where nothing came and nothing bridges."""
    found: dict[Who, Floats] = {}
    for block in blocks:
        place = (block.start_s - (end_s - SPAN_S)) // INTERVAL_S
        inside = (place >= 0) & (place < SPAN_S // INTERVAL_S)
        said = (block.coverage > 0) | np.isfinite(block.last)
        share = np.where(said, block.coverage, np.nan)[inside]
        row = found.setdefault((block.key.family, block.key.device), _nothing())
        row[place[inside]] = np.fmax(row[place[inside]], share)
    return found


def strip(shares: Floats, usual_s: float | None, *, first_s: float) -> Strip:
    """Return the strip of one device.

    Parameters
    ----------
    shares : array
        By interval, the share heard [0–1], NaN where nothing came.
    usual_s : float or None
        Its rhythm. [s]
    first_s : float
        When it was first heard, from the start of the span; negative where before it. [s]

    Returns
    -------
    Strip
        Its gaps are longer than a gap of power may be, and longer than three times its rhythm.
    """
    allowed_s = max(_GAP_S, SILENT_AFTER * (usual_s or 0.0))
    begin = int(min(max(first_s // INTERVAL_S, 0), len(shares)))
    spoke = np.flatnonzero(np.isfinite(shares))
    filled = np.nan_to_num(shares[begin:]) if allowed_s <= _GAP_S else np.isfinite(shares[begin:]).astype(float)
    if len(spoke) and begin:
        filled[: max(spoke[0] - begin + 1, 0)] = 1.0  # the interval in which it was first heard is not half missed
    for start, end in _runs(filled < _HALF):
        if (end - start) * INTERVAL_S <= allowed_s:
            filled[start:end] = 1.0
    holes = _runs(filled < _HALF)
    size = max(len(shares), 1)
    missing_s = float(np.sum(1.0 - filled)) * INTERVAL_S if holes else 0.0
    return Strip(
        known=Stretch(begin / size, 1 - begin / size),
        gaps=tuple(Stretch((begin + start) / size, (end - start) / size) for start, end in holes),
        missing_s=missing_s,
        coverage=1.0 - float(np.mean(1.0 - filled)) if len(filled) else 1.0,
    )


def _runs(marked: Sequence[bool] | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """Return where each run of marked intervals starts and ends."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], np.asarray(marked, dtype=np.int8), [0]))))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]

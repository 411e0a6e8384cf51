"""What the store heard lately of a home: enough to say what is so now, and how often each device speaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from heatledger.readings import Reading
from heatledger.store import Store

RHYTHM_US: Final = 3_600_000_000
"""So long a stretch teaches how often a device speaks. [µs]"""


def heard_lately(store: Store, home: str, at_us: int) -> Iterator[Reading]:
    """Yield the readings of the last hour, oldest first, then the newest of every series however old.

    Parameters
    ----------
    store : Store
        Where they are kept.
    home : str
        Which home.
    at_us : int
        Now, UTC. [µs]
    """
    yield from sorted(store.readings(home, start_us=at_us - RHYTHM_US), key=lambda row: row.time_us)
    yield from store.latest(home)

"""Times of day as the home's people read them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from dashboard.queries import local_now
from heatledger import formatting
from heatledger.home import Home
from heatledger.reader import reader

_HALF_DAY_CLOCKS: Final = ("America/", "Australia/", "US/", "Canada/")


def clock(home: Home, at: datetime) -> str:
    """Print a local time of day as it is usual where the home stands."""
    return formatting.clock(at, hour12=reader().language == "en" and home.timezone.startswith(_HALF_DAY_CLOCKS))


def since(home: Home, heard_us: int, at_us: int) -> str:
    """Print when something was last heard, with its day where that is not today.

    Parameters
    ----------
    home : Home
        Whose clock it is.
    heard_us, at_us : int
        Then and now. [µs UTC]
    """
    then, now = local_now(home, heard_us), local_now(home, at_us)
    told = clock(home, then)
    return told if then.date() == now.date() else f"{formatting.day(then.date())}, {told}"

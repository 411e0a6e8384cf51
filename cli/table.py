"""The table of `heatledger export`: energy by the hour, day or month of a home's own clock, as CSV."""

from __future__ import annotations

from typing import Final, cast, get_args

from cli.options import CommandError, utc_now
from heatledger import accounts
from heatledger.config import Config
from heatledger.home import Home
from heatledger.readings import INTERVAL_S
from heatledger.store import open_store

_STATES_S: Final = 86_400
"""A state that was said before the span stands in it, at most a day. [s]"""


def table(settings: Config, home: Home, start_us: int | None, end_us: int | None, *, by: str) -> str:
    """Return what each meter, zone, mode and heat pump of a home used.

    Parameters
    ----------
    settings : Config
        For the store.
    home : Home
        The household.
    start_us, end_us : int or None
        The span, half-open; None: from the first to the last that is stored. [µs]
    by : str
        hour, day or month.

    Raises
    ------
    CommandError
        If that is not a step, or nothing is stored.
    """
    from heatledger import frames  # pandas: a second of start that nothing else needs

    if by not in get_args(frames.Step):
        raise CommandError(f"unknown --by {by!r}; {', '.join(get_args(frames.Step))} are what there is")
    store = open_store(settings.store_url)
    try:
        known = [series for series in store.series(home.id) if series.key.quantity in accounts.QUANTITIES]
        if not known:
            raise CommandError(f"nothing is stored of {home.id} yet")
        first_us = max(start_us or 0, min(series.first_us for series in known))
        newest_us = max(series.last_us for series in known) + INTERVAL_S * 1_000_000
        last_us = min(end_us or newest_us, newest_us, int(utc_now().timestamp() * 1e6))
        start_s = first_us // 1_000_000 // INTERVAL_S * INTERVAL_S
        end_s = max(-(-last_us // 1_000_000 // INTERVAL_S) * INTERVAL_S, start_s)
        blocks = store.intervals(home.id, start_s=start_s - _STATES_S, end_s=end_s, quantities=accounts.QUANTITIES)
    finally:
        store.close()
    account = accounts.account(home, blocks, start_s=start_s, end_s=end_s)
    made = frames.summed(frames.frame(account, home.timezone), cast("frames.Step", by))
    made.columns = [" ".join(names) for names in made.columns]
    return made.to_csv(float_format="%.4f", date_format="%Y-%m-%dT%H:%M:%S%z", lineterminator="\n")

"""Accounts as pandas frames: energy by the hour, day or month of the home's own clock, for tables and notebooks."""

from __future__ import annotations

from typing import Final, Literal

import pandas as pd

from heatledger.accounts import Account

Step = Literal["hour", "day", "month"]
_RULES: Final[dict[Step, str]] = {"hour": "h", "day": "D", "month": "MS"}
_WHOLE: Final = ("use", "imported", "exported", "unallocated", "estimated")


def frame(account: Account, timezone: str) -> pd.DataFrame:
    """Return an account as a frame indexed by the start of each interval in a home's own time.

    Parameters
    ----------
    account : Account
        Of a span.
    timezone : str
        IANA name.

    Returns
    -------
    DataFrame
        Columns of two levels, kind and name: ``home`` (use, imported, exported, unallocated, estimated), ``meter``,
        ``zone`` and ``mode`` [kWh], ``heat pump`` by ``<id>:<mode>`` [kWh], and ``weather`` outdoor_c [°C]. NaN where
        it is not known.
    """
    index = pd.to_datetime(account.start_s, unit="s", utc=True).tz_convert(timezone).rename("start")
    parts = {
        "home": {name: account.home[name] for name in _WHOLE},
        "meter": account.meters,
        "zone": account.zones,
        "mode": account.modes,
        "heat pump": account.pumps,
        "weather": {"outdoor_c": account.home["outdoor_c"]},
    }
    columns = {(kind, name): column for kind, rows in parts.items() for name, column in rows.items()}
    return pd.DataFrame(columns, index=index)


def summed(intervals: pd.DataFrame, step: Step) -> pd.DataFrame:
    """Sum a frame by the hour, day or month of its own clock; a day of the clock change has its 23 or 25 hours.

    Parameters
    ----------
    intervals : DataFrame
        As `frame` makes it.
    step : str
        hour, day or month.

    Returns
    -------
    DataFrame
        Energy summed, NaN where nothing of a step is known; the temperature's mean.
    """
    rows = intervals.resample(_RULES[step])
    table = rows.sum(min_count=1)
    table["weather"] = rows.mean()["weather"]
    return table

"""The table of rules as settings.toml states it: a row a rule, each with its threshold, hysteresis and quiet hours."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Final

import msgspec
from msgspec import Meta

Channel = Annotated[
    str, Meta(pattern="^[a-z0-9][a-z0-9_]*$", description="your own name for a channel; its address is a secret")
]
Quiet = Annotated[
    str,
    Meta(
        pattern="^(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])?$",
        description='"22:00-07:00" in the home\'s own time; "" for none',
    ),
]
NIGHT: Final = "22:00-07:00"


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row.

    Attributes
    ----------
    on : bool
        Whether it is looked at.
    threshold, hysteresis : float
        It begins at the threshold, and is over below threshold less hysteresis, in the unit of the rule.
    quiet : str
        While the home's clocks are within, messages are held and sent after.
    channels : tuple of str
        Which channels are told; empty: all of them.
    """

    on: bool = True
    threshold: Annotated[float, Meta(ge=0)] = 0.0
    hysteresis: Annotated[float, Meta(ge=0)] = 0.0
    quiet: Quiet = NIGHT
    channels: tuple[Channel, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a hysteresis that never lets it be over."""
        if self.hysteresis >= self.threshold > 0:
            raise ValueError("hysteresis: make it less than threshold, else it is never over")


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every rule there is; the sources of the thresholds are in docs/alerts.md.

    Attributes
    ----------
    budget : Rule
        Chance that the cycle's bill ends above the budget. [%]
    silent : Rule
        A device of the home file not heard for so long, and for three times its own rhythm. [min]
    cop_drift : Rule
        COP of a week below the heat pump's own curve, and below its interval. [%]
    short_cycling : Rule
        Starts in the busiest hour of each of three days. [1/h]
    defrost_storm : Rule
        Defrosts for each hour of running below 5 °C, over a day. [1/h]
    backup_heat : Rule
        Energy of a back-up heater in the last 24 hours. [kWh]
    price_peak : Rule
        A price ahead beside the usual peak of a day. [%]
    control : Rule
        How long something has stood against what is commanded: a device that lies, another controller. [min]
    spool : Rule
        How long readings have waited for a store that does not answer. [min]
    disk : Rule
        How full the disk of the data folder is. [%]
    """

    budget: Rule = Rule(threshold=80, hysteresis=20)
    silent: Rule = Rule(threshold=60, hysteresis=30)
    cop_drift: Rule = Rule(threshold=10, hysteresis=4)
    short_cycling: Rule = Rule(threshold=6, hysteresis=1)
    defrost_storm: Rule = Rule(threshold=1.5, hysteresis=0.3)
    backup_heat: Rule = Rule(threshold=2, hysteresis=1)
    price_peak: Rule = Rule(threshold=150, hysteresis=10)
    control: Rule = Rule(threshold=10, hysteresis=5)
    spool: Rule = Rule(threshold=15, hysteresis=5, quiet="")
    disk: Rule = Rule(threshold=90, hysteresis=3, quiet="")


class AlertSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What leads to a message, how often it is looked for, and where messages go.

    Attributes
    ----------
    channels : tuple of str
        Your names of them; the address of each is a secret: secrets/alert_NAME in the data folder, or an environment
        variable.
    every_min : int
        How often the rules are looked at. [min]
    rules : Rules
        The table.
    """

    channels: tuple[Channel, ...] = ()
    every_min: Annotated[int, Meta(ge=1, le=60)] = 5
    rules: Rules = Rules()

    def __post_init__(self) -> None:
        """Refuse a rule that names a channel which is not there."""
        for name in Rules.__struct_fields__:
            for channel in getattr(self.rules, name).channels:
                if channel not in self.channels:
                    raise ValueError(f"rules.{name}.channels: {channel!r} is not among channels; add it there")


def is_quiet(hours: str, at: time) -> bool:
    """Return whether a local time of day lies within quiet hours, which may span midnight.

    Parameters
    ----------
    hours : str
        As `Rule.quiet`; half-open.
    at : time
        By the home's clocks.

    Examples
    --------
    >>> is_quiet("22:00-07:00", time(23, 30)), is_quiet("22:00-07:00", time(7, 0)), is_quiet("", time(3, 0))
    (True, False, False)
    """
    if not hours:
        return False
    begins, ends = (time.fromisoformat(part) for part in hours.split("-"))
    now = at.replace(tzinfo=None)
    return begins <= now < ends if begins <= ends else now >= begins or now < ends

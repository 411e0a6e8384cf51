"""What is said of the uncertainty budget in the reader's language: now, with each sensor, the best for its price."""

from __future__ import annotations

from heatledger.commissioning.budget import Doubt, Option
from heatledger.commissioning.narrowing import COSTS
from heatledger.formatting import cop, number, share
from heatledger.retelling import retold
from heatledger.wording import say


def known(doubt: Doubt) -> str:
    """Return how far a heat pump's COP is known now.

    Examples
    --------
    >>> known(Doubt(heat_pump="p", name="Pump", work="heating", cop=3.0, low=2.1, high=3.9, rung="E", reason=None))
    'Pump: COP 3.0 (2.1–3.9)'
    """
    if doubt.cop is None:
        return say("{name}: COP not known: {reason}", name=doubt.name, reason=retold(doubt.reason))
    return say("{name}: COP {cop}", name=doubt.name, cop=cop(doubt.cop, doubt.low, doubt.high))


def told(doubt: Doubt, option: Option) -> str:
    """Return what a sensor would do, in one sentence.

    Parameters
    ----------
    doubt : Doubt
        The heat pump.
    option : Option
        One of its options.
    """
    sensor = say(option.name)
    if option.half_width is None:
        return say("{sensor}: not known beforehand; {reason}.", sensor=sensor, reason=retold(option.reason))
    if not option.narrows:
        return say("{sensor} would not narrow it: ±{width} at best.", sensor=sensor, width=share(option.half_width))
    if doubt.cop is None or option.low is None or option.high is None:
        return say(
            "{sensor} would make {name}’s COP known to within ±{width}.",
            sensor=sensor, name=doubt.name, width=share(option.half_width),
        )  # fmt: skip
    digits = 2 if option.high - option.low < 0.2 else 1
    return say(
        "{sensor} would narrow {name}’s COP from {low}–{high} to {least}–{most}.",
        sensor=sensor, name=doubt.name, low=number(doubt.low, digits), high=number(doubt.high, digits),
        least=number(option.low, digits), most=number(option.high, digits),
    )  # fmt: skip


def priced(option: Option) -> str:
    """Return the class of a sensor's price, and whether it is the best of it."""
    cost = say(COSTS[option.cost][1])
    return say("{cost}, the best at that price", cost=cost) if option.best else cost

"""The rules about money: a bill that is heading above its budget, a price that is higher than a day's peaks are."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from heatledger import formatting as fmt
from heatledger.alerts.episodes import Sighting
from heatledger.alerts.observed import Observed
from heatledger.alerts.table import Rule
from heatledger.wording import say


def budget(seen: Observed, rule: Rule) -> list[Sighting] | None:
    """Say how likely the bill is to end above the budget. [%].

    Parameters
    ----------
    seen : Observed
        With where the cycle is heading.
    rule : Rule
        Not needed: the threshold is the chance itself.

    Returns
    -------
    list of Sighting or None
        One a cycle; none without a budget.
    """
    found = seen.budget
    if found is None:
        return [] if seen.home.budget is None else None
    value = None if found.over is None else 100.0 * found.over
    currency = seen.home.currency
    limit = fmt.money(found.budget, currency)
    text = say(
        "So far the bill of this cycle is {total}. It is heading for {low} to {high}, most likely {middle}, by {day}. "
        "The chance that it ends above your budget of {budget} is {chance}. You asked to be told from {threshold}.",
        total=fmt.money(found.so_far, currency),
        low=fmt.whole_money(found.low, currency),
        high=fmt.whole_money(found.high, currency),
        middle=fmt.whole_money(found.middle, currency),
        day=fmt.day(found.end),
        budget=limit,
        chance=fmt.share(found.over),
        threshold=fmt.share(rule.threshold / 100),
    )
    title = say("The bill is heading above the budget of {budget}", budget=limit)
    return [Sighting("budget", found.start.isoformat(), value, title, text, "bill")]


def price_peak(seen: Observed, rule: Rule) -> list[Sighting] | None:
    """Say how high the highest price ahead is beside the usual peak of a day. [%].

    Parameters
    ----------
    seen : Observed
        With the prices ahead.
    rule : Rule
        For the words.

    Returns
    -------
    list of Sighting or None
        One a day with a peak ahead; a rate plan whose peak comes every day alike has none that is news.
    """
    prices = seen.prices
    if prices is None:
        return [] if seen.home.tariff is None else None
    known = [step for step in prices.ahead if step.rate is not None]
    peak = max(known, key=lambda step: step.rate or 0, default=None)
    if peak is None or peak.rate is None or not prices.usual_peak or prices.usual_peak <= 0:
        return []
    zone = ZoneInfo(seen.home.timezone)
    starts, ends = peak.start.astimezone(zone), peak.end.astimezone(zone)
    cost, usual = (fmt.price(rate, seen.home.currency) for rate in (peak.rate, prices.usual_peak))
    when = {
        "from": fmt.clock(starts, hour12=False),
        "to": fmt.clock(ends, hour12=False),
        "day": fmt.day(starts.date(), weekday=True),
    }
    text = say(
        "On {day} a kilowatt-hour costs {cost} from {from} to {to}. The dearest hour of a day was {usual} in the "
        "middle of the last seven days. What can wait until then costs less. You asked to be told from {threshold} of "
        "a usual peak.",
        cost=cost,
        usual=usual,
        threshold=fmt.share(rule.threshold / 100),
        **when,
    )
    value = 100.0 * float(peak.rate / prices.usual_peak)
    title = say("On {day} electricity costs {cost} from {from} to {to}", cost=cost, **when)
    return [Sighting("price_peak", starts.date().isoformat(), value, title, text, "")]

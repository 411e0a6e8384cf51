"""What a home's weekly letter says, in printed words and figures: short, as a household wants it on a Monday."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from heatledger import formatting as fmt
from heatledger.alerts.episodes import Episode
from heatledger.heat_pumps import Cop
from heatledger.home import Home
from heatledger.projection import DRAWS
from heatledger.reader import temperature_unit
from heatledger.statement.figures import Figure, basis, cop, unknown
from heatledger.statement.findings import findings
from heatledger.statement.headline import Headline, because, headline
from heatledger.statement.notes import coverage, estimated, not_an_invoice
from heatledger.statement.tables import parts, plain
from heatledger.week import Week
from heatledger.wording import say

_URGENT: Final = ("silent", "spool", "disk", "control", "backup_heat", "short_cycling", "defrost_storm", "cop_drift")
"""Rules whose episodes are worth a letter's one finding, the first the worst: money has a place of its own."""
_NOTHING: Final = Decimal("0.5")
"""Of modelled money less than this prints as none. [currency]"""
_SURE: Final = 0.5 / DRAWS
"""A chance nearer to 0 or 1 is that no draw, or each, says so. [1]"""


@dataclass(frozen=True, slots=True)
class Row:
    """Where it went: this week's and last week's printed figure, its bar in per cent of the longest."""

    label: str
    now: str
    was: str
    bar: int = 0
    rest: bool = False

    @property
    def cells(self) -> tuple[str, str, str]:
        """Return what is printed of it."""
        return self.label, self.now, self.was


@dataclass(frozen=True, slots=True)
class WeekContent:
    """Everything a weekly letter prints, in its order; strings only."""

    home: str
    head: Headline
    figures: list[Figure]
    rows: list[Row]
    total: Row
    weather: list[str]
    heading: list[str]
    worth: list[str]
    pumps: list[tuple[str, str]]
    measured: list[str]


def week_content(week: Week, home: Home) -> WeekContent:
    """Put a week into printed words, in the reader's language.

    Parameters
    ----------
    week : Week
        As it was summed up.
    home : Home
        For names, units and the time zone.

    Returns
    -------
    WeekContent
        Printed strings only; rows add up to their printed totals.
    """
    uses = [week.week.heat_pumps[pump.id] for pump in home.heat_pumps if pump.id in week.week.heat_pumps]
    rows, total = _rows(week, home)
    return WeekContent(
        home=plain(home.name),
        head=_head(week, home),
        figures=[_against(week, home), *([cop(uses)] if home.heat_pumps else []), _projected(week, home)],
        rows=rows,
        total=total,
        weather=_weather(week, home),
        heading=_heading(week, home),
        worth=_worth(week, home),
        pumps=_pumps(week, home),
        measured=[
            " ".join([coverage(week.week, home), *estimated(week.week)]),
            say("Amounts without cents are modelled: the projection, and what another weather would have cost."),
            not_an_invoice(),
        ],
    )


def _head(week: Week, home: Home) -> Headline:
    head, day = headline(week.week, home), fmt.day(week.end - timedelta(days=1))
    if not head.known:
        subject = say("Week to {day}: cost not known", day=day)
    else:
        subject = say("Week to {day}: {total}", day=day, total=head.total)
    return replace(
        head, subject=subject, title=say("Your week"), sentence=f"{_difference(week)} {head.sentence}".strip()
    )


def _difference(week: Week) -> str:
    if week.difference is None:
        return ""
    off, currency = Decimal(week.difference), week.week.bill.currency
    amount = fmt.money(abs(off), currency)
    if off == 0:
        return say("As much as the week before.")
    more = say("{amount} more than the week before.", amount=amount)
    return more if off > 0 else say("{amount} less than the week before.", amount=amount)


def _against(week: Week, home: Home) -> Figure:
    """Return how far this week's cost lies from what the week before would have cost in this week's weather."""
    label, weather, currency = say("In the same weather"), week.weather, home.currency
    if weather.middle is None or week.week.bill.total is None:
        return unknown(label, because(weather.reason))
    off = Decimal(week.week.bill.total) - Decimal(weather.middle)
    amount = fmt.whole_money(abs(off), currency)
    if abs(off) < _NOTHING:
        value = say("As much")
    else:
        value = say("{amount} more", amount=amount) if off > 0 else say("{amount} less", amount=amount)
    low, high = _expected(week, currency)
    return Figure(label, value, "", say("{low} to {high} was to be expected", low=low, high=high))


def _expected(week: Week, currency: str) -> tuple[str, str]:
    """Print what the week before would have cost in this week's weather: its 90 % interval, modelled."""
    low, high = (Decimal(edge or 0) for edge in (week.weather.low, week.weather.high))
    return fmt.whole_money(max(low, Decimal(0)), currency), fmt.whole_money(max(high, Decimal(0)), currency)


def _projected(week: Week, home: Home) -> Figure:
    bill, label = week.cycle.bill, say("This bill")
    if bill.projected.p50 is None:
        return unknown(label, because(bill.outlook.reason if bill.outlook else bill.reason))
    low, middle, high = (
        fmt.whole_money(edge, home.currency) for edge in (bill.projected.p10, bill.projected.p50, bill.projected.p90)
    )
    return Figure(label, middle, f"{low}–{high}", _odds(week, home) or say("where it is heading, 8 chances in 10"))


def _odds(week: Week, home: Home) -> str:
    """Return how likely the budget is to be kept, as short as a figure's note; empty where that is not known."""
    chance = week.cycle.bill.outlook.chance if week.cycle.bill.outlook else None
    if home.budget is None or chance is None:
        return ""
    budget = fmt.money(home.budget, home.currency)
    if chance > 1 - _SURE:
        return say("each of {n} projections keeps the budget of {budget}", n=DRAWS, budget=budget)
    if chance < _SURE:
        return say("none of {n} projections keeps the budget of {budget}", n=DRAWS, budget=budget)
    return say("{chance} to keep the budget of {budget}", chance=fmt.share(chance), budget=budget)


def _rows(week: Week, home: Home) -> tuple[list[Row], Row]:
    """Return where it went beside the week before: in money where both have a bill, else in energy."""
    (now, total), (was, total_was) = parts(week.week, home), parts(week.before, home)
    column = "money" if week.week.bill.total is not None else "energy"
    before = {part.label: getattr(part, column) for part in was}
    rows = [Row(part.label, getattr(part, column), before.pop(part.label, "–"), part.bar, part.rest) for part in now]
    rows += [Row(label, "–", cell, rest=True) for label, cell in before.items() if cell]
    return rows, Row(total.label, getattr(total, column), getattr(total_was, column))


def _weather(week: Week, home: Home) -> list[str]:
    weather, currency = week.weather, home.currency
    if weather.low is None or weather.high is None or weather.warmer_k is None or week.week.bill.total is None:
        return [because(weather.reason)]
    low, high = _expected(week, currency)
    cost = Decimal(week.week.bill.total)
    said = {"low": low, "high": high, "total": fmt.money(cost, currency)}
    if cost > Decimal(weather.high):
        verdict = say("This week’s {total} is more than the weather explains: something else used it.", **said)
    elif cost < Decimal(weather.low):
        verdict = say("This week’s {total} is less than the weather explains.", **said)
    else:
        verdict = say("This week’s {total} is among what the weather explains.", **said)
    would = say("In this week’s weather the week before would have cost {low} to {high}, 9 chances in 10.", **said)
    return [f"{_warmer(weather.warmer_k, home)} {would} {verdict}"]


def _warmer(kelvin: float, home: Home) -> str:
    unit = temperature_unit(home)
    degrees = fmt.number(abs(kelvin) * (1.8 if unit == "F" else 1.0), 0 if unit == "F" else 1)
    if not any(figure in degrees for figure in "123456789"):
        return say("Outdoors it was as warm as the week before.")
    apart = f"{degrees} °{unit}"
    warmer = say("Outdoors it was {degrees} warmer than the week before.", degrees=apart)
    return warmer if kelvin > 0 else say("Outdoors it was {degrees} colder than the week before.", degrees=apart)


def _heading(week: Week, home: Home) -> list[str]:
    """Return where the running bill is heading and the odds of its budget, or what would make them known."""
    bill, seen = week.cycle.bill, week.cycle.bill.outlook
    if seen is None or bill.projected.p50 is None:
        later = seen.known_from if seen else None
        known = [say("It will be known from {day} on.", day=fmt.day(later))] if later else []
        return [" ".join([because(seen.reason if seen else bill.reason), *known])]
    low, middle, high = (
        fmt.whole_money(edge, home.currency) for edge in (bill.projected.p10, bill.projected.p50, bill.projected.p90)
    )
    last = week.cycle.period.end.astimezone(ZoneInfo(home.timezone)) - timedelta(microseconds=1)
    said = say(
        "{total} so far. By {day} it is heading for {low} to {high}, most likely {middle}.",
        total=fmt.money(bill.total, home.currency), day=fmt.day(last.date()), low=low, middle=middle, high=high,
    )  # fmt: skip
    odds = _odds(week, home)
    if not odds:
        odds = say("No budget is stated: with budget in the home file this letter says how likely it is to be kept.")
    elif seen.chance is not None and _SURE <= seen.chance <= 1 - _SURE:
        budget, kept = fmt.money(home.budget, home.currency), fmt.share(seen.chance)
        odds = say("The chance that the budget of {budget} is kept is {chance}.", budget=budget, chance=kept)
    else:
        odds = f"{odds[0].upper()}{odds[1:]}."
    return [f"{said} {odds}"]


def _worth(week: Week, home: Home) -> list[str]:
    """Return the one thing worth acting on: an alert that is not over, else what costs most."""
    lasting = sorted((one for one in week.episodes if one.rule in _URGENT), key=lambda one: _URGENT.index(one.rule))
    if lasting:
        return [_lasts(lasting[0], home)]
    found = findings(week.week, home)
    return found[:1] or [say("Nothing stands out this week, and no alert lasts.")]


def _lasts(one: Episode, home: Home) -> str:
    since = one.opened_at.astimezone(ZoneInfo(home.timezone)).date()
    return " ".join([say("{what}, since {day}.", what=plain(one.title), day=fmt.day(since, weekday=True)), one.text])


def _pumps(week: Week, home: Home) -> list[tuple[str, str]]:
    """Return each heat pump's COP with its interval, where there are several."""
    found = [(pump, week.week.heat_pumps[pump.id].cop) for pump in home.heat_pumps if pump.id in week.week.heat_pumps]
    return [(plain(pump.name or pump.id), _cop(known)) for pump, known in found] if len(found) > 1 else []


def _cop(found: Cop) -> str:
    if found.value is None:
        return because(found.reason)
    return say("COP") + f" {fmt.cop(found.value, found.low, found.high)} · {basis(found)}"

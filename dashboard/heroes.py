"""The two large figures of the page Now: what it costs this minute, and the bill so far."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec
from dash import html
from dash.development.base_component import Component

from dashboard.components import Children, aria, bar, doorway, placed, text
from dashboard.queries import Books, cycle_day
from dashboard.shown import opens
from heatledger import formatting
from heatledger.billed import Quantiles
from heatledger.home import Home
from heatledger.live import Now
from heatledger.retelling import retold
from heatledger.rounding import largest_remainder
from heatledger.summary import Summary
from heatledger.wording import say


class Page(msgspec.Struct, frozen=True):
    """Everything the page Now shows at one moment.

    `powers` [W] by device is for a home without a home file; `filling_to` is how far back an unfinished import reaches.
    """

    home: Home
    described: bool
    now: Now
    books: Books
    at: datetime
    connected: bool
    ingest_online: bool | None
    powers: tuple[tuple[str, float], ...] = ()
    filling_to: datetime | None = None
    spool_age_s: float = 0.0
    refusing: bool = False


class Split(msgspec.Struct, frozen=True):
    """The printed cost per hour of the heat pumps, of the rest, and of zones and shared units by id.

    `whole_cents` says that they are parts of a total printed to the cent, and so are printed to the cent themselves.
    """

    pumps: Decimal | None
    rest: Decimal | None
    zones: dict[str, Decimal]
    whole_cents: bool = False

    def printed(self, cost: Decimal, currency: str) -> str:
        """Print one of the parts."""
        return formatting.money(cost, currency) if self.whole_cents else formatting.money_per_hour(cost, currency)


def split(now: Now) -> Split:
    """Round what it costs now so that the printed parts add up to the printed total."""
    parts = {zone.id: zone.part for zone in now.zones} | {group.id: group.part for group in now.groups}
    known = {name: part.cost for name, part in parts.items() if part.cost is not None}
    total, pumps = now.total.cost, now.heat_pumps.cost
    if total is None or now.total.bound != "exact" or now.exporting or pumps is None:
        return Split(pumps, now.rest.cost, known)
    digits, pumps = _digits(total), min(pumps, total)
    if min([*known.values(), total - sum(known.values())], default=Decimal(0)) < 0:
        shown, rest = largest_remainder([pumps, total - pumps], total, digits)
        return Split(shown, rest, known, whole_cents=digits == 2)
    printed = largest_remainder([*known.values(), total - sum(known.values())], total, digits)
    zones = dict(zip(known, printed, strict=False))
    if abs(sum(known.values()) - pumps) < Decimal("1e-9"):
        return Split(sum(zones.values(), Decimal(0)), printed[-1], zones, whole_cents=digits == 2)
    shown, rest = largest_remainder([pumps, total - pumps], total, digits)
    return Split(shown, rest, zones, whole_cents=digits == 2)


def _digits(total: Decimal) -> int:
    return 3 if abs(total) < Decimal("0.0995") else 2


def costing(page: Page, parts: Split) -> html.Section:
    """Return the block "Costing now"."""
    total, currency = page.now.total, page.home.currency
    figure = formatting.power(total.watts) if total.cost is None else formatting.money_per_hour(total.cost, currency)
    unknown = total.watts is None
    unit = "/h" if total.cost is not None else ""
    return html.Section(
        [
            html.H2(doorway(_costing_label(page), "./zones", at="now-costing-label"), className="label"),
            html.Div(
                [
                    opens(
                        "now.total.watts" if total.cost is None else "now.total.cost",
                        say("Not known") if unknown else figure,
                        _size(figure, unknown),
                        at="now-cost",
                    ),
                    text(unit, "hero-unit", at="now-cost-unit"),
                ],
                className="hero-line",
            ),
            bar(_shares(page.now), label=say("heat pumps and everything else")),
            html.Div(_captions(page, parts), className="captions"),
        ],
        className="costing",
        **aria(live="off"),
    )


def _costing_label(page: Page) -> str:
    total = page.now.total
    if page.now.exporting:
        return (
            say("Costing now, feeding in {power}", power=formatting.power(-(total.watts or 0)))
            if (total.watts or 0) < 0
            else say("Costing now")
        )
    if total.cost is not None or total.watts is None:
        return say("Costing now, at least") if total.bound == "at least" else say("Costing now")
    return say("Drawing now, at least") if total.bound == "at least" else say("Drawing now")


def _size(figure: str, unknown: bool) -> str:
    if unknown:
        return "hero sentence"
    return "hero money long" if len(figure) > 6 else "hero money"


def _shares(now: Now) -> dict[str, tuple[str, float]]:
    total, pumps = now.total.watts, now.heat_pumps.watts
    if not total or total <= 0 or pumps is None or now.total.bound != "exact":
        alone = now.total.bound == "at least" and pumps is not None
        return {"now-bar-pumps": ("money-part", 0.0), "now-bar-rest": ("hatch-part" if alone else "no-part", 1.0)}
    share = max(0.0, min(pumps / total, 1.0))
    rest = "rest-part" if now.heat_pumps.bound == "exact" else "hatch-part"
    return {"now-bar-pumps": ("money-part", share), "now-bar-rest": (rest, 1.0 - share)}


def _captions(page: Page, parts: Split) -> list[Component]:
    now, currency = page.now, page.home.currency
    exact = now.heat_pumps.bound == "exact"
    pumps, rest = (
        formatting.power(part.watts) if cost is None else parts.printed(cost, currency)
        for cost, part in ((parts.pumps, now.heat_pumps), (parts.rest, now.rest))
    )
    why = retold(now.total.reason)
    left = say("Heat pumps") if exact or now.heat_pumps.watts is None else say("Heat pumps at least")
    right = (say("Everything else") if exact else say("rest at most")) if now.rest.watts is not None else why
    return [
        html.Span(
            [text(left, at="now-pumps-label"), " ", opens(_place("heat_pumps", parts.pumps), pumps, at="now-pumps")]
        ),
        html.Span(
            [
                text(right, "attn" if why else "", at="now-rest-label"),
                " ",
                opens(_place("rest", parts.rest), "" if why else rest, at="now-rest"),
            ],
            className="right",
        ),
    ]


def _place(part: str, cost: Decimal | None) -> str:
    return f"now.{part}.{'watts' if cost is None else 'cost'}"


def bill(page: Page) -> html.Section:
    """Return the block "Bill since …"."""
    cycle = page.books.cycle
    since = say("Bill since {date}", date=formatting.day(cycle.period.start.date())) if cycle else say("Bill")
    number, days = cycle_day(cycle, page.at) if cycle else (0, 0)
    day = say("day {day} of {days}", day=number, days=days) if cycle else ""
    known = cycle is not None and cycle.bill.total is not None
    figure = formatting.money(cycle.bill.total, cycle.bill.currency) if cycle and known else say("Not known")
    size = ("hero bill-hero long" if len(figure) > 7 else "hero bill-hero") if known else "hero sentence"
    return html.Section(
        [
            html.Div(
                [
                    html.H2(doorway(since, "./bill", at="now-bill-label"), className="label"),
                    text(day, "label small", at="now-bill-day"),
                ],
                className="label-line",
            ),
            html.Div(opens("bill.total", figure, size, at="now-bill"), className="hero-line"),
            _range(page, cycle if known else None),
            html.Div(
                [
                    html.Span(_heading(page, cycle), id="now-heading"),
                    html.Span(_budget(page), id="now-budget", className="right"),
                ],
                className="captions",
            ),
        ],
        className="bill",
        **aria(live="off"),
    )


def _scale(page: Page, cycle: Summary | None) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Return what is paid, the ends of the band where the cycle is heading, and the end of the bar."""
    paid = Decimal(cycle.bill.total or 0) if cycle else Decimal(0)
    seen = cycle.bill.projected if cycle else Quantiles()
    low, high = (Decimal(edge) if edge is not None else paid for edge in (seen.p10, seen.p90))
    budget = page.home.budget or Decimal(0)
    end = max(budget * Decimal("1.1"), max(paid, high) * Decimal("1.05"))
    return paid, max(low, paid), max(high, paid), end


def _range(page: Page, cycle: Summary | None) -> html.Div:
    paid, low, high, end = _scale(page, cycle)
    budget = page.home.budget
    shown = end > 0 and (budget or high > paid)
    paid_share, gap, band = (float(part / end) if shown else 0.0 for part in (paid, low - paid, high - low))
    mark = {"left": f"{float(budget / end) * 100:.1f}%"} if budget and end > 0 else {"display": "none"}
    spent = bar(
        {
            "now-bar-paid": ("fill-part", max(0.0, paid_share)),
            "now-bar-gap": ("no-part", max(0.0, gap)),
            "now-bar-band": ("hatch-part", max(0.0, band)),
        },
        label=say("the bill so far, where it is heading, and the budget"),
    )
    return html.Div([spent, html.Div(id="now-bar-budget", className="budget-mark", style=mark)], className="range")


def _heading(page: Page, cycle: Summary | None) -> Children:
    if cycle is None or cycle.bill.total is None:
        reason = cycle.bill.reason if cycle else page.books.reason
        return [text(retold(reason) or say("nothing is described yet"))]
    seen, outlook = cycle.bill.projected, cycle.bill.outlook
    if seen.p10 is None or seen.p90 is None:
        known = outlook.known_from if outlook else None
        return [
            text(
                say("Where it ends is known from {day}", day=formatting.day(known))
                if known
                else say("Where it ends is not known yet")
            )
        ]
    low, high = (formatting.whole_money(amount, cycle.bill.currency) for amount in (seen.p10, seen.p90))
    return placed(say("Heading for {range}"), range=opens("bill.projected.p50", _between(low, high)))


def _between(low: str, high: str) -> str:
    """Print a range of money with its symbol once, where that stands: $346–389, 346–389 €."""
    if low == high:
        return low
    before = low.rstrip("0123456789.,")
    if before and high.startswith(before):
        return f"{low}–{high.removeprefix(before)}"
    after = low.lstrip("0123456789.,\u00a0\u202f ")
    return f"{low.removesuffix(after).rstrip()}–{high}" if after else f"{low}–{high}"


def _budget(page: Page) -> Children:
    if page.home.budget is None:
        return [text(say("no budget set"))] if page.described else []
    budget = opens("bill.budget", formatting.whole_money(page.home.budget, page.home.currency))
    outlook = page.books.cycle.bill.outlook if page.books.cycle else None
    if outlook is None or outlook.chance is None:
        return placed(say("{budget} budget"), budget=budget)
    chance = opens("bill.outlook.chance", formatting.share(outlook.chance), "plain")
    return placed(say("{chance} to keep {budget}"), chance=chance, budget=budget)

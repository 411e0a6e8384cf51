"""The cards of `/zones`: every room's part, how a shared outdoor unit was divided, what heat a room takes."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

from dash import html
from dash.development.base_component import Component

from dashboard import zone_controls, zone_live, zone_savings
from dashboard.cards import GOOD, card, refused
from dashboard.components import Children, aria, data, icon, text
from dashboard.desk_view import View
from dashboard.question import unit_of_heat
from dashboard.shown import opens
from dashboard.states import state_word
from heatledger import formatting
from heatledger.formatting import not_known
from heatledger.home import HeatPump, Zone
from heatledger.retelling import retold
from heatledger.rounding import largest_remainder
from heatledger.wording import say
from heatledger.zone_use import ZoneUse

_MOST_BARS: Final = 62
_OTHERS: Final = (
    ("electricity.unallocated_kwh", "electricity.unallocated_cost"),
    ("electricity.kwh", "electricity.fixed_cost"),
)
"""Where in the Summary that which is no room's stands: energy and money."""


class Row(NamedTuple):
    """One room as it is printed: energy and money add up to what is printed below them."""

    zone: Zone
    use: ZoneUse
    kwh: str
    cost: str
    share: float


def rows(view: View) -> tuple[list[Row], list[tuple[str, str, str]]]:
    """Return the rooms, and below them what is no room's: each as name, energy, money."""
    used, bill = view.summary.electricity, view.summary.bill
    zones = [(zone, used.by_zone[zone.id]) for zone in view.home.zones if zone.id in used.by_zone]
    digits = formatting.energy_digits(used.kwh)
    energy = _printed([use.kwh for _, use in zones], used.unallocated_kwh, used.kwh, digits)
    costs = [*(use.cost for _, use in zones), used.unallocated_cost, used.fixed_cost]
    money = [formatting.money(cost, bill.currency) for cost in costs] if bill.total else [not_known()] * len(costs)
    most = max((Decimal(use.cost or 0) for _, use in zones), default=Decimal(0))
    most_kwh = max((use.kwh or 0.0 for _, use in zones), default=0.0)
    rooms = [Row(zone, use, energy[at], money[at], _part(use, most, most_kwh)) for at, (zone, use) in enumerate(zones)]
    others = [(say("Everything else"), energy[len(zones)], money[len(zones)])]
    if used.fixed_cost and Decimal(used.fixed_cost):
        others.append((say("Fixed charges and credits"), "", money[-1]))
    total = formatting.number(used.kwh, digits) if used.kwh is not None else not_known()
    return rooms, [*others, (say("Whole home"), total, formatting.money(bill.total, bill.currency))]


def _printed(parts: list[float | None], rest: float | None, total: float | None, digits: int) -> list[str]:
    every = [*parts, rest]
    if total is None or any(part is None for part in every):
        return [not_known() if part is None else formatting.number(part, digits) for part in every]
    return [
        formatting.number(part, digits) for part in largest_remainder([part or 0.0 for part in every], total, digits)
    ]


def _part(use: ZoneUse, most: Decimal, most_kwh: float) -> float:
    if use.cost is not None and most > 0:
        return max(float(Decimal(use.cost) / most), 0.0)
    return max((use.kwh or 0.0) / most_kwh, 0.0) if most_kwh else 0.0


def table(view: View) -> html.Section:
    """Return every room's row, then what is no room's, and the meters' total that they add up to."""
    if view.summary.electricity.kwh is None:
        return card(refused(say("nothing was heard in this period")), say("Rooms"), at="zones-table")
    rooms, others = rows(view)
    top = max((kwh or 0.0 for row in rooms for kwh in daily(row.use)), default=0.0)
    body = [_room(view, row, top) for row in rooms]
    body += [_other(*row, places) for row, places in zip(others[:-1], _OTHERS, strict=False)]
    names = (
        say("Zone"),
        say("Now"),
        say("Room"),
        "kWh",
        say("Cost"),
        say("Share"),
        say("Per {unit} of heat", unit=unit_of_heat(view.home)),
        say("Each day"),
        say("How it is known"),
    )
    head = html.Tr([html.Th(name, scope="col", className=f"z-{at}") for at, name in enumerate(names)])
    name, kwh, cost = others[-1]
    tick = html.Span([icon("check"), say("parts = meters")], className="tick")
    foot = html.Tr(
        [
            html.Th(name, scope="row", className="z-0"),
            html.Td(tick, className="z-1", colSpan=2),
            html.Td(opens("electricity.kwh", kwh), className="z-3 fig"),
            html.Td(opens("bill.total", cost), className="z-4 fig"),
            html.Td("", colSpan=4, className="z-5"),
        ],
        className="total-row",
    )
    made = html.Table(
        [
            html.Caption(say("What each room used"), className="hidden"),
            html.Thead(head),
            html.Tbody(body),
            html.Tfoot(foot),
        ],
        className="ledger rooms",
        id="zones-rows",
    )
    tool = html.Button(
        "CSV", type="button", className="tool rows-csv", title=say("Save the rows"), **data(of="zones-rows")
    )
    return card(GOOD, say("Rooms"), made, aside=[tool], at="zones-table")


def _room(view: View, row: Row, top: float) -> html.Tr:
    at = f"electricity.by_zone.{row.zone.id}"
    doing, warmth = zone_live.cells(view.home, row.zone.id, view.now)
    return html.Tr(
        [
            html.Th(row.zone.name, scope="row", className="z-0"),
            html.Td(doing, className="z-1"),
            html.Td([warmth, *_controls(view, row.zone.id)], className="z-2"),
            html.Td(opens(f"{at}.kwh", row.kwh), className="z-3 fig", **data(value=row.use.kwh)),
            html.Td(opens(f"{at}.cost", row.cost), className="z-4 amount fig", **data(value=row.use.cost)),
            html.Td(html.Div(className="room-share", style={"width": f"{row.share * 100:.1f}%"}), className="z-5"),
            html.Td(_heat(view, row.use, f"{at}.cost_of_heat_per_kwh"), className="z-6"),
            html.Td(_days(row, top), className="z-7"),
            html.Td(retold(row.use.split) or say("not metered"), className="z-8"),
        ]
    )


def _controls(view: View, zone: str) -> Children:
    """Return what a room is set by, and what a step warmer costs."""
    found, more = zone_controls.controls(view.home, zone, view.commands, view.now), view.warmer.get(zone)
    return [found] if more is None else [found, text(zone_savings.more_words(view.home, more), "warmer-cost")]


def _days(row: Row, top: float) -> html.Div | str:
    """Return a bar for every day, on one scale for all rooms; nothing where no room used anything."""
    if top <= 0:
        return ""
    bars = [
        html.Span(
            style={"height": f"{max((kwh or 0.0) / top, 0.0) * 100:.0f}%"}, className="gap" if kwh is None else ""
        )
        for kwh in daily(row.use)
    ]
    most = formatting.energy(max((day.kwh or 0.0 for day in row.use.daily), default=0.0))
    label = say("{name}, each day: at most {most}", name=row.zone.name, most=most)
    return html.Div(bars, className="days", role="img", **aria(label=label)) if bars else ""


def daily(use: ZoneUse) -> list[float | None]:
    """Return a room's energy day by day, of a long period as the means of runs of days; None for what is not known."""
    step = max(1, -(-len(use.daily) // _MOST_BARS))
    runs = (use.daily[at : at + step] for at in range(0, len(use.daily), step))
    known = ([day.kwh for day in run if day.kwh is not None] for run in runs)
    return [sum(run) / len(run) if run else None for run in known]


def _heat(view: View, use: ZoneUse, place: str) -> Component:
    price, low, high = use.cost_of_heat_per_kwh, use.cost_of_heat_low, use.cost_of_heat_high
    if price is None:
        return (
            text("–", "set-to")
            if use.kwh == 0
            else html.Span(say("not known"), className="set-to", title=retold(use.heat_reason))
        )
    currency, unit = view.summary.bill.currency, unit_of_heat(view.home)
    shown = formatting.price_of_heat(price, currency, unit=unit)
    aside = ""
    if low is not None and high is not None:
        ends = (formatting.price_of_heat(end, currency, unit=unit).partition("\u00a0")[0] for end in (low, high))
        aside = "–".join(ends)
    said: Children = [text(shown, "strong-figure fig"), " ", text(aside, "set-to")]
    return opens(place, "", children=said)


def _other(name: str, kwh: str, cost: str, places: tuple[str, str]) -> html.Tr:
    cells = [
        html.Th(name, scope="row", className="z-0"),
        html.Td("", className="z-1"),
        html.Td("", className="z-2"),
        html.Td(opens(places[0], kwh) if kwh else "", className="z-3 fig"),
        html.Td(opens(places[1], cost), className="z-4 fig"),
        html.Td("", colSpan=4, className="z-5"),
    ]
    return html.Tr(cells, className="other-row")


def shared(view: View, pump: HeatPump) -> html.Section | None:
    """Return how the electricity of an outdoor unit with several heads was divided; None where it has one."""
    use, zones = view.summary.heat_pumps.get(pump.id), list(dict.fromkeys(head.zone for head in pump.heads))
    if len(zones) < 2 or use is None:
        return None
    name = pump.name or pump.id
    title = say("{name}: {heads} heads, one outdoor unit, counted once", name=name, heads=len(pump.heads))
    if not use.electricity_kwh:
        return card(refused(say("its meter was not heard in this period")), title)
    names = {zone.id: zone.name for zone in view.home.zones}
    own = {zone: view.summary.electricity.by_zone[zone].kwh or 0.0 for zone in zones}
    rest = use.electricity_kwh - sum(own.values())
    parts = [
        *((names.get(zone, zone), kwh, "", f"electricity.by_zone.{zone}.kwh") for zone, kwh in own.items()),
        (_unshared_words(use.unshared), rest, "dashed", f"heat_pumps.{pump.id}.unshared_kwh"),
    ]
    if rest < -0.05:  # a room has more than its head: then the heads alone are not known
        return None
    digits = formatting.energy_digits(use.electricity_kwh)
    printed = largest_remainder([kwh for _, kwh, _, _ in parts], use.electricity_kwh, digits)
    shares = largest_remainder([100 * kwh / use.electricity_kwh for _, kwh, _, _ in parts], 100, 0)
    heads = [
        html.Li([text(label), _part_of(place, f"{formatting.number(kwh, digits)} kWh", f"{share}%")], className=kind)
        for (label, _, kind, place), kwh, share in zip(parts, printed, shares, strict=True)
    ]
    drawn = opens(f"heat_pumps.{pump.id}.electricity_kwh", formatting.energy(use.electricity_kwh), "strong-figure")
    unit = html.Div([text(say("Outdoor unit")), html.B(drawn, className="fig")], className="outdoor-unit")
    why = say("All heads publish the same counter, the outdoor unit’s. It is read once and divided between the rooms.")
    return card(GOOD, title, html.P(why, className="card-sub"), html.Div([unit, html.Ul(heads)], className="division"))


def _part_of(place: str, kwh: str, share: str) -> html.Button:
    return opens(place, "", "head-part", children=[text(kwh, "head-kwh"), html.B(share)])


def _unshared_words(unshared: dict[str, float]) -> str:
    known = [state_word(mode) for mode, kwh in sorted(unshared.items(), key=lambda item: -item[1]) if kwh > 0.005]
    return say("No room’s: {known}", known=", ".join(known)) if known else say("No room’s")


def heat_taken(view: View) -> html.Section:
    """Return what heat each room takes for each degree-day, with the interval of the heat."""
    unit = unit_of_heat(view.home)
    title = say("Heat each room takes, {unit} per degree-day", unit=unit)
    found = list[tuple[Zone, float, float, float]]()
    for zone in view.home.zones:
        use = view.summary.electricity.by_zone.get(zone.id)
        if use is None or use.heat_per_degree_day is None:
            continue
        per = float(formatting.KBTU_PER_KWH) / 1.8 if unit == "kBtu" else 1.0
        low, high = use.heat_per_degree_day_low or 0.0, use.heat_per_degree_day_high or 0.0
        found.append((zone, low * per, use.heat_per_degree_day * per, high * per))
    if not found:
        uses = view.summary.electricity.by_zone.values()
        reason = next(
            (use.heat_reason for use in uses if use.heat_reason), say("no room’s heat is known in this period")
        )
        return card(refused(reason), title, at="zones-heat")
    top = max(high for *_, high in found)
    bars = [
        _heat_bar(zone, low / top, middle / top, high / top, formatting.number(middle, 1))
        for zone, low, middle, high in found
    ]
    sub = html.P(say("With the 90% interval of the heat. Long: a large or leaky room."), className="card-sub")
    return card(GOOD, title, sub, html.Ul(bars, className="heat-bars"), at="zones-heat")


def _heat_bar(zone: Zone, low: float, middle: float, high: float, figure: str) -> html.Li:
    whisker = {"left": f"{low * 100:.1f}%", "width": f"{(high - low) * 100:.1f}%"}
    bar = html.Div(
        [
            html.Span(className="heat-fill", style={"width": f"{middle * 100:.1f}%"}),
            html.Span(className="whisker", style=whisker),
        ],
        className="heat-axis",
        **aria(hidden="true"),
    )
    shown = opens(f"electricity.by_zone.{zone.id}.heat_per_degree_day", figure)
    return html.Li([text(zone.name), bar, html.B(shown, className="fig")])

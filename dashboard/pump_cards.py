"""The cards of `/performance`: every COP, how it is known, and what starting, defrosting and resting cost."""

from __future__ import annotations

from typing import Final

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.cards import GOOD, State, card, progress, refused
from dashboard.components import Children, aria, text
from dashboard.desk_view import View
from dashboard.figures import draw, keys
from dashboard.figures_heat import cop_by_outdoor
from dashboard.question import address
from dashboard.shown import Shown, children, joined, opens, sentence
from dashboard.states import state_word
from heatledger import formatting
from heatledger.heat.rungs import Rung
from heatledger.heat_pumps import PumpUse, Seasonal
from heatledger.home import HeatPump
from heatledger.marks import marked
from heatledger.retelling import retold
from heatledger.wording import say, say_many

BOUNDARY: Final = {
    "H1": marked("what the compressor draws"),
    "H2": marked("what the compressor and the outdoor fan or pump draw"),
    "H3": marked("what the unit and its back-up heater draw"),
    "H4": marked("all the unit draws, with fans, defrost and standby"),
}
"""What a COP's boundary encloses, after SEPEMO."""
IDLE: Final = {"heating": marked("No heating in this period"), "cooling": marked("No cooling in this period")}
"""What is said of a period without that kind of work."""
_DREW_NOTHING: Final = {
    "heating": marked("{pump} drew nothing for heating."),
    "cooling": marked("{pump} drew nothing for cooling."),
}


def work_of(view: View) -> str:
    """Return which kind of work is looked at."""
    return view.question.work or "heating"


def chosen(view: View) -> tuple[HeatPump, PumpUse] | None:
    """Return the heat pump that is looked at: the one asked for, else the one that drew most; None without any."""
    pumps = {pump.id: pump for pump in view.home.heat_pumps if pump.id in view.summary.heat_pumps}
    if not pumps:
        return None
    asked = view.question.pump
    most = max(pumps, key=lambda name: _kwh(view.summary.heat_pumps[name], work_of(view)))
    name = asked if asked in pumps else most
    return pumps[name], view.summary.heat_pumps[name]


def _kwh(use: PumpUse, work: str) -> float:
    seen = use.seasonal.get(work)
    return seen.kwh if seen else 0.0


def against_outdoor(view: View, pump: HeatPump, use: PumpUse) -> html.Section:
    """Return the COP against the outdoor temperature, and below it a row for every heat pump."""
    title, work = say("{pump}: COP against outdoor temperature", pump=pump.name or pump.id), work_of(view)
    seen, table = use.seasonal.get(work), _units(view, pump)
    if seen is None:
        state = State(
            "empty",
            say(IDLE[work]),
            say(_DREW_NOTHING[work], pump=pump.name or pump.id),
        )
        return html.Section([*_head(title), _state(state), table], className="card", id="performance-cop")
    now_c = view.now.outdoor.celsius if view.now and not view.now.outdoor.stale else None
    at = f"heat_pumps.{pump.id}.seasonal.{work}"
    chart = cop_by_outdoor(view.home, seen, view.scheme, at=at, now_c=now_c)
    if chart is None:
        return html.Section(
            [*_head(title), _state(refused(seen.cop.reason)), table], className="card", id="performance-cop"
        )
    expected = [("expected", say("expected"))] if any(one.expected for one in seen.bins) else []
    aside: Children = [*keys(expected), text(say("dot: ratio of sums, size: kWh")), text(say("bar: 90%"))]
    return card(GOOD, title, draw(chart), table, aside=aside, at="performance-cop")


def _head(title: str) -> list[Component]:
    return [html.Div(html.H2(title, className="card-title"), className="card-head")]


def _state(state: State) -> Component:
    said: Children = [html.P(state.says, className="state-says"), html.P(state.reason, className="state-reason")]
    if state.settles:
        said.append(html.P([html.B(say("Would settle it:") + " "), state.settles], className="state-settles"))
    return html.Div(said, className="card-state")


def _units(view: View, shown: HeatPump) -> html.Div:
    rows = [
        _unit(view, pump, view.summary.heat_pumps[pump.id].seasonal.get(work_of(view)), here=pump.id == shown.id)
        for pump in view.home.heat_pumps
        if pump.id in view.summary.heat_pumps
    ]
    return html.Div(rows, className="units")


def _unit(view: View, pump: HeatPump, seen: Seasonal | None, *, here: bool) -> html.Div:
    cop = seen.cop if seen else None
    if cop is None or cop.value is None or cop.low is None or cop.high is None:
        why = retold(cop.reason) if cop else say(IDLE[work_of(view)])
        parts = [
            text(formatting.not_known(), "unit-words"),
            text("", "unit-range"),
            text((why or "").split(";")[0], "unit-note"),
        ]
    else:
        figure, _, interval = formatting.cop(cop.value, cop.low, cop.high).partition(" ")
        bar = {"left": f"{min(cop.low / 6, 1) * 100:.1f}%", "width": f"{min((cop.high - cop.low) / 6, 1) * 100:.1f}%"}
        dot = {"left": f"{min(cop.value / 6, 1) * 100:.1f}%"}
        kind = "cool" if cop.work == "cooling" else "heat"
        line = [html.Span(className="unit-bar", style=bar), html.Span(className="unit-dot", style=dot)]
        at = f"heat_pumps.{pump.id}.seasonal.{work_of(view)}.cop"
        bounds = Shown(interval.strip("()"), f"{at}.low")
        note = joined(bounds, say("rung {letter}", letter=cop.rung), cop.boundary or "", by=" · ")
        parts = [
            text(Shown(figure, f"{at}.value"), f"unit-figure {kind}-ink fig"),
            html.Span(line, className=f"unit-range {kind}", **aria(hidden="true")),
            text(note, "unit-note"),
        ]
    name = dcc.Link(
        text(pump.name or pump.id),
        href=address(view.question, pump=pump.id),
        className="unit-name",
        title=say("Show this one"),
    )
    return html.Div([name, *parts], className="unit here" if here else "unit")


def ladder(pump: HeatPump, use: PumpUse) -> html.Section:
    """Return how the COP of a heat pump is known: every rung's promise and state, and what would narrow it."""
    title = say("How it is known: {pump}", pump=pump.name or pump.id)
    if not use.ladder:
        return card(refused(use.cop.reason), title, at="performance-ladder")
    rows = [_rung(rung, f"heat_pumps.{pump.id}.ladder.{number}") for number, rung in enumerate(use.ladder)]
    rungs = html.Ol(rows, className="rungs")
    said: list[Component] = []
    if use.narrower:
        said.append(html.P([html.B(say("To know it better:") + " "), retold(use.narrower), "."]))
    if use.cop.boundary:
        said.append(html.P([html.B(f"{use.cop.boundary}: "), f"{say(BOUNDARY[use.cop.boundary])}."]))
    return card(GOOD, title, rungs, html.Div(said, className="better"), at="performance-ladder")


def _rung(rung: Rung, at: str) -> html.Li:
    state = rung.state
    if state == "gathering":
        have, need = Shown(str(rung.have), f"{at}.have"), Shown(str(rung.need), f"{at}.need")
        state_words: str = sentence(say("{have} of {need} days gathered"), have=have, need=need)
    elif rung.state in ("refused", "not fitted") and rung.reason:
        state_words = f"{state_word(rung.state)}: {retold(rung.reason)}"
    else:
        state_words = state_word(rung.state)
    bar = []
    if rung.state == "gathering" and rung.need:
        bar = [progress((rung.have or 0) / rung.need, state_words)]
    method = retold(rung.method)
    words = [html.B(method[:1].upper() + method[1:]), text(state_words, "rung-state"), *bar]
    return html.Li(
        [
            text(rung.rung, "rung-letter"),
            html.Span(words, className="rung-words"),
            text(Shown(retold(rung.promise), f"{at}.promise"), "rung-promise"),
        ],
        className="rung in-use" if rung.state == "in use" else "rung",
        title=retold(rung.fits),
    )


def run(view: View, pump: HeatPump, use: PumpUse) -> list[html.Section]:
    """Return what starting, defrosting and resting cost: one number and one sentence each."""
    at = f"heat_pumps.{pump.id}"
    return [_cycling(use, at), _defrost(view, use, at), _standby(view, use, at)]


def _cycling(use: PumpUse, at: str) -> html.Section:
    seen = use.cycling
    if seen.starts is None:
        return card(refused(seen.reason), say("Cycling"), at="performance-cycling")
    at = f"{at}.cycling"
    all_starts = Shown(formatting.number(seen.starts, 0), f"{at}.starts")
    told = [sentence(say_many("{n} start in all.", "{n} starts in all.", seen.starts, n="{n}"), n=all_starts)]
    if seen.median_period_min is not None:
        between = Shown(formatting.duration(seen.median_period_min * 60), f"{at}.median_period_min")
        told.append(sentence(say("From one start to the next {duration} at the median."), duration=between))
    if seen.peak_starts_per_hour is not None:
        peak = Shown(formatting.number(seen.peak_starts_per_hour, 0), f"{at}.peak_starts_per_hour")
        told.append(sentence(say("At most {starts} in one hour."), starts=peak))
    said = children(joined(*told))
    number = _figure(f"{at}.starts_per_day", formatting.number(seen.starts_per_day, 0), say("starts a day"))
    if seen.short_cycling:
        state = State(
            "estimated",
            say("Short cycling"),
            sentence(
                say_many(
                    "on {n} day: a smaller step or a larger room would rest it",
                    "on {n} days: a smaller step or a larger room would rest it",
                    seen.short_days or 0,
                    n="{n}",
                ),
                n=Shown(formatting.number(seen.short_days, 0), f"{at}.short_days"),
            ),
        )
        return card(state, say("Cycling"), number, html.P(said), at="performance-cycling")
    return card(GOOD, say("Cycling"), number, html.P(said, className="card-sub"), at="performance-cycling")


def _defrost(view: View, use: PumpUse, at: str) -> html.Section:
    seen, currency = use.defrosting, view.summary.bill.currency
    if seen.count is None or seen.kwh is None:
        return card(refused(seen.reason), say("Defrost"), at="performance-defrost")
    heating = use.seasonal.get("heating")
    part = ""
    if heating and heating.kwh:
        share = Shown(formatting.share(seen.kwh / heating.kwh, digits=1), f"{at}.seasonal.heating.kwh")
        part = sentence(say("{share} of heating"), share=share)
    cost = Shown(formatting.money(seen.cost, currency), f"{at}.defrosting.cost") if seen.cost else ""
    count = Shown(formatting.number(seen.count, 0), f"{at}.defrosting.count")
    said = (
        sentence(say("{count} defrosts, known by {evidence}."), count=count, evidence=retold(seen.evidence))
        if seen.evidence
        else sentence(say_many("{n} defrost.", "{n} defrosts.", seen.count, n="{n}"), n=count)
    )
    aside = joined(cost, part, by=" · ")
    return card(
        GOOD,
        say("Defrost"),
        _figure(f"{at}.defrosting.kwh", formatting.energy(seen.kwh), aside),
        html.P(children(said), className="card-sub"),
        at="performance-defrost",
    )


def _standby(view: View, use: PumpUse, at: str) -> html.Section:
    seen, currency = use.standby, view.summary.bill.currency
    if seen.watts is None:
        return card(refused(seen.reason), say("Standby"), at="performance-standby")
    paid = say("{amount} so far") if view.question.running else say("{amount} in all")
    at = f"{at}.standby"
    cost = sentence(paid, amount=Shown(formatting.money(seen.cost, currency), f"{at}.cost")) if seen.cost else ""
    said = []
    if seen.mean_watts is not None and seen.mean_watts - seen.watts >= 1:
        mean = Shown(formatting.power(seen.mean_watts), f"{at}.mean_watts")
        said.append(sentence(say("{power} at the mean, crankcase heater included."), power=mean))
    if seen.hours is not None and seen.kwh is not None:
        hours = Shown(formatting.number(seen.hours, 0), f"{at}.hours")
        kwh = Shown(formatting.energy(seen.kwh), f"{at}.kwh")
        said.append(sentence(say("It rested {hours} h and took {kwh}."), hours=hours, kwh=kwh))
    return card(
        GOOD,
        say("Standby"),
        _figure(f"{at}.watts", formatting.power(seen.watts), cost),
        html.P(children(joined(*said)), className="card-sub"),
        at="performance-standby",
    )


def _figure(place: str, figure: str, aside: str) -> html.P:
    return html.P([opens(place, figure, "number fig"), text(aside, "number-aside")], className="number-line")


def normal(seen: Seasonal, at: str) -> str:
    """Say whether a COP is what the weather leads to expect; `at` is where in the Summary it stands."""
    low, high = seen.cop.low, seen.cop.high
    if low is None or high is None or seen.expected is None:
        return ""
    ends = f"{formatting.number(seen.expected.low, 1)}–{formatting.number(seen.expected.high, 1)}"
    expected = Shown(ends, f"{at}.expected.low")
    if high < seen.expected.low:
        return sentence(say("less than the {expected} expected for this weather"), expected=expected)
    if low > seen.expected.high:
        return sentence(say("more than the {expected} expected for this weather"), expected=expected)
    return say("as expected for this weather")

"""The page Now as a component tree, in its states."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest
from dash.development.base_component import Component
from hypothesis import given
from hypothesis import strategies as st

from dashboard import heroes
from dashboard.components import Framed, Prop, live_props
from dashboard.heroes import Page
from dashboard.pages.now import moving, props, render
from dashboard.push import Outbox
from dashboard.queries import Books
from heatledger.billed import Outlook
from heatledger.hearing import LiveValue
from heatledger.home import Home
from heatledger.live import now
from heatledger.rounding import rounded
from heatledger.summary import (
    BaselineSummary,
    BillSummary,
    Cop,
    Electricity,
    Period,
    PumpUse,
    Quantiles,
    Summary,
)
from tests.dashboard.house import AT_US, HOUSE, RATE, key, latest, spoken


def summary(total="215.94", *, days=31, cop=None, reason=None):
    start = datetime(2026, 1, 3, tzinfo=ZoneInfo("America/Chicago"))
    none = Cop(value=None, low=None, high=None, method=None, boundary=None, reason="no heat is measured: a heat meter")
    return Summary(
        home="maple",
        period=Period(start=start, end=start.replace(month=2)),
        as_of=start,
        electricity=Electricity(
            kwh=45.8,
            by_meter={},
            by_zone={},
            unallocated_kwh=None,
            unallocated_cost=None,
            by_mode={},
            coverage=1,
            estimated_kwh=0,
        ),
        heat_pumps={
            "mini": PumpUse(
                electricity_kwh=1,
                heat_kwh=None,
                cooling_kwh=None,
                cop=cop or none,
                starts=None,
                defrosts=None,
                standby_w=None,
            )
        },
        bill=BillSummary(currency="USD", total=total, lines=[], estimated=False, projected=Quantiles(), reason=reason),
        baseline=BaselineSummary(
            system=None, bill=Quantiles(), saving=Quantiles(), because=[], refused="too soon: day 6 of 14"
        ),
        issues=[],
    )


def page(changes=None, *, home=HOUSE, rate=RATE, values=None, books=None, **given):
    heard = latest(**(changes or {})) if values is None else values
    seen = now(home, heard, rate=rate, at_us=AT_US)
    kept = Books(summary(), summary("11.15")) if books is None else books
    fields = {"described": True, "connected": True, "ingest_online": True, **given}
    return Page(home=home, now=seen, books=kept, at=datetime.fromtimestamp(AT_US / 1e6, UTC), **fields)


def words(component):
    if isinstance(component, str):
        return component
    if isinstance(component, list | tuple):
        return "".join(words(child) for child in component)
    return words(getattr(component, "children", None) or "") if isinstance(component, Component) else ""


def find(tree, name):
    return tree if getattr(tree, "id", None) == name else tree[name]


def said(tree, name):
    return words(find(tree, f"now-{name}"))


def test_live():
    tree = render(page())
    assert said(tree, "time") == "6:42 pm"
    assert said(tree, "date") == "Tue Jan 20"
    assert (said(tree, "outdoor"), said(tree, "live")) == ("19°", "Live")
    assert (said(tree, "cost"), said(tree, "cost-unit")) == ("$1.09", "/h")
    assert (said(tree, "pumps"), said(tree, "rest")) == ("$0.56", "$0.53")
    assert (said(tree, "bill-label"), said(tree, "bill"), said(tree, "bill-day")) == (
        "Bill since Jan 3",
        "$215.94",
        "day 18 of 31",
    )
    assert said(tree, "budget") == "$380 budget"
    assert "not known yet" in said(tree, "heading")
    assert (said(tree, "zone-living-temp"), said(tree, "zone-living-set"), said(tree, "zone-living-cost")) == (
        "70°",
        "set 70°",
        "$0.37 /h",
    )
    assert said(tree, "zone-study-cost") == "idle"
    assert (said(tree, "today"), said(tree, "today-note")) == ("$11.15", "45.8 kWh")


def _heading(budget="380.00", **outlook):
    seen = Outlook(**outlook)
    books = summary()
    bill = msgspec.structs.replace(books.bill, outlook=seen, projected=seen.projected)
    home = msgspec.structs.replace(HOUSE, budget=None if budget is None else Decimal(budget))
    return render(page(home=home, books=Books(msgspec.structs.replace(books, bill=bill), summary("11.15"))))


def test_the_bill_says_where_it_is_heading_and_hatches_the_band():
    tree = _heading(projected=Quantiles(p10="345.60", p50="366.00", p90="388.90"), chance=0.72)
    assert said(tree, "heading") == "Heading for $346–389"
    assert said(tree, "budget") == "72% to keep $380"
    widths = {name: find(tree, f"now-bar-{name}").style["width"] for name in ("paid", "gap", "band")}
    assert widths == {"paid": "51.7%", "gap": "31.0%", "band": "10.4%"}  # of 1.1 × 380 = 418
    assert "hatch-part" in find(tree, "now-bar-band").className


def test_too_soon_says_when_it_will_be_known():
    tree = _heading(reason="too soon", known_from=date(2026, 1, 31))
    assert said(tree, "heading") == "Where it ends is known from Jan 31"
    assert said(tree, "budget") == "$380 budget"


def test_not_known_has_its_reason_and_never_a_zero():
    tree = render(page())
    assert (said(tree, "cop"), said(tree, "cop-note")) == ("Not known", "no heat is measured")
    assert (said(tree, "saved"), said(tree, "saved-note")) == ("Not known", "too soon")


def test_a_known_cop_travels_with_its_interval_and_method():
    cop = Cop(value=2.24, low=1.8, high=2.7, method="unit map", boundary="H4", reason=None)
    tree = render(page(books=Books(summary(), summary(cop=cop))))
    assert (said(tree, "cop"), said(tree, "cop-aside"), said(tree, "cop-note")) == ("2.2", "1.8–2.7", "unit map · H4")


def test_empty():
    tree = render(page(values={}, books=Books(reason="the store is not answering")))
    assert (said(tree, "cost"), said(tree, "bill"), said(tree, "today")) == ("Not known",) * 3
    assert said(tree, "live") == "nothing heard yet"
    assert said(tree, "outdoor-word") == "outside not known"
    assert said(tree, "heading") == "the store is not answering"
    assert "$0" not in words(tree)


def test_a_silent_device_is_a_dash_with_its_last_value():
    changes = {"desk_temp": spoken(16.1, ago_s=2040), "desk_action": spoken("idle", ago_s=2040)}
    tree = render(page(changes))
    assert find(tree, "now-zone-study").className == "tile stale"
    assert (said(tree, "zone-study-temp"), said(tree, "zone-study-set"), said(tree, "zone-study-cost")) == (
        "",
        "was 61°",
        "no data since 6:08 pm",
    )
    assert said(tree, "live") == "1 of 8 silent"
    lines = "Since 6:08 pm no data from Study. Since 6:08 pm no data from Desk."
    assert words(find(tree, "now-silent-lines")) == lines.replace(". ", ".")
    assert find(tree, "now-badge").title == lines


def test_silence_of_another_day_says_which_and_of_never_says_so():
    changes = {"desk_temp": spoken(16.1, ago_s=86_400), "desk_action": spoken("idle", ago_s=86_400)}
    assert said(render(page(changes)), "zone-study-cost") == "no data since Jan 19, 6:42 pm"
    nothing = render(page(values={}))
    assert said(nothing, "zone-study-cost") == "no data yet"
    assert "No data from Study yet." in words(find(nothing, "now-silent-lines"))


def test_a_silent_meter_says_at_least_and_at_most():
    tree = render(page({"multi": spoken(494.8, ago_s=2040)}))
    assert said(tree, "cost") == "$1.09"
    assert (said(tree, "pumps-label"), said(tree, "pumps")) == ("Heat pumps at least", "$0.37")
    assert (said(tree, "rest-label"), said(tree, "rest")) == ("rest at most", "$0.72")


def test_main_meter_silent():
    tree = render(page({"main_a": spoken(1500.0, ago_s=2040), "main_b": spoken(1.0, ago_s=2040)}))
    assert (said(tree, "costing-label"), said(tree, "cost")) == ("Costing now, at least", "$0.56")
    assert (said(tree, "rest-label"), said(tree, "rest")) == ("Main meter is not heard", "")


def test_no_tariff_shows_power():
    tree = render(
        page(rate=None, books=Books(summary(None, reason="no tariff"), summary(None, reason="no tariff: name one")))
    )
    assert (said(tree, "costing-label"), said(tree, "cost"), said(tree, "cost-unit")) == ("Drawing now", "2.84 kW", "")
    assert (said(tree, "pumps"), said(tree, "rest")) == ("1.46 kW", "1.38 kW")
    assert said(tree, "heading") == "no tariff"
    assert (said(tree, "today"), said(tree, "today-note")) == ("45.8 kWh", "no tariff")
    assert said(tree, "zone-living-cost") == "964 W /h".removesuffix(" /h")


def test_export():
    tree = render(page({"main_a": spoken(-1240.0), "main_b": spoken(0.0), "split": spoken(0.0), "multi": spoken(0.0)}))
    assert (said(tree, "costing-label"), said(tree, "cost")) == ("Costing now, feeding in 1.24 kW", "$0.00")


def test_no_home_file_shows_what_is_heard():
    bare = Home(id="maple", name="home", timezone="UTC", currency="USD")
    tree = render(
        page(home=bare, rate=None, described=False, books=Books(reason="no home file yet"), powers=(("plug1", 963.5),))
    )
    assert "not described yet" in words(tree)
    assert said(tree, "powers") == "plug1964 W"
    assert said(tree, "live") == "Live"


@pytest.mark.parametrize(
    ("given", "badge"), [({"connected": False}, "broker not reached"), ({"ingest_online": False}, "ingest is stopped")]
)
def test_who_cannot_be_reached_is_said(given, badge):
    assert said(render(page(**given)), "live") == badge


def test_two_heads_share_one_outdoor_unit():
    tree = render(page({"desk_action": spoken("heating")}))
    assert said(tree, "zone-study-cost") == said(tree, "zone-bedroom-cost") == "shares $0.19"


@given(watts=st.tuples(*[st.floats(0, 9000, allow_nan=False)] * 4))
def test_printed_parts_add_up_to_the_printed_total(watts):
    names = ("main_a", "split", "multi", "heater")
    seen = page({name: LiveValue(value, AT_US) for name, value in zip(names, watts, strict=True)}).now
    parts = heroes.split(seen)
    digits = 3 if abs(seen.total.cost) < Decimal("0.0995") else 2
    assert parts.pumps + parts.rest == rounded(seen.total.cost, digits)


def test_more_zones_than_fit_are_counted():
    raw = msgspec.to_builtins(HOUSE)
    raw["zones"] = [*raw["zones"], *({"id": f"z{number}", "name": f"Zone {number}"} for number in range(9))]
    tree = render(page(home=msgspec.convert(raw, Home)))
    assert said(tree, "zones-more") == "+3 more"


def test_only_what_changed_differs_between_two_moments():
    before, after = props(page()), props(page({"living_temp": spoken(22.3)}))
    names = ("now-zone-living-temp", "now-night-inside")  # the room, and the mean of all rooms
    assert {prop for prop in after if before.get(prop) != after[prop]} == {Prop(name, "children") for name in names}


def test_what_a_reading_moves_is_on_the_page_and_as_the_page_has_it():
    seen = page({"living_temp": spoken(22.3)})
    whole, moved = props(seen), live_props(moving(seen))
    assert {Prop("now-zone-living-temp", "children"), Prop("now-cost", "children")} <= set(moved)
    assert {prop: whole[prop] for prop in moved} == moved


def test_who_is_heard_comes_whole_when_one_more_is_and_else_text_by_text():
    outbox = Outbox()
    outbox.due(props(page()), 0.0)
    changed = outbox.due(props(page({"split": spoken(963.5, ago_s=3600)})), 10.0)[0]
    told = {name: values for name, values in changed.items() if name.startswith("now-source")}
    assert {"children": "1 h ago"} in told.values()
    assert "now-sources-rows" not in told
    newcomer = latest() | {key("attic", "power"): spoken(5.0)}
    assert len(outbox.due(props(page(values=newcomer)), 20.0)[0]["now-sources-rows"]["children"]) > 1


def test_every_page_has_the_same_elements_in_every_state():
    """Pushes only reach what stands in the layout: a state may not bring elements of its own, but in a frame."""

    def elements(seen):
        found = props(seen)
        framed = {inner for value in found.values() if isinstance(value, Framed) for inner in value.holds}
        return {prop.id for prop in found if prop not in framed}

    good = elements(page())
    for other in (
        page(values={}),
        page({"main_a": None}),
        page(rate=None),
        page(dict.fromkeys(("desk_temp", "outdoor"))),
    ):
        assert elements(other) == good
    assert key("x", "power").home == HOUSE.id


def test_parts_of_a_total_in_cents_are_printed_in_cents_and_of_a_small_one_in_tenths():
    tree = render(page({"main_a": spoken(0.0), "main_b": spoken(330.0), "split": spoken(80.0), "multi": spoken(130.0)}))
    assert (said(tree, "cost"), said(tree, "pumps"), said(tree, "rest")) == ("$0.13", "$0.08", "$0.05")
    tree = render(page({"main_a": spoken(0.0), "main_b": spoken(219.0), "split": spoken(80.0), "multi": spoken(61.0)}))
    assert (said(tree, "cost"), said(tree, "pumps"), said(tree, "rest")) == ("8.4 ¢", "5.4 ¢", "3.0 ¢")


def test_history_that_is_still_being_filled_in_is_said():
    assert "filled in" not in said(render(page()), "today-note")
    filling = page(filling_to=datetime(2025, 11, 3, 6, tzinfo=UTC))
    assert "older history is being filled in, back to Nov 3, 2025" in said(render(filling), "today-note")

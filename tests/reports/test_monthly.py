"""The statement: a month in words and figures, the same as text and as HTML."""

import html
import re
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.home import Zone
from heatledger.statement.tables import column
from heatledger.summary import Cop, PumpUse, Quantiles, ZoneUse
from reports.monthly import has_data, render

OCTOBER = """\
Maple Street 14
Oct 1 – Oct 31, 2026 · 31 days

Your October bill: $108.20
655.3 kWh of electricity in 31 days, $3.49 a day. A part of it is estimated.

Heat pumps: 300.1 kWh · 46% of the electricity
COP: 2.6 (2.1–3.0) · unit map · H4 · 90% sure
Saved vs ducted: $31 ($3–$60) · 8 chances in 10

WHERE IT WENT
Living room                                                 199.8 kWh   $28.32
Bedroom                                                     100.3 kWh   $14.23
Everything else                                             355.2 kWh   $50.36
Fixed charge                                                            $15.29
Total                                                       655.3 kWh  $108.20

WHAT MAKES THE SAVING
Duct losses                                                               +$19
Idle rooms heated too                                                     +$17
Price of its hours                                                         −$5

THE LINES
Energy                                          655.25 kWh × $0.14180   $92.91
Customer charge                                     31 days × $0.4931   $15.29
Total                                                                  $108.20

HEAT PUMPS
Mini-split: 300.1 kWh used, 780.2 kWh of heat, 212 starts, 1 defrost, 11 W on
  standby. COP 2.6 (2.1–3.0) · unit map · H4 · 90% sure. H4: all the unit
  draws.

WORTH KNOWING
Check: Main meter stood still on Oct 19. Look at its plug.
Note: Outdoor unit was silent for 3 h.

HOW IT WAS MEASURED
99.6% of Oct 1 – Oct 31, 2026 was measured; 2 h 59 min silent. 1.3 kWh is
estimated. A part of the bill is estimated.
Meters: Main meter 655.3 kWh; Outdoor unit 300.1 kWh.
Rooms: Bedroom, Living room by head demand.
Electricity is read from the meters’ own counters where they have one, else
from power over time; a gap is shown, never filled.
This is not an invoice: your utility’s bill is the one you owe. As of Nov 2,
2026, 7:00 am.
"""
UNKNOWN_COP = Cop(value=None, low=None, high=None, method=None, boundary=None, reason="no sensor tells the heat")


def figures(text):
    """Every number of a text with its sign and unit sign, in order."""
    return re.findall(r"[−+]?\$?\d[\d,]*(?:\.\d+)?%?", text)


def text_of(page):
    """What a reader sees of HTML: no head, no styles, no tags."""
    body = page[page.index("<body") :]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body)))


def rows_below(text, heading):
    return text.split(f"{heading}\n")[1].split("\n\n")[0].splitlines()


def test_the_month_in_words(october, home):
    statement = render(october, home)
    assert statement.subject == "October: $108.20"
    assert statement.text == OCTOBER


def variants():
    unknown = msgspec.structs.replace
    yield "as it was", lambda summary, _: summary
    yield "so far", lambda summary, _: unknown(summary, as_of=datetime(2026, 10, 11, tzinfo=ZoneInfo("UTC")))
    yield "no bill", lambda summary, change: change(summary, "bill", total=None, lines=[], reason="no tariff")
    yield "no saving", lambda summary, change: change(summary, "baseline", refused="fewer than 14 days")
    yield "no energy", lambda summary, change: change(summary, "electricity", kwh=None, unallocated_kwh=None)


@pytest.mark.parametrize("variant", [row[1] for row in variants()], ids=[row[0] for row in variants()])
def test_text_and_html_say_the_same_figures(october, home, change, variant):
    statement = render(variant(october, change), home)
    assert sorted(figures(text_of(statement.html))) == sorted(figures(statement.text))
    assert len(figures(statement.text)) > 20


def test_printed_parts_add_up_to_the_printed_totals(october, home):
    rows = rows_below(render(october, home).text, "WHERE IT WENT")
    amounts = [Decimal(re.search(r"\$([\d.]+)$", row)[1]) for row in rows]
    energies = [Decimal(found[1]) for row in rows if (found := re.search(r"([\d.]+) kWh", row))]
    assert sum(amounts[:-1]) == amounts[-1]
    assert sum(energies[:-1]) == energies[-1]


@given(
    st.lists(st.none() | st.decimals(min_value=-99, max_value=99, places=4), max_size=10),
    st.decimals(min_value=-99, max_value=99, places=4),
)
def test_a_column_with_its_rest_adds_up_whatever_is_unknown(parts, total):
    printed, rest = column(parts, total, 2)
    known = [Decimal(figure) for figure in printed if figure != "Not known"]
    assert sum(known, Decimal(rest or 0)) == Decimal(column([total], total, 2)[0][0])
    assert [figure == "Not known" for figure in printed] == [part is None for part in parts]


def test_what_is_not_known_says_why(october, home, change):
    pump = PumpUse(
        electricity_kwh=None,
        heat_kwh=None,
        cooling_kwh=None,
        cop=UNKNOWN_COP,
        starts=None,
        defrosts=None,
        standby_w=None,
    )
    summary = msgspec.structs.replace(october, heat_pumps={"split": pump})
    summary = change(summary, "bill", total=None, lines=[], estimated=False, reason="no tariff: name one")
    summary = change(summary, "baseline", refused="too soon: fewer days would be a guess", saving=Quantiles())
    statement = render(summary, home)
    assert statement.subject == "October: bill not known"
    assert "Your October bill: Not known\nNo tariff: name one. Electricity used: 655.3 kWh." in statement.text
    assert "COP: Not known · No sensor tells the heat." in statement.text
    assert "Saved vs ducted: Not known · Too soon: fewer days would be a guess." in statement.text
    assert "Heat pumps: Not known · No meter of a heat pump was heard." in statement.text
    assert "$0.00" not in statement.text
    assert "None" not in statement.text
    assert "nan" not in statement.html


def test_a_zone_that_is_not_known_leaves_its_share_not_allotted(october, home, change):
    zones = {
        **october.electricity.by_zone,
        "bed": ZoneUse(kwh=None, cost=None, cost_of_heat_per_kwh=None, split=None),
    }
    rows = rows_below(render(change(october, "electricity", by_zone=zones), home).text, "WHERE IT WENT")
    assert re.match(r"Bedroom +Not known +Not known$", rows[1])
    assert re.match(r"Not allotted +100.3 kWh +\$29.52$", rows[-2])


@pytest.mark.parametrize(
    ("quantiles", "said"),
    [
        (("3", "31", "60"), "Saved vs ducted: $31 ($3–$60)"),
        (("-40", "-12", "-3"), "Cost vs ducted: $12 more ($3–$40 more)"),
        (("-5", "31", "88"), "Saved vs ducted: $31 ($5 more to $88 less)"),
        (("0", "0.00", "0"), "Saved vs ducted: $0 ($0–$0)"),
    ],
)
def test_a_negative_saving_is_said_in_words(october, home, change, quantiles, said):
    saving = Quantiles(p10=quantiles[0], p50=quantiles[1], p90=quantiles[2])
    text = render(change(october, "baseline", saving=saving, because=[]), home).text
    assert f"{said} · 8 chances in 10" in text
    assert "−$" not in text


def test_a_credit_larger_than_the_use_is_a_negative_bill(october, home, change):
    credit = msgspec.structs.replace(october.bill.lines[0], kind="credit", label="Solar credit", amount="-200.00")
    lines = [*october.bill.lines, credit]
    summary = change(october, "bill", total="-91.80", lines=lines)
    statement = render(summary, home)
    assert statement.subject == "October: −$91.80"
    assert "−$200.00" in statement.text
    assert sorted(figures(text_of(statement.html))) == sorted(figures(statement.text))


def test_a_true_zero_is_a_zero_and_not_unknown(october, home, change):
    zones = {
        name: msgspec.structs.replace(use, kwh=0.0, cost="0.00") for name, use in october.electricity.by_zone.items()
    }
    summary = change(october, "electricity", by_zone=zones, kwh=0.0, unallocated_kwh=0.0, unallocated_cost="0.00")
    summary = change(summary, "bill", total="0.00", lines=[], estimated=False)
    text = render(summary, home).text
    assert "Your October bill: $0.00" in text
    assert re.search(r"Living room +0\.00 kWh +\$0\.00", text)


@pytest.mark.parametrize("count", [1, 10])
def test_one_zone_and_ten_add_up(october, home, change, count):
    zones = tuple(Zone(id=f"room{number}", name=f"Room {number}") for number in range(count))
    use = {
        zone.id: ZoneUse(kwh=655.25 / count, cost=str(Decimal("92.91") / count), cost_of_heat_per_kwh=None, split=None)
        for zone in zones
    }
    summary = change(october, "electricity", by_zone=use, unallocated_kwh=None, unallocated_cost=None)
    rows = rows_below(render(summary, msgspec.structs.replace(home, zones=zones)).text, "WHERE IT WENT")
    amounts = [Decimal(re.search(r"\$([\d.]+)$", row)[1]) for row in rows]
    assert len(rows) == count + 2
    assert sum(amounts[:-1]) == amounts[-1] == Decimal("108.20")


def test_hostile_names_are_text_and_stay_on_one_line(october, home):
    zones = (Zone(id="living", name="<script>alert(1)</script>"), Zone(id="bed", name='Tom & "Jo"\nSubject: x'))
    statement = render(october, msgspec.structs.replace(home, name="<b>Mine</b>", zones=zones))
    assert "<script" not in statement.html
    assert "<b>Mine" not in statement.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in statement.html
    assert 'Tom & "Jo" Subject: x ' in statement.text


def test_the_page_needs_no_picture_and_no_script_and_is_small(october, home):
    page = render(october, home).html
    assert len(page.encode()) < 100_000
    assert not re.search(r"<img|<script|<link|url\(|https?:", page)
    assert 'name="color-scheme" content="light dark"' in page
    assert "prefers-color-scheme:dark" in page


def test_several_heat_pumps_give_a_span_and_no_mean(october, home):
    other = msgspec.structs.replace(home.heat_pumps[0], id="second", name="Second")
    house = msgspec.structs.replace(home, heat_pumps=(*home.heat_pumps, other))
    use = october.heat_pumps["split"]
    cop = msgspec.structs.replace(use.cop, value=3.4, low=3.0, high=3.8)
    both = {"split": use, "second": msgspec.structs.replace(use, cop=cop)}
    assert "COP, by unit: 2.6–3.4 · each unit" in render(msgspec.structs.replace(october, heat_pumps=both), house).text
    one = {"split": use, "second": msgspec.structs.replace(use, cop=UNKNOWN_COP, electricity_kwh=None)}
    text = render(msgspec.structs.replace(october, heat_pumps=one), house).text
    assert "COP of the one known: 2.6" in text
    assert "Heat pumps, at least: 300.1 kWh · 1 of 2 were heard" in text


def test_a_month_under_way_says_so_and_where_it_heads(october, home, change):
    summary = change(october, "bill", projected=Quantiles(p10="98.2", p50="105", p90="121.7"))
    summary = msgspec.structs.replace(summary, as_of=datetime(2026, 10, 11, 18, 42, tzinfo=ZoneInfo("America/Chicago")))
    statement = render(summary, home)
    assert statement.subject == "October so far: $108.20"
    text = " ".join(statement.text.split())
    assert "655.3 kWh of electricity in 11 days. A part of it is estimated. Heading for $98–$122." in text
    assert "As of Oct 11, 2026, 6:42 pm." in text


def test_a_month_in_which_nothing_was_heard_has_no_data(october, change):
    assert has_data(october)
    assert not has_data(change(october, "electricity", kwh=None, coverage=0.0))

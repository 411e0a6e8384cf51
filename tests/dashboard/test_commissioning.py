"""The page of commissioning as components: the answer, each result with its evidence and place, what has changed."""

from datetime import UTC, datetime, timedelta

import pytest
from dash import html

from dashboard import commission_cards as cards
from dashboard.commissioning import Look, stated
from dashboard.pages import commissioning as page
from heatledger.commissioning.finding import Finding
from heatledger.commissioning.record import Job, Record, Unit
from tests.dashboard.house import HOUSE
from tests.dashboard.trees import find, texts

AT = datetime(2026, 11, 23, 18, tzinfo=UTC)


def finding(result, *, check="meter.sign", at="Circuit 7", **more):
    given = {"evidence": "reads −612 W while it runs", "mend": "turn the clamp round", **more}
    return Finding(check=check, group="measurement", name="Power sign", question="Is any clamp the wrong way round?",
                   rule="above zero", source="", at=at, result=result, **given)  # fmt: skip


def look(*findings, kept=()):
    record = Record(home="maple", name="Maple", made_at=AT, start=AT - timedelta(days=7), end=AT, findings=findings)
    return Look(HOUSE, record, tuple(kept), {"maple": "Maple"})


def test_the_answer_names_the_one_thing_in_the_way():
    said = "".join(texts(page.answer(look(finding("fail"), finding("not_testable", check="x")))))
    assert said == "Not ready: Circuit 7: reads −612 W while it runs. Not everything could be tested."


def test_a_fault_has_its_evidence_its_mend_and_its_place():
    (table,) = find(
        html.Div(cards.checks(look(finding("fail", value=-612.0, low=100.0, high=3000.0, unit="W")).record)), "checks"
    )
    shown = texts(table)
    for words in ("Fail", "Reads −612 W while it runs.", "Turn the clamp round.", "Rule: above zero."):
        assert words in shown, words
    (strip,) = find(table, "placed")
    assert getattr(strip, "aria-label") == "−612 W, expected 100 to 3,000 W"


@pytest.mark.parametrize(
    ("value", "low", "high", "band"), [(50.0, 0.0, 100.0, True), (50.0, None, 60.0, True), (None, 0.0, 1.0, False)]
)
def test_a_figure_without_a_range_or_a_value_has_no_strip(value, low, high, band):
    strip = cards.place(finding("pass", value=value, low=low, high=high, mend=""))
    assert bool(find(html.Div(strip), "placed")) is band
    for part in find(html.Div(strip), "mark"):
        assert 0.0 <= float(part.style["left"].rstrip("%")) <= 100.0


def test_what_passed_at_several_places_is_one_row_that_opens():
    passes = [finding("pass", at=f"Circuit {n}", evidence="reads 500 W while it runs", mend="") for n in range(4)]
    (table,) = find(html.Div(cards.checks(look(*passes).record)), "checks")
    shown = texts(table)
    assert "at 4 places" in shown
    assert "Circuit 3: reads 500 W while it runs" in shown


def test_what_is_not_testable_says_what_it_needs():
    shown = texts(html.Div(cards.checks(look(finding("not_testable", mend="a meter that was heard")).record)))
    assert "Needs a meter that was heard." in shown


def test_what_changed_since_the_first_run_is_told_and_nothing_is_said_where_none_was_kept():
    first = look(finding("pass", evidence="reads 600 W while it runs", mend="")).record
    now = look(finding("fail"), kept=[first])
    assert "reads 600 W while it runs → reads −612 W while it runs" in "".join(texts(cards.changed(now)))
    assert cards.changed(look(finding("fail"))) is None


def test_the_form_says_who_and_which_machines_and_leaves_out_what_nobody_said():
    said = stated(HOUSE, {"installer": "us", "model.duo": "M-50", "serial.duo": "7", "model.mini": ""})
    assert said == Job(installer="us", units=(Unit(heat_pump="duo", model="M-50", serial="7"),))

"""The page of commissioning as components: the answer, each result with its evidence and place, what has changed."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from dash import html

from dashboard import commission_cards as cards
from dashboard import trial_cards
from dashboard.commission_drawings import place
from dashboard.commissioning import Look, stated
from dashboard.pages import commissioning as page
from heatledger.commissioning.budget import Doubt, Option
from heatledger.commissioning.chart import Chart
from heatledger.commissioning.finding import Finding
from heatledger.commissioning.record import Job, Record, Unit, compared
from heatledger.commissioning.trial.course import Leg, Trial
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
        html.Div(cards.checks(look(finding("fail", value=-612.0, low=100.0, high=3000.0, unit="W")))), "checks"
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
    strip = place(finding("pass", value=value, low=low, high=high, mend=""), HOUSE)
    assert bool(find(html.Div(strip), "placed")) is band
    for part in find(html.Div(strip), "of-line"):
        assert part.style["maskImage"].startswith('url("data:image/svg+xml,%3Csvg')


def test_what_was_measured_is_drawn_beside_a_fault_and_said_below_it():
    week = Chart(what="Power", unit="W", values=(-600.0, None, -612.0), start_s=int(AT.timestamp()), step_s=86_400)
    shown = html.Div(cards.checks(look(finding("fail", chart=week))))
    (drawn,) = find(shown, "course")
    assert getattr(drawn, "aria-label") == "Power −612 to −600 W; Nov 23 to Nov 26"
    assert "Power −612 to −600 W; Nov 23 to Nov 26" in texts(shown)


def test_what_passed_at_several_places_is_one_row_that_opens():
    passes = [finding("pass", at=f"Circuit {n}", evidence="reads 500 W while it runs", mend="") for n in range(4)]
    (table,) = find(html.Div(cards.checks(look(*passes))), "checks")
    shown = texts(table)
    assert "at 4 places" in shown
    assert "Circuit 3: reads 500 W while it runs" in shown


def test_what_is_not_testable_says_what_it_needs():
    shown = texts(html.Div(cards.checks(look(finding("not_testable", mend="a meter that was heard")))))
    assert "Needs a meter that was heard." in shown


def test_what_changed_since_the_first_run_is_told_and_nothing_is_said_where_none_was_kept():
    first = look(finding("pass", evidence="reads 600 W while it runs", mend="")).record
    now = look(finding("fail"), kept=[first])
    now = msgspec.structs.replace(now, record=compared(now.record, now.kept))
    assert "reads 600 W while it runs → reads −612 W while it runs" in "".join(texts(cards.changed(now)))
    assert cards.changed(look(finding("fail"))) is None


def test_the_form_says_who_and_which_machines_and_leaves_out_what_nobody_said():
    said = stated(HOUSE, {"installer": "us", "model.duo": "M-50", "serial.duo": "7", "model.mini": ""})
    assert said == Job(installer="us", units=(Unit(heat_pump="duo", model="M-50", serial="7"),))


def test_what_would_narrow_a_cop_is_said_by_price_and_what_nobody_can_say_says_why():
    options = (
        Option(sensor="heat_meter", name="A heat meter", cost="under_1000", source="a shop", best=True, rung="A",
               method="heat meter", half_width=0.05, low=2.85, high=3.15, narrows=True),
        Option(sensor="loan", name="14 heating days of known heat (anchors)", cost="free", source="docs",
               reason="its width is known only after them: how far the days scatter about the map"),
        Option(sensor="map", name="A generic map by its size (unit, rated_w)", cost="free", source="docs", rung="E",
               method="rating map", half_width=0.4, low=1.8, high=4.2, narrows=False),
    )  # fmt: skip
    doubt = Doubt(heat_pump="duo", name="Duo", work="heating", cop=3.0, low=2.1, high=3.9, rung="E", reason=None,
                  options=options)  # fmt: skip
    record = msgspec.structs.replace(look(finding("pass")).record, budget=(doubt,))
    shown = "".join(texts(cards.narrowing(record)))
    assert "Duo: COP 3.0 (2.1–3.9)" in shown
    assert "up to €1,000, the best at that price A heat meter would narrow Duo’s COP from 2.1–3.9 to 2.9–3.2." in shown
    assert "not known beforehand; its width is known only after them" in shown
    assert "would not narrow it: ±40% at best" in shown
    assert cards.narrowing(look(finding("pass")).record) is None


def test_each_kept_run_has_its_hand_over():
    first = msgspec.structs.replace(look(finding("pass")).record, version=1)
    (link,) = find_links(cards.runs(look(finding("fail"), kept=[first])))
    assert link.href == f"./commissioning/handover.pdf?home={HOUSE.id}&run=1"
    assert cards.runs(look(finding("fail"))) is None


def test_every_test_run_is_there_with_its_steps_verdicts_and_curves_the_newest_first():
    verdict = finding("fail", check="trial.start", at="Duo", evidence="its compressor had not started 14 min after it")
    power = Chart(what="Power of the whole unit", unit="W", values=(5.0, 900.0), start_s=0, step_s=60)
    asked = Leg(step="rest", asked_s=0.0, began_s=60.0, ended_s=660.0)
    stopped = Trial(
        home="maple", heat_pump="duo", name="Duo", zones=("living",), work="heating", who="Ada", started_at=AT,
        legs=(asked, Leg(step="full", asked_s=660.0, ended_s=1560.0)), outcome="stopped", ended_s=1560.0,
        reason="Ada stopped it", findings=(verdict,), curves=(power,),
    )  # fmt: skip
    before = msgspec.structs.replace(stopped, who="Bo", outcome="finished", reason="")
    shown = trial_cards.tried(msgspec.structs.replace(look(finding("pass")), tried=(stopped, before)))
    words = texts(shown)
    newest, oldest = (word for word in words if word.startswith("Duo, Nov 23, 2026, "))
    assert newest.endswith("by Ada: stopped. Ada stopped it.")
    assert oldest.endswith("by Bo: a whole test run, to its end.")
    for said in ("Off", "At its most", "not reached", "Fail",
                 "Power sign: its compressor had not started 14 min after it"):  # fmt: skip
        assert said in words, said
    assert getattr(find(shown, "course")[0], "aria-label").startswith("Power of the whole unit 5 to 900 W; 2 min from")
    assert "No run has ended yet." in texts(trial_cards.tried(look(finding("pass"))))


def find_links(tree):
    return [part for part in tree._traverse() if isinstance(part, html.A)]

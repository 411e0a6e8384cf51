"""The hand-over as printed: every name, verdict and number of the record is on the paper, every page is drawn."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from functools import cache

import jsonschema_rs
import msgspec
import pytest

from heatledger.commissioning.budget_words import known, told
from heatledger.commissioning.gather import look
from heatledger.commissioning.own_units import in_own_units
from heatledger.commissioning.record import Job, Unit, compared
from heatledger.commissioning.trial.advance import advance
from heatledger.commissioning.trial.course import START_S
from heatledger.commissioning.trial.traces import Trace
from heatledger.home import Head, HeatPump, Home, Meter, Zone
from heatledger.reader import Reader, reading
from heatledger.retelling import retold
from heatledger.statement.record_words import RESULTS, captioned, expected
from heatledger.statement.trial_steps import steps
from heatledger.statement.typeset import record_pdf
from heatledger.wording import say
from tests.commissioning import runs, weeks, wet
from tests.commissioning.bench import Bench

pytestmark = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="apt-get install poppler-utils")
JOB = Job(
    address="1 Example Street", installer="Example Heating", reference="A-17", note="filters cleaned",
    units=(Unit(heat_pump="living", model="M-25", serial="SN 0042"), Unit(heat_pump="pump", model="W-8", serial="7")),
)  # fmt: skip


def tool(*command):
    return subprocess.run(command, capture_output=True, check=True, timeout=120).stdout


def printed(record, home, folder):
    """A record's text in the order it was set, without white space, and its pages as grey pictures."""
    file = folder / "record.pdf"
    file.write_bytes(record_pdf(record, home))
    text = tool("pdftotext", "-raw", file, "-").decode()
    about = tool("pdfinfo", file).decode()
    tool("pdftoppm", "-r", "40", "-gray", file, folder / "page")
    pages = [page.read_bytes() for page in sorted(folder.glob("page-*.pgm"))]
    return dense(text), about, pages


def dense(text):
    return "".join(text.split())


def dark(page):
    """The share of a page that is not white."""
    _, size, _, ink = page.split(b"\n", 3)
    wide, tall = map(int, size.split())
    assert tall / wide == pytest.approx(297 / 210, rel=0.01)  # ISO 216
    return sum(point < 200 for point in ink) / (wide * tall)


def plug():
    """A home with one plug and nothing else: a mini-split on it, no thermometer, no tariff."""
    return Home(
        id="plug", name="One plug", timezone="Europe/Berlin", currency="EUR", zones=(Zone(id="room", name="Room"),),
        meters=(Meter(id="plug", role="circuit", points=("unit",)),),
        heat_pumps=(HeatPump(id="pump", kind="mini_split", meter="plug", heads=(Head(zone="room", device="none"),)),),
    )  # fmt: skip


@cache
def demo():
    blocks, start = weeks.winter()
    turned = weeks.scaled("power", "living room/AC plug", -1.0)
    return weeks.evidence(blocks, start, change=turned), start


@cache
def one_plug():
    heard = [
        block for block in wet.series() if block.key.device == "unit" and block.key.quantity in ("power", "energy")
    ]
    return weeks.evidence(heard, wet.START, home=plug()), wet.START


@cache
def water():
    return weeks.evidence(wet.series(), wet.START, home=wet.HOME), wet.START


@cache
def empty():
    start = datetime(2026, 1, 12, tzinfo=UTC)
    return weeks.evidence([], start, home=Home(id="empty", name="Empty", timezone="UTC", currency="EUR")), start


@pytest.mark.parametrize("make", [demo, one_plug, water, empty])
def test_every_name_verdict_and_number_of_the_record_is_on_the_paper(make, tmp_path):
    seen, start = make()
    record = look(seen, start=start, job=JOB)
    text, about, pages = printed(record, seen.home, tmp_path)
    kept = msgspec.json.decode(msgspec.json.encode(record), type=type(record))
    for words in (record.name, JOB.address, JOB.installer, JOB.reference, JOB.note):
        assert dense(words) in text, words
    for unit in (one for one in JOB.units if one.heat_pump in {pump.id for pump in seen.home.heat_pumps}):
        assert dense(unit.model + unit.serial) in text
    for count, result in zip(kept.counts.values(), kept.counts, strict=True):
        assert dense(f"{count} {RESULTS[result]}") in text or (result == "running" and not count)
    for one in kept.findings:
        own = in_own_units(one.evidence, seen.home)
        whole = f"{RESULTS[one.result]}{f'{one.at}:' if one.at else ''}{own[:1].upper()}{own[1:]}"
        assert dense(whole) in text, whole
        for words in (one.name, one.question, in_own_units(one.rule, seen.home), one.source, expected(one, seen.home)):
            assert dense(words) in text, words
        assert dense(in_own_units(one.mend, seen.home)[1:]) in text, one.mend
        if one.chart is not None:
            assert dense(captioned(one.chart, seen.home)) in text
    for doubt in kept.budget:
        assert dense(known(doubt)) in text
        for option in doubt.options:
            assert dense(told(doubt, option)) in text
    assert "Nameandsignature" in text
    assert "Tagged:          yes" in about
    assert "(A4)" in about
    assert all(dark(page) > 0.005 for page in pages)
    assert len(pages) <= 9


def test_a_fault_is_drawn_darker_than_nothing_and_a_reversed_clamp_lies_below_its_axis(tmp_path):
    seen, start = demo()
    record = look(seen, start=start, job=JOB)
    (fault,) = (one for one in record.findings if one.check == "meter.sign" and one.result == "fail")
    assert max(value for value in fault.chart.values if value is not None) < 0
    bare = msgspec.structs.replace(record, findings=tuple(
        msgspec.structs.replace(one, chart=None, low=None, high=None) for one in record.findings
    ))  # fmt: skip
    (tmp_path / "bare").mkdir()
    drawn = sum(dark(page) for page in printed(record, seen.home, tmp_path)[2])
    assert drawn > sum(dark(page) for page in printed(bare, seen.home, tmp_path / "bare")[2])


def test_an_empty_home_is_not_called_ready_and_says_what_each_check_needs(tmp_path):
    seen, start = empty()
    record = look(seen, start=start)
    text, _, _ = printed(record, seen.home, tmp_path)
    assert "Nothingcouldbelookedatyet." in text
    assert "Ready" not in text
    assert text.count("Nottestable") >= record.counts["not_testable"]
    assert "Addressnotstated" in text


def test_one_plug_knows_its_power_and_says_that_no_cop_is_known(tmp_path):
    seen, start = one_plug()
    record = look(seen, start=start)
    text, _, _ = printed(record, seen.home, tmp_path)
    assert record.counts["pass"] > 0
    assert "pump:COPnotknown:" in text
    assert record.budget[0].cop is None
    assert all(one.low is None for one in record.budget[0].options)  # no interval about a number that is not known


def test_the_paper_speaks_the_readers_language_and_units(tmp_path):
    seen, start = demo()
    record = look(seen, start=start, job=JOB)
    with reading(Reader("de", units="metric")):
        text, _, _ = printed(record, seen.home, tmp_path)
        for one in record.findings:
            assert dense(say(one.name)) in text
            assert dense(retold(one.evidence)[1:]) in text, retold(one.evidence)
            assert dense(say(one.source)) in text
    assert "Übergabeprotokoll" in text
    assert "Mini-split,livingroom:Zeigt" in text, "a name stays what its people gave it"
    assert "Nichtbereit:Mini-split,livingroom:zeigt" in text
    assert "°C" in text
    assert "°F" not in text


def test_a_later_run_is_held_against_the_first_and_carries_the_job(tmp_path):
    blocks, start = weeks.winter()
    first = msgspec.structs.replace(look(weeks.evidence(blocks, start), start=start, job=JOB), version=1)
    seen, _ = demo()
    later = compared(look(seen, start=start), [first])
    assert later.job == msgspec.structs.replace(JOB, note="")
    changed = {one.now.at for one in later.since.changed if one.now.check == "meter.sign"}
    assert changed == {"Mini-split, living room"}
    text, _, _ = printed(later, seen.home, tmp_path)
    assert "Sincerun1ofJan19,2026" in text
    assert "Powersign,Mini-split,livingroom:" in text
    assert "(Pass)" in text


@cache
def whole_run():
    run, heard, _ = runs.driven(Bench(), look=lambda bench: bench.heard(measured=True))
    return runs.ended(run, heard)


@cache
def aborted_run():
    """Somebody switches the unit off ten minutes after it was at its most."""

    def pulls(run, bench):
        if run.leg.step == "full" and run.leg.began_s and bench.clock_s > run.leg.began_s + 600:
            bench.remote.mode = "off"

    run, heard, _ = runs.driven(Bench(), meanwhile=pulls)
    return runs.ended(run, heard)


@cache
def nobodys_run():
    """Nobody switches the unit off: the run waits a quarter of an hour for its first step."""
    _, heard, _ = runs.driven(Bench())
    still = heard._replace(heads=())
    ended = advance(runs.trial(), still._replace(power=Trace(still.power.at_s, still.power.value + 500.0)),
                    runs.unit(), START_S)  # fmt: skip
    return runs.ended(ended, still)


def of_steps(trial, home):
    """What a run's steps say, as the page and the command line have it."""
    return [f"{row.title}{row.went}" for row in steps(trial, home)]


@pytest.mark.parametrize("make", [whole_run, aborted_run, nobodys_run])
def test_a_test_run_is_on_the_paper_with_its_steps_times_verdicts_and_curves(make, tmp_path):
    seen, start = demo()
    trial = make()
    record = look(seen, start=start, job=JOB, trials=[trial])
    text, _, pages = printed(record, seen.home, tmp_path)
    assert dense(f"{trial.name}, Jan 15, 2026, 06:00, by installer: ") in text, "12:00 UTC is 6 in Chicago"
    for words in of_steps(trial, seen.home):
        assert dense(words) in text, words
    for one in trial.findings:
        for words in (one.name, one.question, in_own_units(one.evidence, seen.home)[1:], one.mend[1:]):
            assert dense(words) in text, words
    assert text.count(dense("Standby in the test run")) == 1, "a verdict stands in its run's section alone"
    assert len(trial.curves) >= 3
    for curve in trial.curves:
        assert dense(captioned(curve, seen.home)) in text
    bare = msgspec.structs.replace(record, trials=(msgspec.structs.replace(trial, curves=()),))
    (tmp_path / "bare").mkdir()
    drawn = sum(map(dark, pages))
    assert drawn > sum(map(dark, printed(bare, seen.home, tmp_path / "bare")[2]))


def test_the_steps_of_a_run_say_when_each_was_and_what_it_never_came_to():
    home = demo()[0].home
    assert of_steps(whole_run(), home) == [
        "Off06:01 to 06:11: 10 min", "At its most06:12 to 06:42: 30 min", "Hold at 72 °F06:43 to 07:13: 30 min",
    ]  # fmt: skip
    assert of_steps(aborted_run(), home) == [
        "Off06:01 to 06:11: 10 min", "At its most06:12 to 06:23: broken off after 11 min of 30 min", "Holdnot reached",
    ]  # fmt: skip
    assert of_steps(nobodys_run(), home) == [
        "Offasked for at 06:00, did not begin", "At its mostnot reached", "Holdnot reached"
    ]  # fmt: skip
    long = whole_run().legs[1]
    defrosted = msgspec.structs.replace(long, extended_s=360.0, ended_s=long.ended_s + 360.0)
    run = msgspec.structs.replace(whole_run(), legs=(whole_run().legs[0], defrosted, whole_run().legs[2]))
    assert of_steps(run, home)[1] == "At its most06:12 to 06:48: 36 min, 6 min of it to make up for defrosts"


def test_a_home_without_a_test_run_says_what_would_make_one(tmp_path):
    for make, said in ((one_plug, "No run has ended yet. One takes an hour and a quarter beside the unit, on a phone"),
                       (empty, "None can be made: the home file names no heat pump.")):  # fmt: skip
        seen, start = make()
        text, _, _ = printed(look(seen, start=start), seen.home, tmp_path)
        assert dense(said) in text
        assert dense("upright line") not in text
    seen, start = one_plug()
    text, _, _ = printed(look(seen, start=start), seen.home, tmp_path)
    assert dense("pump: None was made yet. → Needs a guided test run, an hour and a quarter beside the unit.") in text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Mini-split, living room, 15. Jan. 2026, 06:00, von installer: abgebrochen. Living room"),
        ("fr", "Mini-split, living room, 15 janv. 2026, 06:00, par installer : interrompu. Living room"),
    ],
)
def test_a_test_run_is_told_in_the_readers_language(language, said, tmp_path):
    seen, start = demo()
    record = look(seen, start=start, trials=[aborted_run()])
    with reading(Reader(language, units="metric")):
        text, _, _ = printed(record, seen.home, tmp_path)
        assert dense(said) in text
        for words in of_steps(aborted_run(), seen.home):
            assert dense(words) in text, words


def test_what_is_kept_of_a_run_is_small_and_as_it_was_heard():
    """A week's record with one run stays a few tens of kilobytes; its power curve is of the readings' means."""
    trial = whole_run()
    assert len(msgspec.json.encode(trial)) < 15_000
    power = trial.curves[0]
    assert (power.what, power.unit, power.start_s) == ("Power of the whole unit", "W", int(runs.STARTED.timestamp()))
    full = trial.legs[1]
    inside = [
        value for number, value in enumerate(power.values)
        if full.began_s + 120 <= number * power.step_s <= full.ended_s - 120
    ]  # fmt: skip
    (reached,) = (one.value for one in trial.findings if one.check == "trial.power")
    assert max(inside) == pytest.approx(reached, rel=0.02)
    assert power.marks_s == tuple(round(leg.asked_s) for leg in trial.legs[1:])
    cop = next(curve for curve in trial.curves if curve.what == "COP by heat meter")
    assert max(value for value in cop.values if value is not None) < 6.0
    assert not any("COP" in curve.what for curve in aborted_run().curves), "no heat was measured in that one"


def test_the_same_record_gives_the_same_paper(tmp_path):
    seen, start = empty()
    record = look(seen, start=start)
    assert record_pdf(record, seen.home) == record_pdf(record, seen.home)


def test_the_record_is_what_the_published_schema_says():
    seen, start = water()
    told_of = json.loads(msgspec.json.encode(compared(look(seen, start=start, job=JOB), [look(seen, start=start)])))
    schema = json.loads((weeks.shipped_dir() / "schema" / "commissioning.schema.json").read_text(encoding="utf-8"))
    assert jsonschema_rs.is_valid(schema, told_of)
    assert told_of["since"]["changed"] == []
    del told_of["findings"][0]["result"]
    assert not jsonschema_rs.is_valid(schema, told_of)


def test_a_third_run_is_held_against_the_first_and_not_the_second():
    seen, start = empty()
    first = msgspec.structs.replace(look(seen, start=start), version=1)
    again = msgspec.structs.replace(first, version=2, made_at=first.made_at + timedelta(days=30))
    later = compared(look(seen, start=start), [first, again])
    assert (later.since.version, later.since.made_at, later.since.changed) == (1, first.made_at, ())

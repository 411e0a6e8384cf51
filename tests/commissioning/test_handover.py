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
from heatledger.home import Head, HeatPump, Home, Meter, Zone
from heatledger.reader import Reader, reading
from heatledger.retelling import retold
from heatledger.statement.record_words import RESULTS, captioned, expected
from heatledger.statement.typeset import record_pdf
from heatledger.wording import say
from tests.commissioning import weeks, wet

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

"""The commissioning record on paper: the words, figures and drawings of a hand-over, as the typesetter takes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from heatledger import formatting as fmt
from heatledger.commissioning.budget import Doubt
from heatledger.commissioning.budget_words import known, priced, told
from heatledger.commissioning.finding import Finding
from heatledger.commissioning.own_units import in_own_units
from heatledger.commissioning.record import Record, headline
from heatledger.commissioning.trial.entered import of_trials
from heatledger.home import Home
from heatledger.reader import reader
from heatledger.retelling import retold
from heatledger.statement.drawn import Drawing, evidence, place
from heatledger.statement.handover_trials import Trials, trials
from heatledger.statement.headline import local
from heatledger.statement.record_words import GROUPS, RESULTS, at_place, sentence, unit_rows
from heatledger.wording import say


@dataclass(frozen=True, slots=True)
class Row:
    """What was found at one place."""

    result: str
    word: str
    at: str
    evidence: str
    mend: str
    place: Drawing | None
    chart: Drawing | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One check: its name, question, rule with its source, and what was found at each place."""

    name: str
    question: str
    rule: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Part:
    """The checks of one subject, worst first."""

    title: str
    checks: list[Asked]


@dataclass(frozen=True, slots=True)
class Listed:
    """A heading, sentences under it, and a list; empty where there is nothing to say."""

    title: str
    lead: str
    rows: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """How far a COP is known, and by price what would narrow it."""

    title: str
    rows: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Handover:
    """Everything the paper shows."""

    lang: str
    title: str
    subject: str
    place: str
    reference: list[str]
    answer: str
    counts: list[tuple[str, str, str]]
    job: list[tuple[str, str]]
    units_head: list[str]
    units: list[list[str]]
    since: Listed | None
    parts: list[Part]
    trials: Trials
    tried: list[Asked]
    budget: list[Narrowed]
    budget_title: str
    signed: list[str]
    sign: tuple[str, str]
    notes: str
    page: str


def handover(record: Record, home: Home) -> Handover:
    """Put a record on paper, in the reader's language and units.

    Parameters
    ----------
    record : Record
        A run, kept or not.
    home : Home
        For its heat pumps, time zone and units.
    """
    title = say("Commissioning record")
    return Handover(
        lang=reader().language,
        title=title,
        subject=f"{title} · {record.name}",
        place=" · ".join(filter(None, (record.name, record.job.address))),
        reference=_reference(record, home),
        answer=in_own_units(retold(headline(record.findings)), home),
        counts=[(str(count), say(RESULTS[result]), result) for result, count in record.counts.items()
                if count or result != "running"],
        job=_job(record),
        units_head=[say("Heat pump"), say("Kind"), say("Model"), say("Serial number")],
        units=unit_rows(record, home),
        since=_since(record, home),
        parts=list(_parts(record, home)),
        trials=trials(record, home),
        tried=_by_check([one for one in record.findings if of_trials(one)], home),
        budget=[_narrowed(one) for one in record.budget],
        budget_title=say("What would narrow a COP"),
        signed=[say("Installer"), say("For the household")],
        sign=(say("Name and signature"), say("Place and date")),
        notes=_notes(),
        page=say("{page} of {pages}"),
    )  # fmt: skip


def _reference(record: Record, home: Home) -> list[str]:
    made, start, end = (local(at, home) for at in (record.made_at, record.start, record.end))
    run = say("Run {n}, kept", n=record.version) if record.version else say("Not kept: a draft")
    return [
        *([say("Job {reference}", reference=record.job.reference)] if record.job.reference else []),
        run,
        say("Made {day}, {time}", day=fmt.day(made, year=True), time=made.strftime("%H:%M")),
        say("Looked at {start} to {end}", start=fmt.day(start, year=True), end=fmt.day(end, year=True)),
    ]


def _job(record: Record) -> list[tuple[str, str]]:
    job, missing = record.job, say("not stated")
    rows = [
        (say("Home"), record.name),
        (say("Address"), job.address or missing),
        (say("Installer"), job.installer or missing),
        (say("Job"), job.reference or missing),
    ]
    return [*rows, *([(say("Note"), job.note)] if job.note else [])]


def _since(record: Record, home: Home) -> Listed | None:
    since = record.since
    if since is None:
        return None
    day = fmt.day(local(since.made_at, home), year=True)
    rows = [
        f"{at_place(one.now)}: {in_own_units(retold(one.before.evidence), home)} "
        f"({say(RESULTS[one.before.result])}) → {in_own_units(retold(one.now.evidence), home)} "
        f"({say(RESULTS[one.now.result])})"
        for one in since.changed
    ]
    lead = "" if rows else say("Nothing has changed.")
    return Listed(say("Since run {n} of {day}", n=since.version, day=day), lead, rows)


def _parts(record: Record, home: Home) -> Iterable[Part]:
    for group, title in GROUPS.items():
        checks = _by_check([one for one in record.findings if one.group == group and not of_trials(one)], home)
        if checks:
            yield Part(say(title), checks)


def _by_check(rows: Sequence[Finding], home: Home) -> list[Asked]:
    order = list(dict.fromkeys(one.check for one in rows))
    by_check = sorted(rows, key=lambda one: order.index(one.check))
    return [_asked(list(found), home) for _, found in groupby(by_check, key=lambda one: one.check)]


def _asked(rows: Sequence[Finding], home: Home) -> Asked:
    first = rows[0]
    rule = in_own_units(say(first.rule), home)
    source = say(first.source)
    said = (
        say("Rule: {rule}. Source: {source}.", rule=rule, source=source) if source else say("Rule: {rule}.", rule=rule)
    )
    return Asked(say(first.name), say(first.question), said, [_row(one, home) for one in rows])


def _row(one: Finding, home: Home) -> Row:
    mend = in_own_units(retold(one.mend), home)
    if one.result == "not_testable":
        mend = say("needs {what}", what=mend)
    return Row(
        result=one.result,
        word=say(RESULTS[one.result]),
        at=one.at,
        evidence=sentence(in_own_units(retold(one.evidence), home)),
        mend=sentence(mend),
        place=place(one, home),
        chart=evidence(one, home),
    )


def _narrowed(doubt: Doubt) -> Narrowed:
    rows = [(sentence(priced(option)).removesuffix("."), told(doubt, option)) for option in doubt.options]
    return Narrowed(known(doubt), rows)


def _notes() -> str:
    return " ".join([
        say("A check that lacks data is not testable and says what would make it so; it never passes."),
        say("A kept run never changes; later ones are held against the first."),
    ])  # fmt: skip

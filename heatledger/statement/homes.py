"""What the weekly letter about all homes says: which need a look first, a line each with its cause."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from heatledger import formatting as fmt
from heatledger.commissioning.finding import Finding
from heatledger.commissioning.fleet import Row, worst_first
from heatledger.retelling import retold
from heatledger.statement.figures import Figure
from heatledger.statement.headline import Headline, because
from heatledger.statement.tables import plain
from heatledger.wording import say, say_many

Tone = Literal["fail", "warn", "well"]


@dataclass(frozen=True, slots=True)
class HomeLine:
    """One home: what it is called, where its page is, how it stands in a few words, and the cause."""

    name: str
    url: str
    tone: Tone
    state: str
    cause: str


@dataclass(frozen=True, slots=True)
class HomesContent:
    """Everything the letter prints, in its order; strings only."""

    home: str
    head: Headline
    figures: list[Figure]
    lines: list[HomeLine]
    measured: list[str]


def homes_content(rows: Sequence[Row], end: date, zone: ZoneInfo, url: Callable[[str], str]) -> HomesContent:
    """Put the homes into printed words, worst first, in the reader's language.

    Parameters
    ----------
    rows : sequence of Row
        One a home.
    end : date
        The day after the week.
    zone : ZoneInfo
        By whose clocks days are told.
    url : callable
        Takes a home's id, returns where its page is; empty without a public address.
    """
    lines = [_line(row, zone, url(row.home)) for row in worst_first(rows)]
    return HomesContent(
        home=say("All homes"),
        head=_head(lines, end),
        figures=_figures(rows),
        lines=lines,
        measured=[
            say("Each home was looked at anew for this letter, seven days back, as its commissioning page does.")
        ],
    )


def _head(lines: Sequence[HomeLine], end: date) -> Headline:
    last, needy = end - timedelta(days=1), [line for line in lines if line.tone != "well"]
    dates = f"{fmt.day(end - timedelta(days=7))} – {fmt.day(last, year=True)}"
    every = fmt.number(len(lines), 0)
    if needy:
        total = say_many(
            "{n} of {all} needs a look", "{n} of {all} need a look", len(needy), n=fmt.number(len(needy), 0), all=every
        )
        sentence = say("First of all {home}: {cause}", home=needy[0].name, cause=needy[0].cause)
    else:
        total = say_many("{n} home, all well", "{n} homes, all well", len(lines), n=every)
        sentence = say("Nothing fails, no alert lasts, and every device is heard.")
    subject = say("Homes, week to {day}: {total}", day=fmt.day(last), total=total)
    return Headline(subject, "", dates, say("Your homes"), total, sentence, known=False)


def _figures(rows: Sequence[Row]) -> list[Figure]:
    fails = sum(row.counts.get("fail", 0) for row in rows)
    silent, alerts = sum(len(row.silent) for row in rows), sum(len(row.alerts) for row in rows)
    return [
        Figure(say("Checks that fail"), fmt.number(fails, 0), "", say("in all homes together")),
        Figure(say("Alerts that last"), fmt.number(alerts, 0), "", say("in all homes together")),
        Figure(say("Silent devices"), fmt.number(silent, 0), "", say("in all homes together")),
    ]


def _line(row: Row, zone: ZoneInfo, url: str) -> HomeLine:
    fails, warns = row.counts.get("fail", 0), row.counts.get("warn", 0)
    counted = [
        (fails, say_many("{n} fails", "{n} fail", fails)),
        (len(row.alerts), say_many("{n} alert", "{n} alerts", len(row.alerts))),
        (len(row.silent), say_many("{n} silent", "{n} silent", len(row.silent))),
        (warns, say_many("{n} warning", "{n} warnings", warns)),
    ]
    said = " · ".join(words.replace(" ", "\u00a0") for number, words in counted if number)
    if row.reason:
        return HomeLine(plain(row.name), url, "fail", say("not looked at"), because(row.reason))
    tone: Tone = "fail" if fails else "warn" if said else "well"
    return HomeLine(plain(row.name), url, tone, said or say("all well"), _cause(row, zone))


def _cause(row: Row, zone: ZoneInfo) -> str:
    """Return what is in the way first, with its mend: what fails, else an alert, a silent device, what warns."""
    worst = row.worst
    if worst is not None and worst.result == "fail":
        return _found(worst)
    if row.alerts:
        since = fmt.day(row.alerts[0].opened_at.astimezone(zone).date(), weekday=True)
        return say("{what}, since {day}.", what=plain(row.alerts[0].title), day=since)
    if row.silent:
        return say("Silent: {list}.", list=", ".join(one.device for one in row.silent))
    return "" if worst is None else _found(worst)


def _found(one: Finding) -> str:
    mend = f" {because(one.mend)}" if one.mend else ""
    return f"{one.at or say(one.name)}: {retold(one.evidence).rstrip('.')}.{mend}"

"""What the page of devices says first: is everything heard, who is not, and does it hurt the bill."""

from __future__ import annotations

from typing import Final, NamedTuple

from dashboard.clocks import clock
from dashboard.devices_board import Page, Row
from dashboard.queries import local_now
from heatledger import formatting
from heatledger.marks import marked
from heatledger.wording import say, say_many

_NAMED: Final = 2
_DAY_US: Final = 86_400 * 1_000_000
_SMALL: Final = (
    marked("No"),
    marked("One"),
    marked("Two"),
    marked("Three"),
    marked("Four"),
    marked("Five"),
    marked("Six"),
    marked("Seven"),
    marked("Eight"),
    marked("Nine"),
    marked("Ten"),
)


class Answer(NamedTuple):
    """One sentence that answers, and one that says what follows from it."""

    strong: str
    rest: str


def answer(page: Page) -> Answer:
    """Return what the page says first."""
    heard = [row for row in page.rows if row.source.heard_us is not None]
    silent = [row for row in page.rows if row.source.silent and row.source.mapped]
    if not page.connected:
        since = moment(page, page.changed_us)
        return Answer(
            say("The broker is not reached"),
            say("since {since}: what stands below is as it was last heard.", since=since),
        )
    if page.online is False:
        return Answer(
            say("Ingest is stopped."), say("Nothing new is decoded or stored until it runs: heatledger ingest.")
        )
    if not heard:
        return _nothing(page)
    if silent:
        return Answer(
            _silent(len(silent), _expected(page)), f"{_since(page, silent)} {_bill(page, still=True)}".strip()
        )
    if not page.described:
        return Answer(
            say_many("{n} device is heard.", "{n} devices are heard.", len(heard), n=_count(len(heard))),
            say("No home file says what they are: heatledger discover --write home.toml drafts one."),
        )
    return Answer(say("Everything is heard."), _bill(page, still=False))


def _nothing(page: Page) -> Answer:
    if page.unknowns is None and not page.trouble:
        return Answer(say("Listening."), say("What was heard before is being read."))
    if page.unknowns is not None and page.unknowns.topics:
        topics = page.unknowns.topics
        return Answer(
            say("Nothing is understood yet."),
            say_many("{n} topic is heard.", "{n} topics are heard.", topics, n=_count(topics)),
        )
    return Answer(say("Nothing is heard yet."), say("The first message of any device shows here within seconds."))


def _expected(page: Page) -> int:
    return sum(row.source.mapped for row in page.rows) + page.further


def _silent(silent: int, expected: int) -> str:
    if silent == expected:
        return (
            say("The only device is silent.")
            if silent == 1
            else say("All {expected} devices are silent.", expected=expected)
        )
    return say_many(
        "{n} of {expected} devices is silent.",
        "{n} of {expected} devices are silent.",
        silent,
        n=_count(silent),
        expected=expected,
    )


def _count(number: int) -> str:
    return say(_SMALL[number]) if number < len(_SMALL) else formatting.number(number, 0)


def _since(page: Page, silent: list[Row]) -> str:
    """Return who is silent since when, the first few by name."""
    order = sorted(silent, key=lambda row: (row.source.heard_us is None, -(row.source.heard_us or 0)))
    by_since: dict[str, list[str]] = {}
    for row in order[:_NAMED]:
        heard_us = row.source.heard_us
        by_since.setdefault(
            say("never heard") if heard_us is None else say("since {time}", time=moment(page, heard_us)), []
        ).append(row.name)
    said = [f"{', '.join(names)} {since}" for since, names in by_since.items()]
    if len(silent) > _NAMED:
        said.append(say("and {n} more", n=formatting.number(len(silent) - _NAMED, 0)))
    return f"{', '.join(said)}."


def moment(page: Page, at_us: int) -> str:
    """Return a moment as one says it: the time of day, the day too where it is a day ago."""
    at = local_now(page.home, at_us)
    if page.at_us - at_us < _DAY_US:
        return clock(page.home, at)
    return formatting.day(at.date(), year=page.at_us - at_us > 300 * _DAY_US)


def _bill(page: Page, *, still: bool) -> str:
    if not page.described:
        return ""
    if not page.meters:
        return say("The bill counts circuits only: no meter of role import stands in the home file.")
    away = [name for name, heard in page.meters if not heard]
    if away:
        return say("The bill is hurt: {away} is not heard.", away=", ".join(away))
    if len(page.meters) == 1:
        one = say("The bill is still right: the main meter is heard.") if still else ""
        return one or say("The bill is right: the main meter is heard.")
    more = say("The bill is still right: the main meters are heard.") if still else ""
    return more or say("The bill is right: the main meters are heard.")

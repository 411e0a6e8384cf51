"""The letter about all homes: worst first, a line each with its cause; one that could not be looked at says why."""

from datetime import UTC, date, datetime

import msgspec

from heatledger.commissioning.fleet import Quiet, Row
from heatledger.reader import Reader, reading
from heatledger.statement.homes import homes_content
from tests.commissioning.test_record import AT, finding
from tests.statement.december import ZONE
from tests.statement.week import SILENT

END = date(2025, 12, 22)
LATE = msgspec.structs.replace(SILENT, opened_at=datetime(2025, 12, 19, 3, 0, tzinfo=UTC))  # Thursday in Chicago


def home(name, *results, **more):
    counts = {result: results.count(result) for result in ("fail", "warn")}
    wrong = tuple(finding(result) for result in results)
    return Row(home=name.lower(), name=name, **{"looked_at": AT, "wrong": wrong, "counts": counts, **more})


FLEET = [
    home("Well"),
    home("Warned", "warn"),
    home("Quiet", silent=(Quiet(device="Bedroom"), Quiet(device="Attic"))),
    home("Alerted", alerts=(LATE,)),
    home("Away", reason="the store is not answering"),
    home("Failing", "fail", "fail", alerts=(LATE,)),
    home("Also failing", "fail", "fail"),
]


def said(rows=FLEET):
    return homes_content(rows, END, ZONE, lambda home: f"https://home.example.org/commissioning?home={home}")


def test_the_home_that_needs_a_look_first_is_first_with_its_cause_and_link():
    lines = said().lines
    assert [line.name for line in lines] == ["Failing", "Also failing", "Away", "Alerted", "Quiet", "Warned", "Well"]
    words = {line.name: (line.tone, line.state.replace("\u00a0", " "), line.cause) for line in lines}
    found = finding("fail")
    assert words["Failing"][:2] == ("fail", "2 fail · 1 alert")
    assert found.evidence.rstrip(".") in words["Failing"][2]
    assert words["Away"] == ("fail", "not looked at", "The store is not answering.")
    assert words["Alerted"] == ("warn", "1 alert", "Bedroom is not heard any more, since Thu Dec 18.")
    assert words["Quiet"] == ("warn", "2 silent", "Silent: Bedroom, Attic.")
    assert words["Warned"][:2] == ("warn", "1 warning")
    assert words["Well"] == ("well", "all well", "")
    assert lines[0].url == "https://home.example.org/commissioning?home=failing"


def test_the_head_counts_what_needs_a_look_and_the_figures_add_up():
    head = said().head
    assert (head.subject, head.total) == ("Homes, week to Dec 21: 6 of 7 need a look", "6 of 7 need a look")
    assert head.sentence.startswith("First of all Failing: ")
    # fails 2 + 2, alerts 1 + 1, silent 2
    assert [figure.value for figure in said().figures] == ["4", "2", "2"]
    well = said([home("Well"), home("Also well")]).head
    assert (well.total, well.sentence) == (
        "2 homes, all well",
        "Nothing fails, no alert lasts, and every device is heard.",
    )


def test_it_is_read_in_german():
    with reading(Reader("de")):
        assert said().head.total == "6 von 7 brauchen einen Blick"

"""Every number on every page is a door: it stands in what opens its explanation, and that explanation is there.

No figures are days, months and times of the clock, names that people or makers gave, and sentences of the Summary
itself (reasons, notes), which explain already.
"""

import re

import pytest

from dashboard.explained import drawer
from dashboard.heroes import Page
from dashboard.pages import bill, compare, now, performance, zones
from dashboard.queries import Books
from heatledger.explain import explain
from heatledger.live import now as minute
from tests.dashboard.books import AT, SUMMARY, view
from tests.dashboard.house import AT_US, HOUSE, RATE, latest
from tests.dashboard.trees import walk

HEARD = minute(HOUSE, latest(), rate=RATE, credit=None, at_us=AT_US)
PAGES = {"bill": bill, "zones": zones, "performance": performance, "compare": compare}
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
MONTH = f"(?:{MONTHS}|{'|'.join(name[:3] for name in MONTHS.split('|'))})"
NO_FIGURE = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?{MONTH} \d{{1,2}}(?:, \d{{4}})?|\b20\d\d\b|\d{{1,2}}(?::\d\d)? [ap]m"
    r"|day \d+ of \d+|P10|P50|P90|\b90%|±\d+%|\bH[1-4]\b|10%|\bof 14\b|in 10 outcomes|8 in 10|8 outcomes of 10"
    r"|8 chances in 10 that|in 10 to stay|\d heads|of \d+ hours|tou_3|rung [A-F]"
)
ITSELF = ("state-reason", "state-settles", "line-note", "rung-state", "mono")
"""Classes of what says a sentence of the Summary, or of this page's own help."""
CHIPS = "assumptions"
"""A chip opens its own field: what it says is taken for granted, and by which key that is changed."""


def numbers(tree, opened=False):
    """Every text with a digit in it, and whether it stands in what opens an explanation."""
    for one in tree if isinstance(tree, list | tuple) else [tree]:
        if isinstance(one, str | int | float):
            if re.search(r"\d", NO_FIGURE.sub("", str(one))):
                yield str(one), opened
        elif one is not None and hasattr(one, "children"):
            classes = str(getattr(one, "className", "") or "").split()
            if not set(classes) & {*ITSELF, CHIPS, "hidden", "plain-chip", "header"}:
                yield from numbers(one.children, opened or getattr(one, "data-place", None) is not None)


def wall():
    return now.render(
        Page(
            home=HOUSE,
            described=True,
            now=HEARD,
            books=Books(SUMMARY, SUMMARY),
            at=AT,
            connected=True,
            ingest_online=True,
        )
    )


@pytest.mark.parametrize("name", PAGES)
def test_every_number_on_a_page_opens_its_explanation(name):
    found = list(numbers(PAGES[name].render(view(now=HEARD))))
    assert len(found) > 10
    names = {other.name for other in SUMMARY.baseline.alternatives} | set(SUMMARY.bill.notes)
    assert [text for text, opened in found if not opened and text not in names] == []


def test_every_number_on_the_wall_opens_its_explanation():
    parts = [
        one
        for one in walk(wall())
        if getattr(one, "className", "") in ("heroes", "foot") or "zones" in str(getattr(one, "className", "")).split()
    ]
    found = [row for part in parts for row in numbers(part)]
    assert len(found) > 15
    assert [text for text, opened in found if not opened] == []


@pytest.mark.parametrize("name", [*PAGES, "wall"])
def test_every_door_leads_somewhere(name):
    tree = wall() if name == "wall" else PAGES[name].render(view(now=HEARD))
    places = [place for one in walk(tree) if (place := getattr(one, "data-place", None))]
    for place in dict.fromkeys(place.rpartition(":")[2] for place in places):
        found = explain(SUMMARY, place, HEARD)
        assert found.equation, place
        assert getattr(drawer(view(now=HEARD), place)[0], "children", "") != "", place


@pytest.mark.parametrize("name", PAGES)
def test_every_point_of_a_chart_leads_somewhere(name):
    graphs = [one for one in walk(PAGES[name].render(view())) if type(one).__name__ == "Graph"]
    told = [row for graph in graphs for trace in graph.figure["data"] for row in trace.get("customdata") or ()]
    flat = [place for row in told for place in (row if isinstance(row, list) else [row]) if place]
    assert flat or name == "zones"
    for place in dict.fromkeys(flat[:: max(1, len(flat) // 60)]):
        assert explain(SUMMARY, place).equation, place

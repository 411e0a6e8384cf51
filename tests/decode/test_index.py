"""The index finds every entry that fits a topic, in the order of all, and few besides."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger.topics import compile_shape
from ingest.index import Index
from ingest.rules import Entry, compile_file
from tests.decode.test_fuzz import TOPICS


@pytest.fixture(scope="module")
def entries(files) -> list[Entry]:
    return [entry for file in files.values() for entry in compile_file(file)]


@pytest.fixture(scope="module")
def index(entries) -> Index:
    return Index(entries)


def brute(entries, topic):
    return [entry for entry in entries if entry.shape.match(topic) is not None]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_nothing_that_fits_is_missed_and_the_order_is_kept(files, entries, index, data):
    known = [example.topic for file in files.values() for example in file.examples]
    topic = data.draw(st.one_of(TOPICS, st.sampled_from(known)))
    if data.draw(st.booleans()):
        topic = topic.replace("/", data.draw(st.sampled_from(["//", "/x/", "/tele/", "/status/", ""])), 1)
    found = index.find(topic)
    assert [entry for entry in found if entry.shape.match(topic) is not None] == brute(entries, topic)


def test_thousands_of_whole_topics_are_not_gone_through():
    many = [Entry(compile_shape(f"home/{number}/state"), "many") for number in range(2000)]
    general = Entry(compile_shape("{base}/{device}/state"), "general")
    index = Index([*many, general])
    assert index.find("home/77/state") == [many[77], general]
    assert index.find("away/77/state") == [general]
    assert index.find("home/77/state/x") == []


@pytest.mark.parametrize(
    ("shape", "first", "lasts", "inner"),
    [
        ("a/b", "a", ("b",), "a"),
        ("a/{x}", "a", (), "a"),
        ("{x}/b/{y:p|q}", None, ("p", "q"), "b"),
        ("{x:path?}/POWER{n:int}", None, (), None),
        ("{x:path}/{y:p*|q}", None, (), None),
        ("{x:path}/{y:p#}", None, (), None),
        ("/{x}/e", "", ("e",), "e"),
    ],
)
def test_a_shape_says_what_its_topics_have(shape, first, lasts, inner):
    compiled = compile_shape(shape)
    assert (compiled.first, compiled.lasts, compiled.inner) == (first, lasts, inner)

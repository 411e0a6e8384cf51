"""Summaries at hand: given at once, renewed behind the page, never shown when they are old."""

from datetime import UTC, datetime

import pytest

from dashboard import answers
from dashboard.answers import Answers
from heatledger.store import StoreError
from tests.dashboard.books import SUMMARY
from tests.dashboard.house import HOUSE

START, END = datetime(2026, 1, 3, tzinfo=UTC), datetime(2026, 2, 3, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    at = [1000.0]
    monkeypatch.setattr(answers.time, "monotonic", lambda: at[0])
    return at


@pytest.fixture
def asked():
    return []


@pytest.fixture
def kept(asked, clock, monkeypatch):
    class Now:
        def __init__(self, target, args, **_):
            self.start = lambda: target(*args)

    monkeypatch.setattr(answers.threading, "Thread", Now)
    return Answers(lambda home, start, end: asked.append(start) or SUMMARY)


def test_what_was_made_lately_is_not_made_again(kept, asked):
    assert kept.get(HOUSE, START, END) is kept.get(HOUSE, START, END)
    assert len(asked) == 1


def test_what_is_half_a_minute_old_is_renewed_behind_the_page_and_said_to_be(kept, asked, clock):
    kept.get(HOUSE, START, END)
    clock[0] += answers.RENEW_S
    kept.get(HOUSE, START, END)
    assert (len(asked), kept.renewed) == (2, 1)
    kept.get(HOUSE, START, END)
    assert len(asked) == 2


def test_what_is_old_is_made_before_it_is_shown(kept, asked, clock):
    kept.get(HOUSE, START, END)
    clock[0] += answers.OLD_S
    kept.get(HOUSE, START, END)
    assert (len(asked), kept.renewed) == (2, 0)


def test_a_store_that_is_away_is_said_to_who_asks_and_not_to_who_has_a_picture(clock, kept, asked):
    kept.get(HOUSE, START, END)
    clock[0] += answers.RENEW_S

    def away(*_):
        raise StoreError("away")

    kept._ask = away
    assert kept.get(HOUSE, START, END) is SUMMARY
    assert kept.renewed == 0
    with pytest.raises(StoreError):
        kept.get(HOUSE, END, END)


def test_no_more_are_kept_than_a_few(kept):
    for day in range(1, 29):
        for hour in range(3):
            kept.get(HOUSE, START.replace(day=day, hour=hour), END)
    assert len(kept._kept) <= 48

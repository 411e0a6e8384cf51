"""Summaries at hand: one that was made lately is given at once and renewed behind the page that shows it."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from heatledger.home import Home
from heatledger.store import StoreError
from heatledger.summary import Summary

RENEW_S: Final = 30.0
"""A Summary older than this is made again, behind whoever asks for it. [s]"""
OLD_S: Final = 900.0
"""One older than this is not shown even for a moment. [s]"""
_MOST: Final = 48

Key = tuple[str, datetime, datetime]


class _Kept(NamedTuple):
    at_s: float
    summary: Summary


class Answers:
    """Summaries by home and span.

    Parameters
    ----------
    ask : callable
        Makes the Summary of a home's half-open span.
    """

    def __init__(self, ask: Callable[[Home, datetime, datetime], Summary]) -> None:
        self._ask = ask
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._busy: dict[Key, threading.Lock] = {}
        self._lock = threading.Lock()
        self.renewed = 0
        """How often one was made behind a page: what is shown changes with it."""

    def get(self, home: Home, start: datetime, end: datetime) -> Summary:
        """Return the Summary of a span: at once where one is at hand, which is then renewed behind the page.

        Raises
        ------
        StoreError
            If it has to be made and the store does not answer.
        """
        key = (home.id, start, end)
        kept = self._kept.get(key)
        age_s = time.monotonic() - kept.at_s if kept else OLD_S
        if kept is None or age_s >= OLD_S:
            return self._made(home, key)
        if age_s >= RENEW_S and not self._being_made(key).locked():
            threading.Thread(target=self._renew, args=(home, key), name="renew", daemon=True).start()
        return kept.summary

    def prepare(self, home: Home, start: datetime, end: datetime) -> None:
        """Make the Summary of a span that is likely to be asked for."""
        self._made(home, (home.id, start, end), younger_s=RENEW_S)

    def _renew(self, home: Home, key: Key) -> None:
        try:
            self._made(home, key, younger_s=RENEW_S)
        except (StoreError, sqlite3.Error) as error:
            logging.getLogger(__name__).warning("the store does not answer: %s", error)
        else:
            self.renewed += 1

    def _made(self, home: Home, key: Key, *, younger_s: float = OLD_S) -> Summary:
        """Make a Summary, unless another has just made it."""
        with self._being_made(key):
            kept = self._kept.get(key)
            if kept is not None and time.monotonic() - kept.at_s < younger_s:
                return kept.summary
            made = self._ask(home, key[1], key[2])
            with self._lock:
                self._kept[key] = _Kept(time.monotonic(), made)
                self._kept.move_to_end(key)
                while len(self._kept) > _MOST:
                    old, _ = self._kept.popitem(last=False)
                    self._busy.pop(old, None)
        return made

    def _being_made(self, key: Key) -> threading.Lock:
        with self._lock:
            return self._busy.setdefault(key, threading.Lock())

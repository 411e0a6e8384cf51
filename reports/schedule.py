"""When bills are closed and statements made and sent: asked every few minutes, done in child processes that end."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from heatledger.config import Config
from heatledger.home import Home
from heatledger.store import StoreError
from heatledger.store.sent import Sent
from heatledger.store.state import State
from heatledger.watching import LOOK_S, Watch
from reports.due import lacks_a_bill, next_closing, owed, unmade
from reports.fleet_due import fleet_lacks
from reports.home_assistant import Publisher
from reports.weeks import lacks

_log = logging.getLogger(__name__)

_CLOSES_H: Final = 1
"""When bills are closed, every day: a cycle ends at midnight and closes a day later. [h, local]"""
_ASKS: Final = timedelta(minutes=5)
"""How often it is asked what is owed: a statement, or a letter whose time has come again."""
_AGAIN: Final = timedelta(days=1)
"""A cycle of which nothing was heard is looked at again after so long."""

BOOKS: Final = timedelta(minutes=30)
"""How often the rules look at the bill and the heat pumps: neither moves faster."""

_AFTER_START: Final = timedelta(seconds=5)
"""What is due at the start comes first."""

Child = Callable[[str, Home], int]
"""Runs a module for a home in a process of its own; returns its exit code."""


class Statements:
    """Asks what a home's statements lack, and has it done.

    Parameters
    ----------
    config : Config
        Settings and ledgers.
    child : callable
        Does it, in a process of its own.
    """

    def __init__(self, config: Config, child: Child) -> None:
        self._config, self._child = config, child
        self._nothing: dict[str, tuple[datetime, object]] = {}

    def close(self, home: Home) -> None:
        """Close the bills that are due."""
        self._child("reports.closing", home)

    def ask(self, home: Home, *, now: datetime | None = None) -> int | None:
        """Make and send what is due; None where nothing is.

        Parameters
        ----------
        home : Home
            Whose.
        now : datetime, optional
            Aware; by default the time.
        """
        at = now or datetime.now(UTC)
        try:
            if not self._lacks(home, at):
                return None
        except (StoreError, OSError) as error:
            _log.error("%s: %s", home.id, error)
            return 2
        code = self._child("reports.sending", home)
        if code == 1:
            self._nothing[home.id] = (at, self._open)
        return code

    def _lacks(self, home: Home, now: datetime) -> bool:
        with closing(State(self._config.state_path)) as state, closing(Sent(self._config.sent_path)) as sent:
            if unmade(state, home.id):
                return True
            if self._config.settings.mail.host and owed(self._config, home, state, sent, now):
                return True
            if lacks(self._config, home, sent, now):
                return True
            self._open = lacks_a_bill(state, home, now)
        tried, what = self._nothing.get(home.id, (None, None))
        waits = tried is not None and what == self._open and timedelta(0) <= now - tried < _AGAIN
        return self._open is not None and not waits


class Fleet:
    """Asks whether the weekly letter about all homes is owed, and has it sent.

    Parameters
    ----------
    config : Config
        Settings and ledgers.
    environ : mapping
        The environment its process reads its configuration by.
    """

    def __init__(self, config: Config, environ: Mapping[str, str]) -> None:
        self._config = config
        self._environ = {**environ, "HEATLEDGER_DATA": str(config.data_dir)}

    def ask(self) -> None:
        """Send it where it is owed, and say so."""
        try:
            with closing(Sent(self._config.sent_path)) as sent:
                if not fleet_lacks(self._config, sent, datetime.now(UTC)):
                    return
        except (StoreError, OSError) as error:
            _log.error("all homes: %s", error)
            return
        done = _child(self._environ, "reports.fleet")
        for line in (*done.stdout.splitlines(), *done.stderr.splitlines()[-1:]):
            _log.info("all homes: %s", line)


def in_child(config: Config, environ: Mapping[str, str]) -> Child:
    """Return what runs a module in a process of its own, so that the arithmetic's memory goes with it.

    Parameters
    ----------
    config : Config
        For the data directory.
    environ : mapping
        The environment the child reads its configuration by.

    Returns
    -------
    callable
        Says in the log what was done, or why it failed.
    """
    environment = {**environ, "HEATLEDGER_DATA": str(config.data_dir)}

    def run(module: str, home: Home) -> int:
        done = _child(environment, module, home.id)
        for line in done.stdout.splitlines():
            _log.info("%s: %s", home.id, line)
        # an unforeseen error in the child also ends with 1, but not in silence
        if done.stderr.strip():
            _log.error("%s: %s: %s", home.id, module, done.stderr.strip().rpartition("\n")[2])
            return 2
        return done.returncode

    return run


def looking_in_child(config: Config, environ: Mapping[str, str]) -> Callable[[], None]:
    """Return what looks at the rules of the alerts in a process of its own, and says in the log what was sent.

    Parameters
    ----------
    config : Config
        For the data directory.
    environ : mapping
        The environment the child reads its configuration and the channels' addresses by.

    Returns
    -------
    callable
        Looks at the books, too, the first time and then every `BOOKS`: they take seconds where the rest takes one.
        Home Assistant is told of them at every look.
    """
    environment = {**environ, "HEATLEDGER_DATA": str(config.data_dir)}
    due = datetime.min.replace(tzinfo=UTC)

    def look() -> None:
        nonlocal due
        books = config.settings.home_assistant.on or datetime.now(UTC) >= due
        if books:
            due = datetime.now(UTC) + BOOKS
        done = _child(environment, "reports.watch", *(("--books",) if books else ()))
        for line in (*done.stdout.splitlines(), *done.stderr.splitlines()[-1:]):
            _log.info("%s", line)

    return look


def _child(environment: Mapping[str, str], module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of ours to its end, in a session of its own: Ctrl-C stops the schedule, not what is half made."""
    return subprocess.run(
        [sys.executable, "-P", "-m", module, *arguments],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
        start_new_session=True,
    )


def run(watch: Watch, stop: threading.Event, *, environ: Mapping[str, str] = os.environ) -> None:
    """Close bills, and make and send what is due, now and every few minutes, until told to stop.

    Parameters
    ----------
    watch : Watch
        Homes and settings, kept up with what changes.
    stop : threading.Event
        Set it to end; what is being done is finished first.
    environ : mapping
        What child processes read their configuration by.
    """
    scheduler = BackgroundScheduler(
        timezone=UTC,
        # one after the other: none is made twice; a channel that hangs holds no statement back
        executors={"default": ThreadPoolExecutor(1), "alerts": ThreadPoolExecutor(1)},
        job_defaults={"misfire_grace_time": None, "coalesce": True},
    )

    def take(config: Config) -> None:
        scheduler.remove_all_jobs()  # what is being made just now is finished
        _plan(scheduler, config, environ)
        publisher.move(config.settings.mqtt.url)

    if stop.is_set():  # one that starts only to stop may trip over its own first jobs
        return
    _plan(scheduler, watch.config, environ)
    publisher = Publisher(watch.config.settings.mqtt.url, watch.config.state_path)
    publisher.start()
    scheduler.start()
    while not stop.wait(LOOK_S):
        watch.look(take)
    scheduler.shutdown(wait=True)
    publisher.stop()


def _plan(scheduler: BackgroundScheduler, config: Config, environ: Mapping[str, str]) -> None:
    """Enter what each home of a configuration is owed: now what is due, and then day by day and every few minutes."""
    statements, now = Statements(config, in_child(config, environ)), datetime.now(UTC)
    if not config.homes:
        _log.info("No home is described yet: its bills are closed from when it is, by the dashboard's first page")
    for home in config.homes.values():
        daily = CronTrigger(hour=_CLOSES_H, timezone=ZoneInfo(home.timezone))
        often = IntervalTrigger(seconds=int(_ASKS.total_seconds()), jitter=20)
        # the first time at once, by the job that goes on: one of one time only trips over a scheduler that is stopping
        scheduler.add_job(statements.close, daily, args=[home], next_run_time=now)
        scheduler.add_job(statements.ask, often, args=[home], next_run_time=now + timedelta(seconds=1))
        when, hour = next_closing(home, now), config.settings.reports.hour
        _log.info("%s: next bill closes %s, letters leave from %d:00 on", home.id, when.isoformat(), hour)
    if config.homes and config.settings.reports.fleet.to:
        often = IntervalTrigger(seconds=int(_ASKS.total_seconds()), jitter=20)
        scheduler.add_job(Fleet(config, environ).ask, often, next_run_time=now + _AFTER_START)
    scheduler.add_job(
        looking_in_child(config, environ),
        IntervalTrigger(minutes=config.settings.alerts.every_min),
        executor="alerts",
        id="alerts",
        next_run_time=now + _AFTER_START,
    )

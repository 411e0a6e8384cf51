"""When statements are made: a day and hour of each month in each home's own time, in a child process that ends."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from heatledger.config import Config, ReportSettings
from heatledger.home import Home
from heatledger.store import StoreError
from heatledger.store.state import State
from heatledger.watching import LOOK_S, Watch
from reports import months
from reports.home_assistant import Publisher

_log = logging.getLogger(__name__)

_AGAIN = {1: timedelta(days=1), 2: timedelta(hours=1)}
"""When a statement is tried again: data may still come, and what failed may mend."""
_CLOSES_H = 1
"""When bills are closed, every day: a cycle ends at midnight and closes a day later. [h, local]"""

BOOKS: Final = timedelta(minutes=30)
"""How often the rules look at the bill and the heat pumps: neither moves faster."""

_AFTER_START: Final = timedelta(seconds=5)
"""What is due at the start comes first."""

Make = Callable[[Home, date], int]
"""Makes the statement of a home's month: 0 made, 1 without data, 2 failed."""


def trigger(home: Home, settings: ReportSettings) -> CronTrigger:
    """Return when a home's statements are made: once a month, by its own clocks.

    Parameters
    ----------
    home : Home
        For its time zone.
    settings : ReportSettings
        Day of the month and hour.

    Returns
    -------
    CronTrigger
        An hour that a clock change leaves out is made up for just after it.
    """
    return CronTrigger(day=settings.day, hour=settings.hour, timezone=ZoneInfo(home.timezone))


def make_due(config: Config, home: Home, *, now: datetime, make: Make) -> int:
    """Make the newest statement that should be there by now, unless it is.

    Parameters
    ----------
    config : Config
        Settings, and the state that knows what was made.
    home : Home
        Whose.
    now : datetime
        Aware.
    make : callable
        Makes the statement of a home's month.

    Returns
    -------
    int
        0 if it is there now, 1 if there is no data for it, 2 if making it failed.
    """
    settings = config.settings.reports
    month = months.due(now, home.timezone, day=settings.day, hour=settings.hour)
    with closing(State(config.state_path)) as state:
        made = any(report.start == month for report in state.reports(home.id))
    return 0 if made else make(home, month)


def in_child(config: Config, environ: Mapping[str, str]) -> Make:
    """Return what makes a statement in a process of its own, so that the arithmetic's memory goes with it.

    Parameters
    ----------
    config : Config
        For the data directory.
    environ : mapping
        The environment the child reads its configuration by.

    Returns
    -------
    callable
        Says in the log what was written, that there was no data, or why it failed.
    """
    environment = {**environ, "HEATLEDGER_DATA": str(config.data_dir)}

    def make(home: Home, month: date) -> int:
        done = _child(environment, "reports.publish", home.id, months.label(month))
        said = (done.stdout if done.returncode == 0 else done.stderr).strip().rpartition("\n")[2]
        words = {0: f"written: {said}", 1: "nothing was heard in it, so there is no statement"}
        # an unforeseen error in the child also ends with 1, but not in silence
        outcome = done.returncode if done.returncode == 0 or (done.returncode == 1 and not said) else 2
        level = logging.ERROR if outcome == 2 else logging.INFO
        _log.log(level, "%s %s: %s", home.id, months.label(month), words.get(outcome, f"not made: {said}"))
        return outcome

    return make


def closing_in_child(config: Config, environ: Mapping[str, str]) -> Callable[[Home], None]:
    """Return what closes a home's bills in a process of its own, and says in the log what was closed.

    Parameters
    ----------
    config : Config
        For the data directory.
    environ : mapping
        The environment the child reads its configuration by.
    """
    environment = {**environ, "HEATLEDGER_DATA": str(config.data_dir)}

    def close(home: Home) -> None:
        done = _child(environment, "reports.closing", home.id)
        for line in done.stdout.splitlines():
            _log.info("%s: %s", home.id, line)
        if done.returncode:
            _log.error("%s: bills not closed: %s", home.id, done.stderr.strip().rpartition("\n")[2])

    return close


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
    """Make what is due now, then each month's statement on its day, until told to stop.

    Parameters
    ----------
    watch : Watch
        Homes and settings, kept up with what changes.
    stop : threading.Event
        Set it to end; a statement being made is finished first.
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
        _plan(scheduler, watch, config, stop, environ)
        publisher.move(config.settings.mqtt.url)

    if stop.is_set():  # one that starts only to stop may trip over its own first jobs
        return
    _plan(scheduler, watch, watch.config, stop, environ)
    publisher = Publisher(watch.config.settings.mqtt.url, watch.config.state_path)
    publisher.start()
    scheduler.start()
    while not stop.wait(LOOK_S):
        watch.look(take)
    scheduler.shutdown(wait=True)
    publisher.stop()


def _plan(
    scheduler: BackgroundScheduler, watch: Watch, config: Config, stop: threading.Event, environ: Mapping[str, str]
) -> None:
    """Enter what each home of a configuration is owed: now what is due, and its days and hours from now on."""
    make, close = in_child(config, environ), closing_in_child(config, environ)

    def job(home: Home) -> None:
        try:
            outcome = make_due(config, home, now=datetime.now(UTC), make=make)
        except (StoreError, OSError) as error:
            _log.error("%s: %s", home.id, error)
            outcome = 2
        if outcome in _AGAIN and not stop.is_set() and home.id in watch.config.homes:
            again = DateTrigger(datetime.now(UTC) + _AGAIN[outcome])
            scheduler.add_job(job, again, args=[home], id=f"{home.id} again", replace_existing=True)

    for home in config.homes.values():
        scheduler.add_job(close, args=[home])
        scheduler.add_job(close, CronTrigger(hour=_CLOSES_H, timezone=ZoneInfo(home.timezone)), args=[home])
        scheduler.add_job(job, args=[home])
        monthly = trigger(home, config.settings.reports)
        scheduler.add_job(job, monthly, args=[home], id=home.id)
        _log.info("%s: next statement %s", home.id, monthly.get_next_fire_time(None, datetime.now(UTC)).isoformat())
    scheduler.add_job(
        looking_in_child(config, environ),
        IntervalTrigger(minutes=config.settings.alerts.every_min),
        executor="alerts",
        id="alerts",
        next_run_time=datetime.now(UTC) + _AFTER_START,
    )

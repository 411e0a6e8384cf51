"""Looks at a home: gathers what the checks need out of its books, runs them, and keeps the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from heatledger import accounts, hearing
from heatledger.commissioning.budget import budget
from heatledger.commissioning.charts import drawn
from heatledger.commissioning.checks import examine
from heatledger.commissioning.evidence import Evidence
from heatledger.commissioning.finding import WORST_FIRST
from heatledger.commissioning.record import Job, Record
from heatledger.commissioning.trial.books import TrialBooks
from heatledger.commissioning.trial.course import Trial
from heatledger.commissioning.trial.entered import entered
from heatledger.days import Day
from heatledger.hearing import LiveValue
from heatledger.heat.balance import House
from heatledger.heat_days import INTERVALS_OF
from heatledger.kept import last_reconciled
from heatledger.ledger import Ledger
from heatledger.meters import Grid
from heatledger.outlook import HISTORY_D
from heatledger.readings import INTERVAL_S, SeriesKey
from heatledger.store import Store
from heatledger.store.lately import heard_lately
from heatledger.store.state import State
from heatledger.summary import Summary

QUANTITIES = tuple(dict.fromkeys((*INTERVALS_OF, "voltage", "current", "power_factor", "flow", "dhw_temp")))
"""What the checks look at beside what days are made of."""

SPAN: Final = timedelta(days=7)
"""How far back is looked by default."""
NO_JOB: Final = Job()


def gather(
    ledger: Ledger,
    store: Store,
    *,
    start: datetime,
    now: datetime,
    latest: Mapping[SeriesKey, LiveValue] | None = None,
) -> Evidence:
    """Gather a span of a home.

    Parameters
    ----------
    ledger : Ledger
        The home's books.
    store : Store
        Where its intervals are.
    start, now : datetime
        The span, aware.
    latest : mapping of SeriesKey to LiveValue, optional
        The newest value of every series of the home; by default what the store heard lately.

    Returns
    -------
    Evidence
        The span's intervals accounted for anew; its days and its house as the books have them.
    """
    home, house = ledger.home, ledger.house(now)
    if latest is None:
        latest = hearing.heard(heard_lately(store, home.id, int(now.timestamp() * 1e6)))
    start_s = int(start.timestamp()) // INTERVAL_S * INTERVAL_S
    end_s = int(now.timestamp()) // INTERVAL_S * INTERVAL_S
    blocks = list(store.intervals(home.id, start_s=start_s - 86_400, end_s=end_s, quantities=QUANTITIES))
    return Evidence(
        home=home,
        now=now,
        grid=Grid(blocks, start_s, end_s),
        account=accounts.account(home, blocks, start_s=start_s, end_s=end_s),
        days=ledger.days(start, now, now),
        summary=_billed(ledger, start, now),
        sources=hearing.sources(home, latest, at_us=int(now.timestamp() * 1e6)),
        latest=latest,
        systems=ledger.systems,
        house=house,
        past=_past(ledger, now, house),
    )


def _billed(ledger: Ledger, start: datetime, now: datetime) -> Summary:
    """Return the span's Summary, with the utility's bill of the newest cycle that one was entered of."""
    found = ledger.summary(start, now, now=now, beside=None)
    theirs = last_reconciled(ledger.state, ledger.home.id)
    return msgspec.structs.replace(found, bill=msgspec.structs.replace(found.bill, utility=theirs))


def _past(ledger: Ledger, now: datetime, house: House | None) -> Mapping[date, Day]:
    """Return the kept days that a machine is held against; none where no heat of it is known."""
    if house is None and not any(pump.heat_meter or pump.air_flow for pump in ledger.home.heat_pumps):
        return {}
    today = now.astimezone(ZoneInfo(ledger.home.timezone)).date()
    return ledger.day_book.kept(today - timedelta(days=HISTORY_D), today)


def look(
    evidence: Evidence, *, start: datetime, job: Job = NO_JOB, trials: Sequence[Trial] = (), going: Trial | None = None
) -> Record:
    """Run every check and return the record, not yet kept.

    Parameters
    ----------
    evidence : Evidence
        A span of the home.
    start : datetime
        Where it begins.
    job : Job
        Who, where, and which machines.
    trials : sequence of Trial
        The newest test run of each heat pump that has ended.
    going : Trial or None
        One that goes on.
    """
    home = evidence.home
    found = [*(drawn(evidence, one) for one in examine(evidence)), *entered(home, trials, going)]
    return Record(
        home=home.id, name=home.name, made_at=evidence.now, start=start, end=evidence.now, job=job,
        findings=tuple(sorted(found, key=lambda one: WORST_FIRST.index(one.result))), budget=budget(evidence),
        trials=tuple(trials),
    )  # fmt: skip


def found(
    ledger: Ledger,
    store: Store,
    *,
    start: datetime,
    now: datetime,
    job: Job = NO_JOB,
    latest: Mapping[SeriesKey, LiveValue] | None = None,
) -> tuple[Evidence, Record]:
    """Look at a home and its guided test runs; return what was looked at, and the record, not yet kept.

    Parameters
    ----------
    ledger, store, start, now, latest
        As of `gather`.
    job : Job
        Who, where, and which machines.

    Raises
    ------
    StoreError
        If the store does not answer.
    """
    trials = TrialBooks(ledger.home, ledger.systems, store, ledger.state)
    going = trials.going(now)
    seen = gather(ledger, store, start=start, now=now, latest=latest)
    return seen, look(seen, start=start, job=job, trials=trials.ended(), going=going)


def keep(state: State, record: Record) -> Record:
    """Keep a record and return it with its version: no later one changes it."""
    version = state.runs.add(record.home, made_at=record.made_at.isoformat(), body=msgspec.json.encode(record))
    return msgspec.structs.replace(record, version=version)


def kept(state: State, home: str) -> list[Record]:
    """Return the records of a home by version."""
    return [
        msgspec.structs.replace(msgspec.json.decode(body, type=Record), version=version)
        for version, body in state.runs.all(home)
    ]

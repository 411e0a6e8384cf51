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
from heatledger.commissioning.trial.course import Trial
from heatledger.commissioning.trial.entered import entered
from heatledger.days import Day
from heatledger.hearing import LiveValue
from heatledger.heat.balance import House
from heatledger.heat_days import INTERVALS_OF
from heatledger.ledger import Ledger
from heatledger.meters import Grid
from heatledger.outlook import HISTORY_D
from heatledger.readings import INTERVAL_S, SeriesKey
from heatledger.store import Store
from heatledger.store.lately import heard_lately
from heatledger.store.state import State

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
        summary=ledger.summary(start, now, now=now, compared=False),
        sources=hearing.sources(home, latest, at_us=int(now.timestamp() * 1e6)),
        latest=latest,
        systems=ledger.systems,
        house=house,
        past=_past(ledger, now, house),
    )


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

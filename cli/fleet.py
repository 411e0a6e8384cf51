"""Every home in one list, the one that needs a visit first: `heatledger commission --all`."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import typer

from cli.options import CommandError
from heatledger import formatting
from heatledger.commissioning.fleet import Row, row, unseen, worst_first
from heatledger.commissioning.gather import SPAN, found, kept
from heatledger.commissioning.own_units import in_own_units
from heatledger.config import Config, load
from heatledger.home import Home
from heatledger.ledger import Ledger, span
from heatledger.reader import of_home, reading
from heatledger.retelling import retold
from heatledger.statement.record_words import at_place
from heatledger.store import Store, StoreError, open_store
from heatledger.store.state import State
from heatledger.wording import say, say_many

_NAME: Final = 24


def begins(home: Home, since: str | None, now: datetime) -> datetime:
    """Return from when a home is looked at; one line where the question is none."""
    if since is None:
        return now - SPAN
    try:
        return span(home, None, since, now.isoformat(), now)[0]
    except ValueError as error:
        raise CommandError(str(error)) from error


def listed(config_dir: Path | None, since: str | None, now: datetime, *, as_json: bool) -> int:
    """Print every home and return how the command exits: 1 where anything fails or a home could not be looked at."""
    config = load(config_dir=config_dir)
    if not config.homes:
        raise CommandError(f"no home file in {config.data_dir / 'config' / 'homes'}; set one up at /setup of the page")
    store, state = open_store(config.store_url), State(config.state_path)
    try:
        rows = worst_first([_row(config, home, store, state, since, now) for home in config.homes.values()])
    finally:
        state.close()
        store.close()
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(rows)))
    else:
        with reading(of_home(config.homes[min(config.homes)])):
            lines = [line for one in rows for line in _words(one, config.homes[one.home], now)]
            typer.echo("\n".join([_counted(rows), "", *lines]))
    return int(any(one.counts.get("fail") or one.reason for one in rows))


def _row(config: Config, home: Home, store: Store, state: State, since: str | None, now: datetime) -> Row:
    start, earlier = begins(home, since, now), kept(state, home.id)
    try:
        seen, record = found(Ledger(config, home, store=store, state=state), store, start=start, now=now)
    except (StoreError, sqlite3.Error):
        return unseen(home, earlier, reason="the store is not answering")
    return row(seen, record, earlier)


def _counted(rows: list[Row]) -> str:
    fails = sum(bool(one.counts.get("fail") or one.reason) for one in rows)
    needy = say_many("{n} needs a visit", "{n} need a visit", fails)
    return " · ".join([say_many("{n} home", "{n} homes", len(rows)), needy])


def _words(one: Row, home: Home, now: datetime) -> list[str]:
    """Return a home's lines: its results, what is worst, who is silent, COP, and its last commissioning."""
    lines = [f"{one.name:<{_NAME}} {_results(one) if one.counts else retold(one.reason)}"]
    if one.worst is not None:
        told = in_own_units(f"{retold(one.worst.evidence)} → {retold(one.worst.mend)}", home)
        lines.append(f"    {at_place(one.worst)}: {told}")
    for quiet in one.silent[:1]:
        when = say("never heard")
        if quiet.since is not None:
            silent_s = (now - quiet.since).total_seconds()
            when = say("silent for {duration}", duration=formatting.duration(silent_s))
        lines.append(f"    {quiet.device}: {when}")
    known = [each for each in one.cops if each.cop.value is not None]
    lines += [f"    {each.name}: COP {formatting.cop(each.cop.value, each.cop.low, each.cop.high)}" for each in known]
    if one.commissioned is not None:
        day = formatting.day(one.commissioned.astimezone(ZoneInfo(home.timezone)).date(), year=True)
        changed = say_many("{n} change since the first", "{n} changes since the first", one.drifted)
        run = say("{day}, run {n}", day=day, n=one.version)
        lines.append(f"    {run} · {changed}")
    return lines


def _results(one: Row) -> str:
    said = [
        say_many("{n} fail", "{n} fail", one.counts.get("fail", 0)),
        say_many("{n} warning", "{n} warnings", one.counts.get("warn", 0)),
        say_many("{n} not testable", "{n} not testable", one.counts.get("not_testable", 0)),
    ]
    return ", ".join(said)

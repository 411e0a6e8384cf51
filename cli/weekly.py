"""`heatledger report --digest`: the letter of a home's week, printed or sent."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec
import typer

from cli.asked import Asked
from cli.options import write_file
from cli.sending import act
from heatledger.config import Config
from heatledger.home import Home
from heatledger.ledger import Ledger
from heatledger.reader import of_home, reading
from heatledger.store import open_store
from heatledger.store.state import State
from heatledger.week import Week
from reports.letter import Body
from reports.weekly import kept, render_week, week_now
from reports.weeks import DIGEST, newest, week_path


def act_or_print(config: Config, home: Home, asked: Asked, *, html: str | None, now: datetime) -> None:
    """Do with the newest week's letter what was asked; print it where that is nothing.

    Parameters
    ----------
    config, home : Config, Home
        Whose.
    asked : Asked
        What to do, and whether what it was made from is printed as JSON.
    html : str or None
        The file for its HTML; - for printing that.
    now : datetime
        Aware.
    """
    if asked.acts:
        body = _body(_week(config, home, now), home) if asked.test else None
        act(config, home, DIGEST, asked, now=now, body=body)
        return
    week = _week(config, home, now)
    body = _body(week, home)
    if html and html != "-":
        write_file(Path(html), body.page.encode())
    page = body.page if html == "-" else body.text
    typer.echo(msgspec.json.format(msgspec.json.encode(week)) if asked.as_json else page, nl=asked.as_json)


def _body(week: Week, home: Home) -> Body:
    with reading(of_home(home)):
        return render_week(week, home)


def _week(config: Config, home: Home, now: datetime) -> Week:
    """Return the newest week as it was sent, else as its letter would be now."""
    end = newest(config, home, now)
    found = kept(week_path(config, home, end))
    if found is not None:
        return found
    with closing(open_store(config.store_url)) as store, closing(State(config.state_path)) as state:
        return week_now(Ledger(config, home, store=store, state=state), end, now=now)

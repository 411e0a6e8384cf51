"""`heatledger report --digest` and `--fleet`: the letter of a home's week, and that of all homes', printed or sent."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec
import typer

from cli.asked import Asked
from cli.options import CommandError, write_file
from cli.sending import Letters, act, of_home
from heatledger.config import Config
from heatledger.home import Home
from heatledger.ledger import Ledger
from heatledger.reader import of_home as reader_of
from heatledger.reader import reading
from heatledger.store import open_store
from heatledger.store.sent import EVERY_HOME
from heatledger.store.state import State
from heatledger.week import Week
from reports.fleet import newest_homes, render_fleet, send_fleet
from reports.fleet_due import FLEET, first_home, people_of_fleet
from reports.letter import Body
from reports.post import Outcome
from reports.weekly import kept, render_week, week_now
from reports.weeks import DIGEST, newest, week_path


def digest(config: Config, home: Home, asked: Asked, *, html: str | None, now: datetime) -> None:
    """Do with the newest week's letter of a home what was asked; print it where that is nothing."""
    letters = of_home(config, home, DIGEST, now)
    if asked.acts:
        act(config, home, letters, asked, now=now, body=_body(_week(config, home, now), home) if asked.test else None)
        return
    week = _week(config, home, now)
    _show(_body(week, home), week, html, as_json=asked.as_json)


def fleet(config: Config, asked: Asked, *, html: str | None, now: datetime) -> None:
    """Do with the newest week's letter about all homes what was asked; print it where that is nothing."""
    if not config.homes:
        raise CommandError(f"no home file in {config.data_dir / 'config' / 'homes'}; write one (docs/home-file.md)")

    def send() -> list[Outcome] | None:
        return send_fleet(config, environ=os.environ, now=now, asked=True)

    letters = Letters(
        FLEET, EVERY_HOME, "letters about all homes", people_of_fleet(config), "[reports.fleet] to", send
    )  # fmt: skip
    if asked.acts:
        body = render_fleet(config, newest_homes(config, now=now)) if asked.test else None
        act(config, first_home(config), letters, asked, now=now, body=body)
        return
    homes = newest_homes(config, now=now)
    _show(render_fleet(config, homes), homes, html, as_json=asked.as_json)


def _show(body: Body, made_from: object, html: str | None, *, as_json: bool) -> None:
    """Print a letter, or what it was made from; its HTML into a file where one is named."""
    if html and html != "-":
        write_file(Path(html), body.page.encode())
    page = body.page if html == "-" else body.text
    typer.echo(msgspec.json.format(msgspec.json.encode(made_from)) if as_json else page, nl=as_json)


def _body(week: Week, home: Home) -> Body:
    with reading(reader_of(home)):
        return render_week(week, home)


def _week(config: Config, home: Home, now: datetime) -> Week:
    """Return the newest week as it was sent, else as its letter would be now."""
    end = newest(config, home, now)
    found = kept(week_path(config, home, end))
    if found is not None:
        return found
    with closing(open_store(config.store_url)) as store, closing(State(config.state_path)) as state:
        return week_now(Ledger(config, home, store=store, state=state), end, now=now)

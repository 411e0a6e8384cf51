"""A home's weekly letter: made once, kept in the folder `reports`, and written to each who gets it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from heatledger.config import Config
from heatledger.home import Home
from heatledger.ledger import Ledger
from heatledger.reader import of_home, reading
from heatledger.statement.weekly import week_content
from heatledger.store.sent import Key, Sent
from heatledger.week import Week, week_of
from reports.letter import Body, letter
from reports.post import Letter
from reports.printing import ALONE, Around, printed
from reports.publish import write_whole
from reports.stop import said_of, stop_url
from reports.weeks import DIGEST, due, newest, week_keys, week_path


def week_now(ledger: Ledger, end: date, *, now: datetime) -> Week:
    """Sum up a home's week, with its alerts that are not over."""
    kept = [row.episode for row in ledger.state.alerts.all() if row.home == ledger.home.id]
    return week_of(ledger, end, now=now, episodes=[episode for episode in kept if episode.closed_at is None])


def keep(config: Config, ledger: Ledger, end: date, *, now: datetime) -> Path | None:
    """Make a week's letter and keep it; None where it is kept already, as it never changes."""
    path = week_path(config, ledger.home, end)
    if kept(path) is not None:
        return None
    week = week_now(ledger, end, now=now)
    with reading(of_home(ledger.home)):
        body = render_week(week, ledger.home)
    write_whole(path.with_suffix(".html"), body.page.encode())
    write_whole(path.with_suffix(".txt"), body.text.encode())
    write_whole(path, msgspec.json.encode(week))
    return path.with_suffix(".txt")


def kept(path: Path) -> Week | None:
    """Return a week that was kept; None where there is none, or another version of the program kept it."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Week)
    except (OSError, msgspec.MsgspecError):
        return None


def render_week(week: Week, home: Home, around: Around = ALONE) -> Body:
    """Print a week in the reader's language; it has no pictures."""
    said = week_content(week, home)
    made = printed("weekly", said, around, {})
    return Body(said.head.subject, made.text, made.html, {})


def week_url(config: Config, home: Home, start: date, end: date) -> str:
    """Return where a week stands on the page; empty where it has no public address."""
    public = config.settings.dashboard.public_url
    asked = {"home": home.id, "from": start.isoformat(), "through": (end - timedelta(days=1)).isoformat()}
    return f"{public}bill?{urlencode(asked)}" if public else ""


def week_letters(config: Config, home: Home, sent: Sent, *, now: datetime, asked: bool = False) -> list[Letter]:
    """Return the letters of a home's newest week that are to be sent, each written when it leaves."""
    end = newest(config, home, now) if asked else due(config, home, now)
    found = None if end is None else kept(week_path(config, home, end))
    if end is None or found is None:
        return []
    keys = week_keys(config, home, end, sent, now=now, asked=asked)
    return [Letter(key, found.week.bill.total, partial(_write, config, home, found, key, sent, now)) for key in keys]


def _write(config: Config, home: Home, week: Week, key: Key, sent: Sent, now: datetime) -> EmailMessage:
    person = sent.meet(DIGEST, home.id, key.recipient, at=now)
    stop = stop_url(config, person)
    with reading(of_home(home)):
        around = Around(week_url(config, home, week.start, week.end), said_of(config, person), stop)
        body = render_week(week, home, around)
    return letter(body, key, config.settings.mail, at=now, stop_url=stop)

"""The weekly letter about all homes: `python -m reports.fleet` looks at each, sends what is owed, then ends."""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from email.message import EmailMessage
from functools import partial
from urllib.parse import urlencode

import msgspec

from heatledger.alerts.episodes import Episode
from heatledger.commissioning.fleet import Row, row, unseen
from heatledger.commissioning.gather import SPAN, found, kept
from heatledger.config import Config, ConfigError, load
from heatledger.home import Home
from heatledger.ledger import Ledger
from heatledger.reader import of_home, reading
from heatledger.settings import mail_password
from heatledger.statement.homes import homes_content
from heatledger.store import Store, StoreError, open_store
from heatledger.store.sent import EVERY_HOME, Key, Sent
from heatledger.store.state import State
from heatledger.tariff.load import BillError
from reports.fleet_due import FLEET, first_home, fleet_due, fleet_keys, fleet_path, newest_fleet, zone_of
from reports.letter import Body, letter
from reports.post import BUSY, Letter, Outcome, alone, deliver
from reports.printing import ALONE, Around, printed
from reports.publish import write_whole
from reports.smtp import Postbox
from reports.stop import said_of, stop_url

_log = logging.getLogger(__name__)


class Homes(msgspec.Struct, frozen=True, kw_only=True):
    """All homes as they were found for a week's letter; `end` is the day after the week."""

    end: date
    rows: list[Row]


def look_at_all(config: Config, end: date, *, now: datetime) -> Homes:
    """Look at every home by the checks of commissioning; one that cannot be looked at says why.

    Parameters
    ----------
    config : Config
        The homes.
    end : date
        The day after the week that the letter tells of.
    now : datetime
        Aware.

    Raises
    ------
    StoreError
        If the store does not answer at all.
    """
    with closing(open_store(config.store_url)) as store, closing(State(config.state_path)) as state:
        lasting = [one for one in state.alerts.all() if one.episode.closed_at is None]
        alerts = {name: tuple(one.episode for one in lasting if one.home == name) for name in config.homes}
        return Homes(
            end=end,
            rows=[_row(config, home, store, state, alerts[name], now) for name, home in config.homes.items()],
        )


def _row(config: Config, home: Home, store: Store, state: State, alerts: tuple[Episode, ...], now: datetime) -> Row:
    runs, start = kept(state, home.id), now - SPAN
    try:
        told = row(*found(Ledger(config, home, store=store, state=state), store, start=start, now=now), runs)
    except (StoreError, BillError, sqlite3.Error) as error:
        told = unseen(home, runs, reason=str(error))
    except Exception as error:  # one home's trouble keeps no other home out of the letter
        _log.exception("%s: could not be looked at", home.id)
        told = unseen(home, runs, reason=f"{type(error).__name__}: {error}")
    return msgspec.structs.replace(told, alerts=alerts)


def render_fleet(config: Config, homes: Homes, around: Around = ALONE) -> Body:
    """Print the letter in the language of the first home; it has no pictures."""

    def url(home: str) -> str:
        public = config.settings.dashboard.public_url
        return f"{public}commissioning?{urlencode({'home': home})}" if public else ""

    with reading(of_home(first_home(config))):
        said = homes_content(homes.rows, homes.end, zone_of(config), url)
        made = printed("homes", said, around, {})
    return Body(said.head.subject, made.text, made.html, {})


def newest_homes(config: Config, *, now: datetime) -> Homes:
    """Return all homes as the newest letter told of them, else as they are found now."""
    end = newest_fleet(config, now)
    return _kept(config, end) or look_at_all(config, end, now=now)


def _kept(config: Config, end: date) -> Homes | None:
    try:
        return msgspec.json.decode(fleet_path(config, end).read_bytes(), type=Homes)
    except (OSError, msgspec.MsgspecError):  # there is none, or another version of the program kept it
        return None


def send_fleet(
    config: Config, *, environ: Mapping[str, str], now: datetime, asked: bool = False
) -> list[Outcome] | None:
    """Look at all homes where the week's letter is owed, and send it; None where another process is at it.

    Parameters
    ----------
    config : Config
        Homes, mail server, recipients.
    environ : mapping
        For the password.
    now : datetime
        Aware.
    asked : bool
        A person asks for it: the newest, to everybody who has it not, on whatever day.
    """
    with alone(config.data_dir / "sent.lock") as mine, closing(Sent(config.sent_path)) as sent:
        if not mine:
            return None
        end = newest_fleet(config, now) if asked else fleet_due(config, now)
        keys = [] if end is None else fleet_keys(config, end, sent, now=now, asked=asked)
        if end is None or not keys or not config.settings.mail.host:
            return []
        homes = _kept(config, end)
        if homes is None:
            homes = look_at_all(config, end, now=now)
            write_whole(fleet_path(config, end), msgspec.json.encode(homes))
        letters = [Letter(key, None, partial(_write, config, homes, key, sent, now)) for key in keys]
        box = Postbox(config.settings.mail, mail_password(config.settings.mail, config.data_dir, environ))
        with closing(box):
            return deliver(letters, sent, box, now=lambda: datetime.now(UTC))


def _write(config: Config, homes: Homes, key: Key, sent: Sent, now: datetime) -> EmailMessage:
    person = sent.meet(FLEET, EVERY_HOME, key.recipient, at=now)
    stop, public = stop_url(config, person), config.settings.dashboard.public_url
    with reading(of_home(first_home(config))):
        said = said_of(config, person)
    body = render_fleet(config, homes, Around(f"{public}fleet" if public else "", said, stop))
    return letter(body, key, config.settings.mail, at=now, stop_url=stop)


def main() -> int:
    """Send what is owed of the letter about all homes; 1 for nothing, 2 for trouble, 3 where another is at it."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        done = send_fleet(load(), environ=os.environ, now=datetime.now(UTC))
    except (BillError, ConfigError, StoreError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if done is None:
        return BUSY
    sys.stdout.write("".join(f"{row.key.recipient}: {row.said}\n" for row in done))
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())

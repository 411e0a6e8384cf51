"""Sends a home's letters: `python -m reports.sending HOME` makes what is due and sends what is owed, then ends."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from heatledger.config import Config, ConfigError, load
from heatledger.home import Home
from heatledger.ledger import Ledger
from heatledger.reader import of_home, reading
from heatledger.settings import mail_password
from heatledger.statement.typeset import statement_pdf
from heatledger.store import StoreError, open_store
from heatledger.store.sent import Kind, Sent
from heatledger.store.state import State
from heatledger.tariff.lines import BillLine
from heatledger.tariff.load import BillError
from heatledger.wording import say
from reports.due import BILL, Owed, asked_for, owed
from reports.letter import Attachment, letter
from reports.monthly import render
from reports.post import BUSY, Letter, Outcome, alone, deliver
from reports.printing import Around
from reports.publish import lines_of, publish, summary_of
from reports.smtp import Postbox
from reports.stop import said_of, stop_url
from reports.weekly import keep, week_letters
from reports.weeks import DIGEST, due, newest


def bill_url(config: Config, home: Home, found: Owed) -> str:
    """Return where the bill stands on the page; empty where it has no public address."""
    public = config.settings.dashboard.public_url
    asked = urlencode({"home": home.id, "period": "cycle", "at": found.statement.start.isoformat()})
    return f"{public}bill?{asked}" if public else ""


def letters(config: Config, home: Home, found: Sequence[Owed], sent: Sent, *, now: datetime) -> list[Letter]:
    """Return the letters of statements that are owed.

    Parameters
    ----------
    config : Config
        Whom they are from, and where the page is.
    home : Home
        Whose statements, and in which language.
    found : sequence of Owed
        As `reports.due.owed` says.
    sent : Sent
        For the recipients' secrets.
    now : datetime
        Their date, aware.
    """
    return [Letter(row.key, row.statement.total, partial(_write, config, home, row, sent, now)) for row in found]


def _write(config: Config, home: Home, found: Owed, sent: Sent, now: datetime) -> EmailMessage:
    summary, path = summary_of(found.statement.path), found.statement.path
    person = sent.meet(BILL, home.id, found.key.recipient, at=now)
    before = _before(found) if found.has is not None else None
    with reading(of_home(home)):
        attached_too = say("Attached: the statement (PDF) and every line (CSV).")
        said = [attached_too, *said_of(config, person)]
        around = Around(bill_url(config, home, found), said, stop_url(config, person))
        body = render(summary, home, before=before, around=around)
        pdf = path.with_suffix(".pdf")
        paper = pdf.read_bytes() if pdf.is_file() else statement_pdf(summary, home, issued=now, before=before)
    name = f"{home.id}-{found.key.start}"
    csv = path.with_suffix(".csv").read_bytes()
    attached = (Attachment(f"{name}.pdf", "application/pdf", paper), Attachment(f"{name}.csv", "text/csv", csv))
    return letter(
        body, found.key, config.settings.mail, at=now, stop_url=stop_url(config, person), attachments=attached
    )


def _before(found: Owed) -> list[BillLine] | None:
    """Return the lines of the version that the recipient has."""
    path = found.statement.path
    return lines_of(path.with_name(path.name.replace(f"-v{found.key.version}.", f"-v{found.has}.")))


def send(
    config: Config,
    home: Home,
    state: State,
    sent: Sent,
    *,
    environ: Mapping[str, str],
    now: datetime,
    asked: Kind | None = None,
) -> list[Outcome]:
    """Send what is owed of a home's letters, or the kind that was asked for, and note it; the caller is `alone`."""
    if not config.settings.mail.host:
        return []
    found = list[Letter]()
    if asked in (None, BILL):
        statements = (asked_for if asked else owed)(config, home, state, sent, now)
        found += letters(config, home, statements, sent, now=now)
    if asked in (None, DIGEST):
        found += week_letters(config, home, sent, now=now, asked=asked is not None)
    if not found:
        return []
    box = Postbox(config.settings.mail, mail_password(config.settings.mail, config.data_dir, environ))
    with closing(box):
        return deliver(found, sent, box, now=lambda: datetime.now(UTC))


def make_and_send(
    config: Config, home: Home, *, environ: Mapping[str, str], now: datetime, asked: Kind | None = None
) -> tuple[list[Path], list[Outcome]] | None:
    """Make a home's letters that are due and send what is owed; None where another process is at it.

    Parameters
    ----------
    config : Config
        Books, mail server, recipients.
    home : Home
        Whose.
    environ : mapping
        For the password.
    now : datetime
        Aware.
    asked : str, optional
        A person asks for this kind: the newest one, to everybody who has it not, at whatever hour.
    """
    with (
        alone(config.data_dir / "sent.lock") as mine,
        closing(State(config.state_path)) as state,
        closing(Sent(config.sent_path)) as sent,
    ):
        if not mine:
            return None
        with closing(open_store(config.store_url)) as store:
            ledger = Ledger(config, home, store=store, state=state)
            paths = publish(config, ledger, now=now)
            end = newest(config, home, now) if asked == DIGEST else due(config, home, now)
            week = None if end is None else keep(config, ledger, end, now=now)
        paths += [] if week is None else [week]
        return paths, send(config, home, state, sent, environ=environ, now=now, asked=asked)


def main() -> int:
    """Make and send what is due of the home that is named; 1 for nothing, 2 for trouble, 3 where another is at it."""
    parser = argparse.ArgumentParser(prog="python -m reports.sending", description="Make and send what is due.")
    parser.add_argument("home")
    given = parser.parse_args()
    try:
        config = load()
        home = config.homes.get(given.home)
        done = make_and_send(config, home, environ=os.environ, now=datetime.now(UTC)) if home else ([], [])
    except (BillError, ConfigError, StoreError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if done is None:
        return BUSY
    said = [f"written: {path}" for path in done[0]] + [f"{row.key.recipient}: {row.said}" for row in done[1]]
    sys.stdout.write("".join(f"{line}\n" for line in said))
    return 0 if said else 1


if __name__ == "__main__":
    sys.exit(main())

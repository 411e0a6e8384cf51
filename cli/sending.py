"""What `heatledger report` does with letters: tries the mail server, sends, lists what was sent, stops and resumes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from typing import NamedTuple

import msgspec
import typer

from cli.asked import Asked
from cli.options import CommandError
from heatledger.config import Config
from heatledger.home import Home
from heatledger.store.sent import EVERY_HOME, Delivery, Kind, Sent
from reports.due import BILL, recipients
from reports.fleet_due import FLEET
from reports.letter import Body
from reports.post import Outcome
from reports.sending import make_and_send
from reports.trial import try_server
from reports.weeks import DIGEST, people_of


class Letters(NamedTuple):
    """A kind of letters.

    Attributes
    ----------
    kind, home : str
        As the ledger of what was sent knows them.
    called : str
        What they are called.
    people : tuple of str
        Who gets them by the settings.
    key : str
        Where those are written.
    send : callable
        Sends the newest to everybody who has it not; None where another process is at it.
    """

    kind: Kind
    home: str
    called: str
    people: tuple[str, ...]
    key: str
    send: Callable[[], Sequence[Outcome] | None]


def of_home(config: Config, home: Home, kind: Kind, now: datetime) -> Letters:
    """Return a home's statements, or its weekly letters."""

    def send() -> Sequence[Outcome] | None:
        done = make_and_send(config, home, environ=os.environ, now=now, asked=kind)
        return None if done is None else done[1]

    if kind == DIGEST:
        people, key = people_of(config, home.id), "[reports] to, or [reports.digest] to,"
        return Letters(DIGEST, home.id, f"weekly letters of {home.id}", people, key, send)
    return Letters(BILL, home.id, f"statements of {home.id}", recipients(config, home.id), "[reports] to", send)


def act(config: Config, home: Home, letters: Letters, asked: Asked, *, now: datetime, body: Body | None = None) -> None:
    """Do the one thing that was asked; list what was sent where it is nothing else.

    Parameters
    ----------
    config : Config
        The mail server.
    home : Home
        Whose, or the first of all homes.
    letters : Letters
        Which of them.
    asked : Asked
        What to do.
    now : datetime
        Aware.
    body : Body, optional
        What a test says; by default that the mail server works.
    """
    if (asked.test or asked.send) and not config.settings.mail.host:
        raise CommandError("no mail server; name one in settings.toml, [mail] host (docs/reports.md)")
    if asked.test:
        _test(config, home, letters, asked.to, now, body)
    elif asked.send:
        _send(letters)
    elif asked.stop or asked.resume:
        _set(config, letters, (asked.stop or asked.resume or "").lower(), now, stopped=asked.stop is not None)
    else:
        _list(config, letters.home, as_json=asked.as_json)


def _test(config: Config, home: Home, letters: Letters, to: str | None, now: datetime, body: Body | None) -> None:
    people = (to,) if to else letters.people
    if not people:
        raise CommandError(f"nobody gets the {letters.called}; write {letters.key} in settings.toml, or use --to")
    failed = False
    for person, said, taken in try_server(config, home, people, environ=os.environ, now=now, body=body):
        typer.echo(f"{person}: {said}", err=not taken)
        failed = failed or not taken
    if failed:
        raise typer.Exit(2)


def _send(letters: Letters) -> None:
    if not letters.people:
        raise CommandError(f"nobody gets the {letters.called}; write {letters.key} in settings.toml")
    done = letters.send()
    if done is None:
        raise CommandError("another process is making and sending letters; try again in a minute")
    for row in done:
        typer.echo(f"{row.key.recipient}: {row.said}", err=row.state != "accepted")
    if not done:
        typer.echo(f"{letters.home}: everybody has the newest one, or there is none yet (heatledger report --sent)")
    if any(row.state != "accepted" for row in done):
        raise typer.Exit(2)


def _set(config: Config, letters: Letters, address: str, now: datetime, *, stopped: bool) -> None:
    if address not in letters.people:
        raise CommandError(f"{address} gets no {letters.called}; known: {', '.join(letters.people) or 'nobody'}")
    with closing(Sent(config.sent_path)) as sent:
        sent.meet(letters.kind, letters.home, address, at=now)
        if stopped:
            sent.stop(letters.kind, letters.home, address, at=now)
        else:
            sent.resume(letters.kind, letters.home, address)
    typer.echo(f"{address} gets {'no more' if stopped else 'the'} {letters.called}")


def _list(config: Config, home: str, *, as_json: bool) -> None:
    kinds: tuple[Kind, ...] = (BILL, DIGEST) if home != EVERY_HOME else (FLEET,)
    with closing(Sent(config.sent_path)) as sent:
        rows = [row for kind in kinds for row in sent.deliveries(kind, home)]
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode([_flat(row) for row in rows])))
        return
    for row in rows:
        when = f"{row.changed_at:%Y-%m-%d %H:%M} UTC"
        later = f", again {row.again_at:%Y-%m-%d %H:%M} UTC" if row.again_at else ""
        what = f"{row.key.kind:<6}  {row.key.start}  v{row.key.version}"
        typer.echo(f"{what}  {row.key.recipient}  {row.state}  {when}{later}  {row.said}")
    if not rows:
        typer.echo(f"{home}: nothing was sent yet")


def _flat(row: Delivery) -> dict[str, object]:
    return {**row.key._asdict(), **{name: value for name, value in row._asdict().items() if name != "key"}}

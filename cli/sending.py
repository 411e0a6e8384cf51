"""What `heatledger report` does with letters: tries the mail server, sends, lists what was sent, stops and resumes."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
import typer

from cli.asked import Asked
from cli.options import CommandError
from heatledger.config import Config
from heatledger.home import Home
from heatledger.store.sent import Delivery, Kind, Sent
from reports.due import BILL, recipients
from reports.letter import Body
from reports.sending import make_and_send
from reports.trial import try_server
from reports.weeks import DIGEST, people_of


class _Letters(NamedTuple):
    """A kind of letters: what they are called, who gets them by the settings, and where that is written."""

    called: str
    people: Callable[[Config, str], tuple[str, ...]]
    key: str


_KINDS: Final[dict[Kind, _Letters]] = {
    BILL: _Letters("statements", recipients, "[reports] to"),
    DIGEST: _Letters("weekly letters", people_of, "[reports] to, or [reports.digest] to,"),
}
_NO_SERVER: Final = "no mail server; name one in settings.toml, [mail] host (docs/reports.md)"


def act(config: Config, home: Home, kind: Kind, asked: Asked, *, now: datetime, body: Body | None = None) -> None:
    """Do the one thing that was asked; list what was sent where it is nothing else.

    Parameters
    ----------
    config : Config
        The mail server and the recipients.
    home : Home
        Whose letters.
    kind : str
        Which of them.
    asked : Asked
        What to do.
    now : datetime
        Aware.
    body : Body, optional
        What a test says; by default that the mail server works.
    """
    if asked.test:
        _test(config, home, kind, asked.to, now, body)
    elif asked.send:
        _send(config, home, kind, now)
    elif asked.stop or asked.resume:
        address = (asked.stop or asked.resume or "").lower()
        _set(config, home, kind, address, now, stopped=asked.stop is not None)
    else:
        _list(config, home, as_json=asked.as_json)


def _test(config: Config, home: Home, kind: Kind, to: str | None, now: datetime, body: Body | None) -> None:
    if not config.settings.mail.host:
        raise CommandError(_NO_SERVER)
    letters = _KINDS[kind]
    people = (to,) if to else letters.people(config, home.id)
    if not people:
        nobody = f"nobody gets the {letters.called} of {home.id}"
        raise CommandError(f"{nobody}; write {letters.key} in settings.toml, or use --to")
    failed = False
    for person, said, taken in try_server(config, home, people, environ=os.environ, now=now, body=body):
        typer.echo(f"{person}: {said}", err=not taken)
        failed = failed or not taken
    if failed:
        raise typer.Exit(2)


def _send(config: Config, home: Home, kind: Kind, now: datetime) -> None:
    if not config.settings.mail.host:
        raise CommandError(_NO_SERVER)
    letters = _KINDS[kind]
    if not letters.people(config, home.id):
        raise CommandError(f"nobody gets the {letters.called} of {home.id}; write {letters.key} in settings.toml")
    done = make_and_send(config, home, environ=os.environ, now=now, asked=kind)
    if done is None:
        raise CommandError("another process is making and sending letters; try again in a minute")
    for row in done[1]:
        typer.echo(f"{row.key.recipient}: {row.said}", err=row.state != "accepted")
    if not done[1]:
        typer.echo(f"{home.id}: everybody has the newest one, or there is none yet (heatledger report --sent)")
    if any(row.state != "accepted" for row in done[1]):
        raise typer.Exit(2)


def _set(config: Config, home: Home, kind: Kind, address: str, now: datetime, *, stopped: bool) -> None:
    letters = _KINDS[kind]
    people = letters.people(config, home.id)
    if address not in people:
        raise CommandError(f"{address} gets no {letters.called} of {home.id}; known: {', '.join(people) or 'nobody'}")
    with closing(Sent(config.sent_path)) as sent:
        sent.meet(kind, home.id, address, at=now)
        if stopped:
            sent.stop(kind, home.id, address, at=now)
        else:
            sent.resume(kind, home.id, address)
    typer.echo(f"{address} gets {'no more' if stopped else 'the'} {letters.called} of {home.id}")


def _list(config: Config, home: Home, *, as_json: bool) -> None:
    with closing(Sent(config.sent_path)) as sent:
        rows = [row for kind in _KINDS for row in sent.deliveries(kind, home.id)]
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode([_flat(row) for row in rows])))
        return
    for row in rows:
        when = f"{row.changed_at:%Y-%m-%d %H:%M} UTC"
        later = f", again {row.again_at:%Y-%m-%d %H:%M} UTC" if row.again_at else ""
        what = f"{row.key.kind:<6}  {row.key.start}  v{row.key.version}"
        typer.echo(f"{what}  {row.key.recipient}  {row.state}  {when}{later}  {row.said}")
    if not rows:
        typer.echo(f"{home.id}: nothing was sent yet")


def _flat(row: Delivery) -> dict[str, object]:
    return {**row.key._asdict(), **{name: value for name, value in row._asdict().items() if name != "key"}}

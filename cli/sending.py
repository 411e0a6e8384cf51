"""What `heatledger report` does with letters: tries the mail server, sends, lists what was sent, stops and resumes."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import datetime

import msgspec
import typer

from cli.options import CommandError
from heatledger.config import Config
from heatledger.home import Home
from heatledger.store.sent import Delivery, Sent
from reports.due import BILL, recipients
from reports.sending import make_and_send
from reports.trial import try_server


def act(
    config: Config,
    home: Home,
    *,
    now: datetime,
    test: bool,
    to: str | None,
    send: bool,
    stop: str | None,
    resume: str | None,
    as_json: bool,
) -> None:
    """Do the one thing that was asked; list what was sent where it is nothing else."""
    if test:
        _test(config, home, to, now)
    elif send:
        _send(config, home, now)
    elif stop or resume:
        _set(config, home, (stop or resume or "").lower(), now, stopped=stop is not None)
    else:
        _list(config, home, as_json=as_json)


def _test(config: Config, home: Home, to: str | None, now: datetime) -> None:
    if not config.settings.mail.host:
        raise CommandError("no mail server; name one in settings.toml, [mail] host (docs/reports.md)")
    people = (to,) if to else recipients(config, home.id)
    if not people:
        raise CommandError(f"nobody gets the statements of {home.id}; write [reports] to in settings.toml, or use --to")
    failed = False
    for person, said, taken in try_server(config, home, people, environ=os.environ, now=now):
        typer.echo(f"{person}: {said}", err=not taken)
        failed = failed or not taken
    if failed:
        raise typer.Exit(2)


def _send(config: Config, home: Home, now: datetime) -> None:
    if not config.settings.mail.host:
        raise CommandError("no mail server; name one in settings.toml, [mail] host (docs/reports.md)")
    if not recipients(config, home.id):
        raise CommandError(f"nobody gets the statements of {home.id}; write [reports] to in settings.toml")
    done = make_and_send(config, home, environ=os.environ, now=now, asked=True)
    if done is None:
        raise CommandError("another process is making and sending statements; try again in a minute")
    for row in done[1]:
        typer.echo(f"{row.key.recipient}: {row.said}", err=row.state != "accepted")
    if not done[1]:
        typer.echo(f"{home.id}: everybody has the newest statement, or there is none yet (heatledger report --sent)")
    if any(row.state != "accepted" for row in done[1]):
        raise typer.Exit(2)


def _set(config: Config, home: Home, address: str, now: datetime, *, stopped: bool) -> None:
    if address not in recipients(config, home.id):
        known = ", ".join(recipients(config, home.id)) or "nobody"
        raise CommandError(f"{address} gets no statements of {home.id}; known: {known}")
    with closing(Sent(config.sent_path)) as sent:
        sent.meet(home.id, address, at=now)
        if stopped:
            sent.stop(home.id, address, at=now)
        else:
            sent.resume(home.id, address)
    typer.echo(f"{address} gets {'no more' if stopped else 'the'} statements of {home.id}")


def _list(config: Config, home: Home, *, as_json: bool) -> None:
    with closing(Sent(config.sent_path)) as sent:
        rows = sent.deliveries(BILL, home.id)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode([_flat(row) for row in rows])))
        return
    for row in rows:
        when = f"{row.changed_at:%Y-%m-%d %H:%M} UTC"
        later = f", again {row.again_at:%Y-%m-%d %H:%M} UTC" if row.again_at else ""
        typer.echo(f"{row.key.start}  v{row.key.version}  {row.key.recipient}  {row.state}  {when}{later}  {row.said}")
    if not rows:
        typer.echo(f"{home.id}: nothing was sent yet")


def _flat(row: Delivery) -> dict[str, object]:
    return {**row.key._asdict(), **{name: value for name, value in row._asdict().items() if name != "key"}}

"""A letter that tries the mail server, as `heatledger report --send-test` sends it; nothing is noted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime

from heatledger.config import Config
from heatledger.home import Home
from heatledger.reader import of_home, reading
from heatledger.settings import mail_password
from heatledger.statement.tables import plain
from heatledger.store.sent import Key
from heatledger.wording import say
from reports.letter import Body, letter
from reports.smtp import Postbox, UndeliveredError


def try_server(
    config: Config,
    home: Home,
    people: Sequence[str],
    *,
    environ: Mapping[str, str],
    now: datetime,
    body: Body | None = None,
) -> Iterator[tuple[str, str, bool]]:
    """Send a letter to each, and say what became of it.

    Parameters
    ----------
    config : Config
        The mail server.
    home : Home
        For its name and language.
    people : sequence of str
        Addresses.
    environ : mapping
        For the password.
    now : datetime
        Its date, aware; each try is a letter of its own.
    body : Body, optional
        What it says; by default that the mail server works.

    Yields
    ------
    str, str, bool
        To whom, who took it or why not, and whether it was taken.
    """
    mail, body = config.settings.mail, body or _works(home)
    with closing(Postbox(mail, mail_password(mail, config.data_dir, environ))) as box:
        for person in people:
            key = Key("test", home.id, now.date(), now.date(), person, int(now.timestamp()))
            try:
                yield person, f"taken by {box.send(letter(body, key, mail, at=now), person)}", True
            except UndeliveredError as error:
                yield person, str(error), False


def _works(home: Home) -> Body:
    with reading(of_home(home)):
        subject = say("A test from {home}", home=plain(home.name))
        text = say("The mail server works: the statements of {home} will come from here.", home=plain(home.name))
    return Body(subject, f"{text}\n", f"<!doctype html><html><body><p>{_escaped(text)}</p></body></html>", {})


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

"""Taking a home away: what there is of it, and how all of it goes, step by step, in store, state, files and broker."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from heatledger import bus
from heatledger.archive import reports_of
from heatledger.config import Config
from heatledger.keeping import forget_recipients
from heatledger.misfit import ConfigError
from heatledger.people import PeopleError
from heatledger.store import Store
from heatledger.store.sent import Sent
from heatledger.store.state import State
from heatledger.watching import LOOK_S

_TAKEN_IN_S: Final = 4 * LOOK_S + 1.0
"""After so long every process has seen that the home file is gone. [s]"""
_CONNECT_S: Final = 5.0
_RETAINED_S: Final = 1.5


class Holdings(NamedTuple):
    """What is kept of a home: series and since when they are heard, closed bills, statements, and who has access."""

    series: int
    since: date | None
    bills: int
    reports: int
    last: bool
    others: tuple[str, ...]


class Done(NamedTuple):
    """A step that is done: what went, and how much of it; `trouble` where it could not be done, in one line."""

    what: str
    number: int = 0
    trouble: str = ""


def holdings(config: Config, store: Store, state: State, home: str) -> Holdings:
    """Return what there is of a home."""
    known = store.series(home)
    since = datetime.fromtimestamp(min(row.first_us for row in known) / 1e6, UTC).date() if known else None
    last = not config.homes.keys() - {home}
    bills = len({(bill.start, bill.end) for bill in state.bills(home)})
    others = _others(state) if last else ()
    return Holdings(len(known), since, bills, len(reports_of(config, home)), last, others)


def remove(config: Config, store: Store, state: State, home: str) -> Iterator[Done]:
    """Delete a home, yielding each step when it is done; what was begun can be done again from the start.

    The home file goes last of what ingest reads, and what ingest wrote meanwhile goes after it. With the last home goes
    the access of everybody but the owners. Configuration of no home in particular, secrets and the audit stay.

    Parameters
    ----------
    config : Config
        The homes and where the files lie.
    store : Store
        Readings and intervals.
    state : State
        Bills, days, topics, people.
    home : str
        Which home.

    Raises
    ------
    StoreError
        If store or state cannot delete.
    ConfigError
        If a file cannot be deleted.
    """
    last = not config.homes.keys() - {home}
    prefix = config.homes[home].topic_prefix if home in config.homes else ""
    topics = f"{prefix.rstrip('/')}/" if prefix else "" if last else None
    yield Done("readings", store.delete_home(home))
    yield Done("bills", state.delete_home(home, topics) + _letters(config, home))
    yield Done("files", _files(config, home))
    time.sleep(_TAKEN_IN_S)
    yield Done("late", store.delete_home(home) + state.delete_home(home, topics))
    yield _retained(config, home)
    if last:
        yield Done("people", sum(_revoked(state, name) for name in _others(state)))


def _letters(config: Config, home: str) -> int:
    if not config.sent_path.is_file():
        return 0
    with closing(Sent(config.sent_path)) as sent:
        return sent.delete_home(home)


def _files(config: Config, home: str) -> int:
    forget_recipients(config.user, home)
    path = config.user / "homes" / f"{home}.toml"
    found = [*reports_of(config, home), path, path.with_name(f"{path.name}.old")]
    gone = [each for each in found if each.is_file()]
    for each in gone:
        try:
            each.unlink()
        except OSError as error:
            raise ConfigError(f"{each}: {error.strerror}; delete it by hand") from error
    return len(gone)


def _retained(config: Config, home: str) -> Done:
    """Clear what the broker keeps of the home's live values for whoever subscribes."""
    client = f"heatledger-removal-{secrets.token_hex(4)}"
    said: list[str] = []
    connection = bus.connect(
        config.settings.mqtt.url, client_id=client, clean=True, on_state=lambda _up, line: said.append(line)
    )
    connection.subscribe([f"heatledger/{home}/#"])
    topics: set[str] = set()
    until = time.monotonic() + _CONNECT_S
    while time.monotonic() < until:
        was_up = connection.subscribed
        topics |= {message.topic for message in connection.poll(0.1) if message.payload and message.retain}
        if connection.subscribed and not was_up:
            until = time.monotonic() + _RETAINED_S
    for topic in topics:
        connection.publish(topic, b"", 1, retain=True)
    until = time.monotonic() + _CONNECT_S
    while connection.unacknowledged and time.monotonic() < until:
        connection.poll(0.1)
    reached = connection.connected
    connection.close()
    return Done("broker", len(topics), "" if reached else (said[-1] if said else "the broker does not answer"))


def _others(state: State) -> tuple[str, ...]:
    """Return everybody and everything with access but the owners."""
    owners = {person.name for person in state.people.all() if person.role == "owner"}
    people = state.people
    invited = people.invitations(at_us=time.time_ns() // 1000)
    named = [(row.name, row.role) for row in people.all()]
    named += [(row.name, row.role) for row in people.sessions()]
    named += [(row.name, row.role) for row in people.tokens()]
    named += [(row.name, row.role) for row in invited]
    return tuple(sorted({name for name, role in named if role != "owner"} - owners))


def _revoked(state: State, name: str) -> int:
    try:
        return state.people.revoke(name)
    except PeopleError:  # somebody was faster
        return 0

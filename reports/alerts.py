"""Acts on the rules: takes what was observed into the episodes, and tells every channel once, each for itself."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from heatledger import formatting as fmt
from heatledger.alerts.episodes import Episode, follow
from heatledger.alerts.observed import Observed
from heatledger.alerts.rules import PERISHABLE, look, rows
from heatledger.alerts.table import Rule, is_quiet
from heatledger.config import Config
from heatledger.home import Home
from heatledger.reader import of_home, reading
from heatledger.store.alerts import Message
from heatledger.store.state import State
from heatledger.wording import say
from reports.channels import ChannelError

AGAIN: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180))
"""When a channel that did not take a message is tried again, by how often it was; the last holds on."""
_ANYWHERE: Final = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, never bound

Send = Callable[[str, str, str], None]
"""Takes channel, title and body; raises ChannelError where the channel does not take them."""


def take_in(config: Config, state: State, seen: Sequence[Observed], *, now: datetime) -> None:
    """Take what was observed into the episodes: each begins, lasts and ends once, whoever looks.

    Parameters
    ----------
    config : Config
        For the table of rules and the channels.
    state : State
        Where the episodes are kept.
    seen : sequence of Observed
        A home each.
    now : datetime
        Aware.
    """
    table = rows(config.settings.alerts.rules)

    def channels(episode: Episode) -> Sequence[str]:
        return table[episode.rule].channels or config.settings.alerts.channels

    for one in seen:
        with reading(of_home(one.home)):
            said, judged = look(one, table)
        state.alerts.follow(
            one.home.id, partial(follow, seen=said, rules=table, judged=judged, now=now), channels, now=now
        )
    state.alerts.keep(config.homes, now=now)


def tell(config: Config, state: State, send: Send, *, now: datetime) -> list[str]:
    """Send what is due, channels side by side: one that fails or hangs holds no other back.

    Parameters
    ----------
    config : Config
        For quiet hours, channels and the page's address.
    state : State
        Who was told.
    send : callable
        As `Send`.
    now : datetime
        Aware.

    Returns
    -------
    list of str
        What was sent and what was not, a line each.
    """
    table = rows(config.settings.alerts.rules)

    def wanted(home: str, episode: Episode) -> bool:
        return home in config.homes and may_go(table.get(episode.rule), config.homes[home], episode, now=now)

    due = state.alerts.claim(wanted, config.settings.alerts.channels, now=now)
    by_channel = [[row for row in due if row.channel == name] for name in dict.fromkeys(row.channel for row in due)]
    if not by_channel:
        return []

    def of_channel(messages: Sequence[Message]) -> list[str]:
        return [_tell(config, state, send, message, now) for message in messages]

    with ThreadPoolExecutor(len(by_channel)) as threads:
        return [line for lines in threads.map(of_channel, by_channel) for line in lines]


def may_go(rule: Rule | None, home: Home, episode: Episode, *, now: datetime) -> bool:
    """Return whether an episode may be told now: the rule is on, it is not quiet, and it is not too late to matter."""
    if rule is None or not rule.on or is_quiet(rule.quiet, now.astimezone(ZoneInfo(home.timezone)).time()):
        return False
    return episode.closed_at is None or episode.rule not in PERISHABLE


def _tell(config: Config, state: State, send: Send, message: Message, now: datetime) -> str:
    home, episode = config.homes[message.home], message.episode
    with reading(of_home(home)):
        title, body = worded(home, episode, page_of(config, home, episode.page))
    try:
        send(message.channel, title, body)
    except ChannelError as error:
        again = now + AGAIN[min(message.tries, len(AGAIN) - 1)]
        state.alerts.failed(message, str(error), again_at=again)
        return f"{home.id}: {episode.title}: not sent: {error}"
    state.alerts.sent(message, at=now)
    return f"{home.id}: {episode.title}: sent to {message.channel}"


def worded(home: Home, episode: Episode, link: str) -> tuple[str, str]:
    """Return a message's title and text, with since when it is so, whether it is over, and where to look.

    Parameters
    ----------
    home : Home
        For its name and its clocks.
    episode : Episode
        What is told.
    link : str
        The page's address.
    """
    begun = say("Noticed on {moment}.", moment=_moment(home, episode.opened_at))
    over = say("It was over on {moment}.", moment=_moment(home, episode.closed_at)) if episode.closed_at else ""
    return f"{home.name}: {episode.title}", f"{episode.text}\n\n{f'{begun} {over}'.rstrip()}\n{link}"


def _moment(home: Home, at: datetime) -> str:
    local = at.astimezone(ZoneInfo(home.timezone))
    return f"{fmt.day(local.date(), weekday=True)}, {fmt.clock(local, hour12=False)}"


def page_of(config: Config, home: Home | None, page: str) -> str:
    """Return the address of a page, of a home where one is named: as the settings say it, else as it is served."""
    served = config.settings.dashboard
    host = socket.gethostname() if served.host in _ANYWHERE else served.host
    base = served.public_url or f"http://{host}:{served.port}{served.path}"
    asked = f"?home={home.id}" if home and len(config.homes) > 1 else ""
    return f"{base.rstrip('/')}/{page}{asked}"

"""`heatledger alerts`: the table of rules, what is the matter, who was told; and one message to each channel."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec
import typer

from cli.options import ConfigOption, JsonOption
from heatledger.alerts.rules import UNITS, rows
from heatledger.config import Config, load
from heatledger.store.alerts import Kept, Told
from heatledger.store.state import State
from reports import channels
from reports.channels import ChannelError

_LATELY: Final = 5
_TEST: Final = (
    "heatledger: this channel works",
    "You asked for this message with heatledger alerts --test. Alerts come here.",
)


def alerts(
    test: Annotated[bool, typer.Option("--test", help="Send one message to each channel; 1 if one fails.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the rules, what is the matter now, and who was told of it."""
    loaded = load(config_dir=config)
    if test:
        raise typer.Exit(_try(loaded))
    with closing(State(loaded.state_path)) as state:
        kept = state.alerts.all()
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(_plain(loaded, kept))))
        return
    for line in (*_rules(loaded), "", *_open(loaded, kept), *_over(loaded, kept), "", *_channels(loaded)):
        typer.echo(line)


def _try(config: Config) -> int:
    """Send a message to each channel, and say which took it."""
    names, failed = config.settings.alerts.channels, 0
    if not names:
        typer.echo('no channels: name them in settings.toml, [alerts] channels = ["phone"] (docs/alerts.md)', err=True)
        return 1
    for name in names:
        try:
            channels.send(name, channels.address(name, config.data_dir, os.environ), *_TEST)
        except ChannelError as error:
            failed += 1
            typer.echo(str(error).removesuffix("; it is tried again"), err=True)
        else:
            typer.echo(f"channel {name}: taken")
    return 1 if failed else 0


def _rules(config: Config) -> list[str]:
    cells = [("rule", "on", "tells from", "over below", "quiet", "channels")]
    for name, rule in rows(config.settings.alerts.rules).items():
        over = rule.threshold - rule.hysteresis
        told = ", ".join(rule.channels) or "all"
        unit = UNITS[name]
        cells.append(
            (
                name,
                "yes" if rule.on else "no",
                f"{rule.threshold:g} {unit}",
                f"{over:g} {unit}",
                rule.quiet or "never",
                told,
            )
        )
    widths = [max(len(row[at]) for row in cells) for at in range(len(cells[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def _open(config: Config, kept: Sequence[Kept]) -> list[str]:
    lasting = [row for row in kept if row.episode.closed_at is None]
    if not lasting:
        return ["Nothing is the matter."]
    return [line for row in lasting for line in _lines(config, row)]


def _over(config: Config, kept: Sequence[Kept]) -> list[str]:
    over = [row for row in kept if row.episode.closed_at is not None][-_LATELY:]
    return ["", "Lately over:", *(f"  {_head(config, row)}" for row in reversed(over))] if over else []


def _head(config: Config, row: Kept) -> str:
    episode = row.episode
    until = f" to {_moment(config, row.home, episode.closed_at)}" if episode.closed_at else ""
    return f"{row.home}: {episode.title} ({_moment(config, row.home, episode.opened_at)}{until})"


def _lines(config: Config, row: Kept) -> list[str]:
    told = [f"  {_told(config, row.home, one)}" for one in row.told] or ["  no channel was told"]
    return [_head(config, row), f"  {row.episode.text}", *told]


def _told(config: Config, home: str, told: Told) -> str:
    if told.sent_at is not None:
        return f"{told.channel}: sent {_moment(config, home, told.sent_at)}"
    return f"{told.channel}: tried {told.tries} times: {told.error}" if told.tries else f"{told.channel}: waits"


def _moment(config: Config, home: str, at: datetime) -> str:
    known = config.homes.get(home)
    return f"{at.astimezone(ZoneInfo(known.timezone) if known else at.tzinfo):%Y-%m-%d %H:%M}"


def _channels(config: Config) -> list[str]:
    names = config.settings.alerts.channels
    if not names:
        return ["No channels: alerts are kept here and go nowhere. docs/alerts.md says how to name one."]
    return [_channel(config, name) for name in names]


def _channel(config: Config, name: str) -> str:
    try:
        channels.address(name, config.data_dir, os.environ)
    except ChannelError as error:
        return str(error)
    return f"channel {name}: has its address; heatledger alerts --test sends it a message"


def _plain(config: Config, kept: Sequence[Kept]) -> dict[str, object]:
    rules = {
        name: {"unit": UNITS[name], **msgspec.to_builtins(rule)}
        for name, rule in rows(config.settings.alerts.rules).items()
    }
    episodes = [
        {"home": row.home, **msgspec.to_builtins(row.episode), "told": [one._asdict() for one in row.told]}
        for row in kept
    ]
    return {"rules": rules, "channels": list(config.settings.alerts.channels), "episodes": episodes}

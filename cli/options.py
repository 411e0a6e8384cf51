"""What the commands share: their common options, and how a home is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from heatledger.config import Config
from heatledger.home import Home

HomeOption = Annotated[str | None, typer.Option("--home", help="Which home; may be left out when there is one.")]
PeriodOption = Annotated[
    str | None, typer.Option("--period", help="day, week, month, cycle or year; by default cycle.")
]
FromOption = Annotated[str | None, typer.Option("--from", help="First day or instant, in the home's own time.")]
ToOption = Annotated[str | None, typer.Option("--to", help="Day or instant after the last.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="Folder of your own configuration; by default config in the data folder."),
]


class CommandError(Exception):
    """What a command was asked cannot be done; the message is one line for the user."""


def choose(homes: Mapping[str, Home], asked: str | None, config: Config) -> Home:
    """Return the home that was asked for, or the only one.

    Raises
    ------
    CommandError
        If there is none, or more than one and none was named.
    """
    if asked is None and len(homes) == 1:
        return next(iter(homes.values()))
    if asked is not None and asked in homes:
        return homes[asked]
    if not homes:
        where = config.data_dir / "config" / "homes"
        raise CommandError(
            f"no home file in {where}; set the home up at /setup of the page, write one (docs/home-file.md), or try "
            "heatledger demo"
        )
    known = ", ".join(sorted(homes))
    if asked is None:
        raise CommandError(f"there are several homes: {known}; say which with --home")
    raise CommandError(f"no home {asked!r}; known: {known}")


def utc_now() -> datetime:
    """Return the time now; the one clock the commands read."""
    return datetime.now(UTC)


def write_file(path: Path, content: bytes) -> None:
    """Write what was asked for; say in one line why it cannot be."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}; name a file that may be written") from error

"""`heatledger delete`: a home and all that is kept of it, after its id was typed once more."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from typing import Annotated, Final

import typer

from cli.options import CommandError, ConfigOption
from heatledger.config import load
from heatledger.people import Look
from heatledger.removal import holdings, remove
from heatledger.store import open_store
from heatledger.store.state import State

_WORDS: Final = {
    "readings": "readings and intervals deleted",
    "bills": "days, closed bills, statements and topics forgotten",
    "files": "files deleted",
    "late": "deleted of what came in meanwhile",
    "broker": "values cleared that the broker kept",
    "people": "accesses taken from others",
}


def delete(
    home: Annotated[str, typer.Argument(metavar="HOME", help="The id of the home.")],
    confirm: Annotated[str, typer.Option("--confirm", help="The id once more; asked for without it.")] = "",
    config: ConfigOption = None,
) -> None:
    """Delete a home: its readings, intervals, bills, statements and home file, for good. The audit and settings stay.

    With the last home goes the access of everybody but the owners. `heatledger export --format zip` takes it all along.
    """
    settings = load(config_dir=config)
    with closing(open_store(settings.store_url)) as store, closing(State(settings.state_path)) as state:
        if home not in {*settings.homes, *store.homes()}:
            known = ", ".join(sorted({*settings.homes, *store.homes()})) or "none"
            raise CommandError(f"no home {home!r}; known: {known}")
        found = holdings(settings, store, state, home)
        since = f", heard since {found.since}" if found.since else ""
        typer.echo(f"{home}: {found.series} series{since}; {found.bills} closed bills, {found.reports} statements")
        if found.others:
            typer.echo(f"the last home: no longer let in will be {', '.join(found.others)}")
        if (confirm or _asked(home)) != home:
            raise CommandError("nothing is deleted: that is not the id")
        for step in remove(settings, store, state, home):
            typer.echo(f"{step.number:>10,} {_WORDS[step.what]}{f' ({step.trouble})' if step.trouble else ''}")
        state.people.note(Look(time.time_ns() // 1000, "the command", "owner", "", f"deleted the home {home}", 1))
    typer.echo(f"{home} is deleted; what its devices go on publishing is stored anew while heatledger runs")


def _asked(home: str) -> str:
    if not sys.stdin.isatty():
        raise CommandError(f"say --confirm {home} to delete it without being asked")
    return str(typer.prompt(f"To delete it for good, type {home}"))

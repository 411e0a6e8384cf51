"""`heatledger tariff`: rate plans and prices from other formats, and the check of one's own file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from cli.options import CommandError
from cli.tariff_file import read_plan, read_price_file, text_of
from heatledger.tariff.example import check_examples
from heatledger.tariff.importers.urdb import import_urdb
from heatledger.tariff.load import BillError
from heatledger.tariff.writing import plan_text

_HEAD: Final = ("Imported: check a bill of this plan against your own before you trust it.",)


def tariff(
    action: Annotated[str, typer.Argument(help="import-urdb, import-octopus or check.")],
    file: Annotated[Path, typer.Argument(help="The file to read.")],
    out: Annotated[Path | None, typer.Option("--out", help="Write here; by default to standard output.")] = None,
    payment_method: Annotated[
        str | None, typer.Option("--payment-method", help="Of an Octopus file that has prices for several.")
    ] = None,
) -> None:
    """Bring a rate plan or prices in from another format, or check a plan's file."""
    actions: dict[str, Callable[[Path], str]]
    actions = {"import-urdb": _urdb, "import-octopus": partial(_octopus, method=payment_method), "check": _check}
    if action not in actions:
        raise CommandError(f"tariff {action}: not known; use one of {', '.join(actions)}")
    try:
        text = actions[action](file)
    except BillError as error:
        message = str(error)
        raise CommandError(message if str(file) in message else f"{file}: {message}") from error
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{out}: {error.strerror}; name a file that may be written") from error


def _urdb(file: Path) -> str:
    return plan_text(import_urdb(text_of(file), where=str(file)), head=_HEAD)


def _octopus(file: Path, method: str | None) -> str:
    series = read_price_file(file, payment_method=method)
    rows = zip(series.start_s.tolist(), series.end_s.tolist(), series.price.tolist(), strict=True)
    lines = [f"{_moment(start)},{_moment(end)},{price!r}" for start, end, price in rows]
    return "\n".join(["valid_from,valid_to,price", *lines]) + "\n"


def _moment(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at_s < _LATEST_S else ""


_LATEST_S: Final = 250_000_000_000
"""Later than any price that ends: what is open. [Unix time, s]"""


def _check(file: Path) -> str:
    plan = read_plan(file)
    wrong = check_examples(plan, folder=file.parent)
    if wrong:
        raise CommandError(f"{file}: {wrong[0]}")
    return f"{file}: {len(plan.lines)} lines, every hour priced; {len(plan.examples)} examples come out as printed\n"

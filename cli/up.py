"""`heatledger up`: every process of the product, against the user's own broker."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import ConfigOption
from cli.processes import Program, heatledger, run_all
from heatledger.config import load


def up(
    config: ConfigOption = None,
    port: Annotated[int | None, typer.Option(help="Port of the page; by default as in settings.toml.")] = None,
) -> None:
    """Run all processes together, each started again if it dies; Ctrl-C stops all of it.

    What sends commands runs only where the settings say so.
    """
    settings = load(config_dir=config).settings
    layer = {} if config is None else {"HEATLEDGER_CONFIG": str(config)}
    page = () if port is None else ("--port", str(port))
    programs = [
        Program("ingest", heatledger("ingest"), layer),
        Program("dashboard", heatledger("dashboard", *page), layer),
        Program("reports", heatledger("reports"), layer),
    ]
    if settings.control.on:
        programs.append(Program("control", heatledger("control"), layer))
    raise typer.Exit(run_all(programs))

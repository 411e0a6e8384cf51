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
    """Run ingest, dashboard and reports together, each started again if it dies. Ctrl-C stops all of it."""
    load(config_dir=config)
    layer = {} if config is None else {"HEATLEDGER_CONFIG": str(config)}
    page = () if port is None else ("--port", str(port))
    raise typer.Exit(
        run_all(
            [
                Program("ingest", heatledger("ingest"), layer),
                Program("dashboard", heatledger("dashboard", *page), layer),
                Program("reports", heatledger("reports"), layer),
            ]
        )
    )

"""`heatledger dashboard`: serves the page, its live channel and the HTTP API."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from cli.options import CommandError, ConfigOption, HomeOption
from dashboard.serve import ServeError, serve
from heatledger import config as configuration


def dashboard(
    host: Annotated[str | None, typer.Option("--host", help="Address to serve on; by default the settings'.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port to serve on.")] = None,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Serve the dashboard."""
    try:
        serve(partial(configuration.load, config_dir=config), home=home, host=host, port=port)
    except ServeError as error:
        raise CommandError(str(error)) from error

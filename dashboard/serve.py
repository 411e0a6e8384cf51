"""Serves the dashboard with uvicorn on an address that is ours, or says in one line why not."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Callable
from typing import cast

import uvicorn

from dashboard import heap
from dashboard.app import create_app
from dashboard.gate import Application
from dashboard.queries import AskError
from dashboard.swap import Swapping
from heatledger.config import Config, ConfigError
from heatledger.store import open_store
from heatledger.store.state import State
from heatledger.watching import Watch


class ServeError(Exception):
    """The dashboard cannot be served; the message is one line: what, where, the mend."""


def listen(host: str, port: int) -> socket.socket:
    """Take the address to serve on.

    Raises
    ------
    ServeError
        If it is in use, not allowed, or not ours.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        taken = socket.socket(family, kind, protocol)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ServeError(f"port {port} is in use on {host}: choose another with --port") from error
        if error.errno == errno.EACCES:
            raise ServeError(
                f"port {port} may not be used without privileges: choose one above 1023 with --port"
            ) from error
        raise ServeError(f"{host}:{port} cannot be served: {error.strerror or error}; check --host") from error
    return taken


def serve(
    load: Callable[[], Config], *, home: str | None = None, host: str | None = None, port: int | None = None
) -> None:
    """Serve until interrupted; a changed configuration is taken in while serving.

    Parameters
    ----------
    load : callable
        Reads the configuration: with the address, which `host` and `port` override.
    home : str, optional
        Which home to show.

    Raises
    ------
    ServeError
        If the address cannot be taken.
    """
    heap.bound()
    watch = Watch(load)
    config = watch.config
    chosen = config.settings.dashboard
    taken = listen(host or chosen.host, chosen.port if port is None else port)
    store, state = open_store(config.store_url), State(config.state_path)

    def make(changed: Config) -> Application:
        page = changed.settings.dashboard
        if (page.host, page.port) != (chosen.host, chosen.port):
            logging.getLogger(__name__).warning("dashboard.host and dashboard.port count from the next start on")
        kept = store if changed.store_url == config.store_url else open_store(changed.store_url)
        try:
            app = create_app(changed, home, store=kept, state=state, refused=lambda: watch.refused)
        except AskError as error:
            raise ConfigError(str(error)) from error
        return cast("Application", app.server)

    app = Swapping(watch, make)
    options = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=3, proxy_headers=False
    )  # who a proxy speaks for is for the gate to judge
    uvicorn.Server(options).run(sockets=[taken])

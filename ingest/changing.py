"""What of a changed configuration concerns a running worker: another broker or store, or only how messages are read."""

from __future__ import annotations

from collections.abc import Callable

from heatledger.bus import BusError, Connection
from heatledger.config import Config
from heatledger.misfit import ConfigError
from heatledger.store import Store, StoreError, UnusableStoreError
from ingest.worker import Change


def change(
    before: Config,
    after: Config,
    *,
    connect: Callable[[Config], Connection],
    open_store: Callable[[Config], Store],
) -> Change:
    """Return what a worker is to take in.

    Parameters
    ----------
    before, after : Config
        The configuration it works by, and the one it is to work by.
    connect : callable
        Prepares a connection to a configuration's broker.
    open_store : callable
        Opens a configuration's store.

    Raises
    ------
    ConfigError
        If the broker cannot be used.
    UnusableStoreError
        If the store can never be one; a store that is only away is waited for.
    """
    old, new = before.settings.mqtt, after.settings.mqtt
    gone = before.homes.keys() - after.homes.keys()  # a home that was deleted: the store's own memory of it is void
    other_store = before.store_url != after.store_url or bool(gone)
    if other_store:
        _tried(lambda: open_store(after))
    try:
        connection = connect(after) if (old.url, old.client_id) != (new.url, new.client_id) else None
    except BusError as error:
        raise ConfigError(f"mqtt.url: {error}") from error
    return Change(after, connection, (lambda: open_store(after)) if other_store else None)


def _tried(open_it: Callable[[], Store]) -> None:
    try:
        open_it().close()
    except UnusableStoreError:
        raise
    except StoreError:
        return

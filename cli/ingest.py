"""`heatledger ingest`: MQTT messages into the store, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from functools import partial
from types import FrameType

import typer

from cli.options import ConfigOption
from heatledger import bus
from heatledger.announcements import STATUS_TOPIC
from heatledger.broker import endpoint
from heatledger.config import Config, load
from heatledger.store import Store, StoreError, open_store, shown
from heatledger.store.spool import Spool
from heatledger.store.sqlite import SqliteStore
from heatledger.store.state import State
from heatledger.watching import Watch
from ingest.changing import change
from ingest.storing import Storing
from ingest.worker import Worker, status_will

_PATIENCE_S = 1.0
"""How long the store may keep a message waiting before the spool takes it. [s]"""


def ingest(config: ConfigOption = None) -> None:
    """Store what the home's devices publish, keep intervals current, republish live values. Ctrl-C ends it in order.

    What changes in the configuration meanwhile is taken in without a restart.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    watch = Watch(partial(load, config_dir=config, plans=False))
    settings = watch.config
    stop = _Stop()
    spool = Spool(settings.data_dir / "spool.db", limit_bytes=settings.settings.store.spool_mb * 1_000_000)
    state = State(settings.state_path)
    storing = Storing(partial(_opened, settings), spool)
    worker = Worker(settings, connection=_connected(settings), storing=storing, state=state)

    def take(changed: Config) -> None:
        worker.take_in(change(watch.config, changed, connect=_connected, open_store=_opened))

    def stopping() -> bool:
        watch.look(take)
        return stop.asked()

    try:
        worker.run(stopping, lambda: typer.echo(_listening(watch.config)))
    finally:
        state.close()
        storing.close()


def _connected(config: Config) -> bus.Connection:
    mqtt = config.settings.mqtt
    return bus.connect(mqtt.url, client_id=mqtt.client_id, will=bus.Will(STATUS_TOPIC, status_will()))


def _listening(config: Config) -> str:
    mqtt = config.settings.mqtt
    where = shown(config.store_url)
    return f"listening on {endpoint(mqtt.url).shown} to {', '.join(mqtt.topics)}, storing in {where}"


def _opened(config: Config) -> Store:
    store = open_store(config.store_url, patience_s=_PATIENCE_S)
    if isinstance(store, SqliteStore):
        threading.Thread(target=_inspect, args=(store,), name="inspection", daemon=True).start()
    return store


def _inspect(store: SqliteStore) -> None:
    """Read the store's file once, beside the work, and say so in one line if it is damaged."""
    try:
        said = store.damage()
    except StoreError:  # the worker meets it too, and says it
        return
    if said is not None:
        logging.getLogger(__name__).error("the store is damaged: %s; restore a backup", said)


class _Stop:
    """Remembers that SIGTERM or SIGINT came."""

    def __init__(self) -> None:
        self._asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def asked(self) -> bool:
        """Whether it is time to end."""
        return self._asked

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True

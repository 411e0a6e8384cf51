"""`heatledger control`: the process that sends commands to the devices."""

from __future__ import annotations

import logging
import signal
import threading
from functools import partial

from cli.options import CommandError, ConfigOption
from heatledger.config import load
from heatledger.store.alone import Alone
from heatledger.watching import Watch


def control(config: ConfigOption = None) -> None:
    """Send what is asked of the zones, within their limits, until stopped; nothing unless the settings say so."""
    from control.worker import Worker

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    watch = Watch(partial(load, config_dir=config))
    lock = Alone(watch.config.control_lock)
    if not lock.claim():
        raise CommandError("another heatledger control runs on this data folder; one is enough, stop the other")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker = Worker(watch.config)

    def stopping() -> bool:
        watch.look(worker.take_in)
        return stop.is_set()

    worker.run(stopping)

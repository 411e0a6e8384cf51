"""The embedded MQTT broker for a machine without mosquitto: the only amqtt import."""

from __future__ import annotations

import asyncio
import logging
import signal

from amqtt.broker import Broker


def serve(port: int) -> None:
    """Serve MQTT 3.1.1 on loopback until SIGTERM or SIGINT."""
    for chatty in ("amqtt", "transitions", "asyncio"):  # it logs a traceback for each client that tries MQTT 5 first
        logging.getLogger(chatty).setLevel(logging.CRITICAL)
    asyncio.run(_serve(port))


async def _serve(port: int) -> None:
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {
                "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True},
                "amqtt.plugins.sys.broker.BrokerSysPlugin": {"sys_interval": 20},
            },
        }
    )
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await broker.start()
    await stop.wait()
    await broker.shutdown()

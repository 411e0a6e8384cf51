"""The InfluxDB store passes the contract on a real influxd, and on any server named in the environment."""

import itertools
import os

import pytest

from tests.store.contract import *  # noqa: F403 - the whole contract runs here
from tests.store.influx_server import Influxd, Nginx

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def influxd(tmp_path_factory):
    server = Influxd(tmp_path_factory.mktemp("influxd")).start()
    server.ask("CREATE DATABASE heatledger")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def nginx(tmp_path_factory, influxd):
    server = Nginx(tmp_path_factory.mktemp("nginx"), influxd).start()
    yield server
    server.stop()


@pytest.fixture
def store_factory(nginx):
    numbers = itertools.count()
    return lambda: f"influxdb://127.0.0.1:{nginx.port}/heatledger?prefix=t{next(numbers)}_{os.urandom(4).hex()}_"

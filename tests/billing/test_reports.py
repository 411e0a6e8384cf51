"""The reports process closes bills in a child of its own, and says so."""

import datetime as dt
import logging
import os

import pytest

from heatledger.config import load
from heatledger.store import open_store
from heatledger.store.state import State
from reports.closing import close
from reports.schedule import in_child
from tests.billing.homes import CHICAGO
from tests.billing.test_closing import block
from tests.billing.test_commands import HOME, PLAN


@pytest.fixture
def config(tmp_path):
    for name, text in (("homes/home.toml", HOME), ("tariffs/plan.toml", PLAN)):
        path = tmp_path / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load(data_dir=tmp_path, environ={})


def fill(config, start):
    store = open_store(config.store_url)
    store.write_intervals([block(start, 31)])
    store.close()


def test_what_is_due_is_closed_with_the_text_of_its_plan(config):
    fill(config, dt.datetime(2025, 10, 3, tzinfo=CHICAGO))
    now = dt.datetime(2025, 11, 20, tzinfo=dt.UTC)
    assert close(config, config.homes["home"], now=now) == [
        "bill 2025-10-03 to 2025-11-03 closed, version 1: the cycle ended"
    ]
    assert close(config, config.homes["home"], now=now) == []
    (row,) = State(config.state_path).bills("home")
    assert row.tariff == PLAN


def test_the_schedule_closes_in_a_child_and_logs_it(config, caplog):
    today = dt.datetime.now(CHICAGO)
    begins = (today.replace(day=3, hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=62)).replace(day=3)
    fill(config, begins)
    with caplog.at_level(logging.INFO):
        in_child(config, dict(os.environ))("reports.closing", config.homes["home"])
    assert any("closed, version 1: the cycle ended" in line for line in caplog.messages)
    assert len(State(config.state_path).bills("home")) >= 1

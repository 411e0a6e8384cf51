"""A configuration that changes while a process runs: what can be used is taken in, anything else refused in a line."""

import os
import time
from functools import partial

import pytest

from heatledger.config import ConfigError, load
from heatledger.store import UnusableStoreError
from heatledger.watching import Watch

HOME = 'id = "maple"\nname = "Maple"\ntimezone = "America/Chicago"\ncurrency = "USD"\n'


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "config" / "homes" / "maple.toml"
    path.parent.mkdir(parents=True)
    path.write_text(HOME)
    return path


@pytest.fixture
def watch(path, tmp_path):
    made = Watch(partial(load, data_dir=tmp_path, environ={}), environ={})
    looks(made, [])
    return made


def looks(watch, taken, *, times=3):
    """Look as often as it takes to see a change and that it has stood still; return whether one was taken in."""
    found = False
    for _ in range(times):
        watch._due = time.monotonic()
        found |= watch.look(taken.append)
    return found


def test_nothing_is_taken_in_where_nothing_changed(watch, path):
    taken = []
    assert not looks(watch, taken)
    os.utime(path)  # touched, not changed
    assert not looks(watch, taken)
    assert taken == []


def test_what_changed_between_reading_and_watching_is_seen(path, tmp_path):
    def read():
        found = load(data_dir=tmp_path, environ={})
        path.write_text(HOME.replace("Maple", "Elm"))
        return found

    watch, taken = Watch(read, environ={}), []
    assert looks(watch, taken)
    assert [config.homes["maple"].name for config in taken] == ["Elm"]


def test_a_changed_home_is_taken_in_once(watch, path):
    taken = []
    path.write_text(HOME.replace("Maple", "Elm"))
    assert looks(watch, taken, times=6)
    assert [config.homes["maple"].name for config in taken] == ["Elm"]
    assert watch.config is taken[0]


def test_a_file_that_is_still_being_written_is_waited_for(watch, path, caplog):
    taken = []
    for part in ("", "id =", HOME[:20], HOME.replace("Maple", "Elm")):
        path.write_text(part)
        assert not looks(watch, taken, times=1)
    assert looks(watch, taken)
    assert [record.message for record in caplog.records] == ["the changed configuration is taken in"]


def test_a_broken_file_is_refused_in_one_line_and_what_counted_stays(watch, path, caplog):
    taken, before = [], watch.config
    path.write_text(HOME.replace("USD", "dollars"))
    assert not looks(watch, taken, times=6)
    assert (taken, watch.config) == ([], before)
    assert "maple.toml: currency" in watch.refused
    path.write_text(HOME)
    assert not looks(watch, taken)
    assert watch.refused == ""
    assert [record.message.partition(": /")[0] for record in caplog.records] == [
        "the changed configuration is refused, the one before it stays",
        "the configuration is again what it was before",
    ]


@pytest.mark.parametrize("error", [ConfigError("no such home"), UnusableStoreError("no such scheme")])
def test_what_a_process_cannot_work_by_is_refused_as_well(watch, path, error):
    def take(_config):
        raise error

    before = watch.config
    path.write_text(HOME.replace("Maple", "Elm"))
    for _ in range(3):
        watch._due = time.monotonic()
        assert not watch.look(take)
    assert (watch.config, watch.refused) == (before, str(error))


def test_a_home_that_is_gone_is_gone(watch, path):
    taken = []
    path.unlink()
    assert looks(watch, taken)
    assert taken[0].homes == {}


def test_a_password_that_changes_is_taken_in(tmp_path, path):
    settings = path.parents[1] / "settings.toml"
    settings.write_text('[mqtt]\nurl = "mqtt://ann@broker"\n')
    watch, taken = Watch(partial(load, data_dir=tmp_path, environ={}), environ={}), []
    assert not looks(watch, taken)
    assert watch.config.settings.mqtt.url == "mqtt://ann@broker"
    secret = tmp_path / "secrets" / "mqtt_password"
    secret.parent.mkdir()
    secret.write_text("p@ss:word/\n")
    assert looks(watch, taken)
    assert taken[-1].settings.mqtt.url == "mqtt://ann:p%40ss%3Aword%2F@broker"
    settings.write_text('[mqtt]\nurl = "mqtt://ann@broker"\npassword_file = "~/nowhere/at-all"\n')
    assert not looks(watch, taken)
    assert watch.refused.startswith("mqtt.password_file=")


def test_a_file_that_the_environment_names_is_watched(tmp_path, path):
    named = tmp_path / "url"
    named.write_text("mqtt://one")
    environ = {"HEATLEDGER_MQTT_URL_FILE": str(named)}
    watch, taken = Watch(partial(load, data_dir=tmp_path, environ=environ), environ=environ), []
    named.write_text("mqtt://two")
    assert looks(watch, taken)
    assert taken[0].settings.mqtt.url == "mqtt://two"
    named.write_text("http://two")
    assert not looks(watch, taken)
    assert watch.refused.startswith("mqtt.url: broker URL 'http://two': write it as mqtt://")

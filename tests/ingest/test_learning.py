"""What catalogues tell of commands is written down once they fell silent, and forgotten when they are gone."""

from __future__ import annotations

import json
import time
from contextlib import closing

import pytest

from heatledger.settings import DiscoverySettings
from heatledger.store.state import State
from ingest.discovery import Catalogue, learn
from ingest.learning import Learning

WHERE = "homeassistant/switch/{}/config"


def switch(name, identifier):
    return json.dumps({"dev": {"ids": [identifier], "name": name}, "cmd_t": f"{identifier}/set", "stat_t": identifier})


class Listening:
    """Messages of catalogues as they come, and what is written down later."""

    def __init__(self, state):
        self.state, self.catalogue = state, Catalogue()
        self.learning = Learning(["home"], DiscoverySettings())

    def hear(self, topic, text):
        self.catalogue = learn(self.catalogue, topic, text.encode())
        self.learning.hear("home", topic, text.encode(), self.catalogue)

    def after(self, seconds, *, listening=True):
        self.learning.note(self.state, time.monotonic() + seconds, listening=listening)
        return {row.device: row.topic for file in self.state.learned.of("home") for row in file.commands}


@pytest.fixture
def heard(tmp_path):
    with closing(State(tmp_path / "state.db")) as state:
        yield Listening(state)


def test_it_is_written_when_the_flood_is_over_and_follows_what_is_taken_back(heard):
    heard.hear(WHERE.format("pump"), switch("Pump", "p1"))
    heard.hear(WHERE.format("fan"), switch("Fan", "f1"))
    assert heard.after(0.5) == {}
    assert heard.after(2) == {"Pump": "p1/set", "Fan": "f1/set"}
    heard.hear(WHERE.format("fan"), "")
    assert heard.after(2) == {"Pump": "p1/set"}


def test_two_devices_of_one_name_are_called_by_their_ids_as_their_readings_are(heard):
    heard.hear(WHERE.format("pump"), switch("Pump", "p1"))
    heard.hear(WHERE.format("other"), switch("Pump", "p2"))
    assert heard.after(2) == {"Pump (p1)": "p1/set", "Pump (p2)": "p2/set"}


def test_what_a_broker_has_lost_is_forgotten_once_it_had_time_to_say_it_again(heard):
    heard.hear(WHERE.format("pump"), switch("Pump", "p1"))
    assert heard.after(2) == {"Pump": "p1/set"}
    heard.learning = Learning(["home"], DiscoverySettings())  # another run
    assert heard.after(600, listening=False) == {"Pump": "p1/set"}  # the broker is away: nothing is known
    assert heard.after(0) == {"Pump": "p1/set"}
    assert heard.after(30) == {}


def test_what_another_version_wrote_is_not_gone_by(heard):
    heard.hear(WHERE.format("pump"), switch("Pump", "p1"))
    heard.after(2)
    with heard.state.learned._database.write() as connection:
        connection.execute("UPDATE learned SET body = ?", (b'[{"family": "ha", "commands": [{"what": "dance"}]}]',))
    assert heard.after(0) == {}

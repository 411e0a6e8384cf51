"""The link in a letter stops the letters: without a login, by one click, and only for who holds it."""

from contextlib import closing
from datetime import UTC, datetime

import pytest

from dashboard.app import create_app
from heatledger import config as configuration
from heatledger.store.sent import Sent
from heatledger.store.state import State
from tests.dashboard import scene
from tests.dashboard.asgi import Client

AT = datetime(2025, 11, 2, 18, tzinfo=UTC)


@pytest.fixture
def place(tmp_path):
    scene.write_config(tmp_path)
    config = configuration.load(data_dir=tmp_path, environ={})
    state = State(config.state_path)
    state.people.keep("Ann", "owner", "not a hash", at_us=0)  # somebody guards it
    app = create_app(config, state=state)
    yield config, Client(app.server, address="192.0.2.20", host="home.example:8050")
    state.close()


def met(config, address="bob@example.org"):
    with closing(Sent(config.sent_path)) as sent:
        return sent.meet("bill", "maple", address, at=AT)


def is_stopped(config, person):
    with closing(Sent(config.sent_path)) as sent:
        return sent.known(person.token).stopped_at is not None


def test_a_look_stops_nothing_and_a_click_does(place):
    config, client = place
    person, other = met(config), met(config, "carol@example.org")
    asked = client.get(f"/stop/{person.token}")
    assert (asked.status_code, is_stopped(config, person)) == (200, False)
    assert "bob@example.org will get no more statements" in asked.text
    done = client.post(f"/stop/{person.token}")
    assert done.status_code == 200
    assert "bob@example.org gets no more statements" in done.text
    assert is_stopped(config, person)
    assert not is_stopped(config, other)
    assert client.post(f"/stop/{person.token}").status_code == 200


def test_a_mail_provider_clicks_for_its_user(place):
    """RFC 8058: a POST from a machine, without cookies or origin, with one line as its body."""
    config, client = place
    person = met(config)
    kind = "application/x-www-form-urlencoded"
    done = client.ask("POST", f"/stop/{person.token}", body=b"List-Unsubscribe=One-Click", content_type=kind)
    assert done.status_code == 200
    assert is_stopped(config, person)


def test_a_link_that_is_nobodys_says_so_and_makes_nothing(place):
    config, client = place
    for token in ("x", "a" * 300, "..%2Fhealthz"):
        assert client.get(f"/stop/{token}").status_code == 404
        assert client.post(f"/stop/{token}").status_code == 404
    assert not config.sent_path.exists()

"""The bus on real brokers: sessions, acknowledgement, reconnection, and one clear line for what is wrong."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from heatledger import bus
from heatledger.broker import endpoint

pytestmark = pytest.mark.server


class Lines(list):
    """Collects what `on_state` says."""

    def __call__(self, connected, line):
        self.append((connected, line))


class Client:
    """A connection, what it received and what it said."""

    def __init__(self, url, client_id, **options):
        self.lines, self.received = Lines(), []
        self.connection = bus.connect(url, client_id=client_id, on_state=self.lines, **options)


def until(condition: Callable[[], bool], *clients: Client, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, [(client.lines, client.received[-3:]) for client in clients]
        for client in clients:
            client.received += client.connection.poll(0.02)


@pytest.fixture
def client():
    made = []

    def make(url, client_id="client", topics=(), **options):
        made.append(Client(url, client_id, **options))
        made[-1].connection.subscribe(topics)
        return made[-1]

    yield make
    for each in made:
        each.connection.close()


@pytest.fixture
def pair(mosquitto, client):
    """A sender, and a receiver with a session that is kept."""
    sender, receiver = client(mosquitto.url, "sender", clean=True), client(mosquitto.url, "receiver", topics=["#"])
    until(lambda: sender.connection.connected and receiver.connection.subscribed, sender, receiver)
    return sender, receiver


def test_a_message_arrives_with_its_flags(pair):
    sender, receiver = pair
    before_us = time.time_ns() // 1_000
    sender.connection.publish("now/ü", "23.5", 1)
    until(lambda: bool(receiver.received), sender, receiver)
    (now,) = receiver.received
    assert (now.topic, now.payload, now.qos, now.retain, now.dup) == ("now/ü", b"23.5", 1, False, False)
    assert before_us <= now.received_us <= time.time_ns() // 1_000


def test_a_retained_message_says_so(mosquitto, pair, client):
    sender, _ = pair
    sender.connection.publish("kept", b"old", 1, retain=True)
    until(lambda: not sender.connection.unacknowledged, sender)
    late = client(mosquitto.url, "late", topics=["kept"], clean=True)
    until(lambda: bool(late.received), late)
    assert late.received[0].retain


def test_what_we_publish_does_not_come_back(pair):
    _, receiver = pair
    receiver.connection.publish("mine", b"x", 1)
    until(lambda: not receiver.connection.unacknowledged, receiver)
    receiver.connection.poll(0.1)
    assert receiver.received == []


def test_what_is_not_acknowledged_comes_again_with_its_packet_id(mosquitto, pair, client):
    sender, receiver = pair
    for number in range(10):
        sender.connection.publish("t", str(number), 1)
    until(lambda: len(receiver.received) == 10, sender, receiver)
    receiver.connection.ack(receiver.received[:4])
    receiver.connection.close()
    again = client(mosquitto.url, "receiver", topics=["#"])
    until(lambda: any(m.payload == b"9" for m in again.received), again)
    assert [(m.payload, m.packet_id, m.dup) for m in again.received][-6:] == [
        (m.payload, m.packet_id, True) for m in receiver.received[4:]
    ]


def test_more_than_two_thousand_may_be_unacknowledged(pair):
    sender, receiver = pair
    for number in range(3_000):
        sender.connection.publish("t", str(number), 1)
    until(lambda: len(receiver.received) == 3_000, sender, receiver)
    assert [int(m.payload) for m in receiver.received] == list(range(3_000))


def test_messages_of_a_lost_connection_are_not_acknowledged_on_the_next(mosquitto, pair):
    sender, receiver = pair
    sender.connection.publish("t", b"1", 1)
    until(lambda: bool(receiver.received), sender, receiver)
    mosquitto.stop()
    until(lambda: not receiver.connection.connected, receiver)
    mosquitto.start()
    until(lambda: receiver.connection.connected, receiver)
    receiver.connection.ack(receiver.received[:1])
    until(lambda: len(receiver.received) == 2, receiver)
    assert receiver.received[1].dup
    assert receiver.received[1].connection > receiver.received[0].connection


def test_an_outage_is_one_line_and_its_end_another(mosquitto, pair):
    _, receiver = pair
    mosquitto.stop()
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        receiver.connection.poll(0.05)
    mosquitto.start()
    until(lambda: receiver.connection.connected, receiver)
    lost = f"cannot reach {mosquitto.url} (the connection was lost): is the broker running? Trying again"
    back = f"connected to {mosquitto.url}"
    assert receiver.lines == [(True, back), (False, lost), (True, back)]


def test_publications_at_qos_1_survive_a_restart_of_the_broker(mosquitto, pair):
    sender, receiver = pair
    for number in range(200):
        sender.connection.publish("t", str(number), 1)
    mosquitto.stop()
    until(lambda: not sender.connection.connected, sender)
    assert not sender.connection.publish("t", b"not now", 1)
    mosquitto.start()
    until(lambda: len({m.payload for m in receiver.received}) == 200, sender, receiver)


def test_the_will_is_published_when_we_vanish_and_not_when_we_close(mosquitto, pair):
    sender, receiver = pair
    script = "from heatledger import bus; c = bus.connect({url!r}, client_id='w', will=bus.Will('will', b'gone'))\n"
    script += "while not c.connected: c.poll(0.1)\n{end}"
    for end, expected in (("c.close()", []), ("import os; os._exit(1)", [b"gone"])):
        subprocess.run([sys.executable, "-c", script.format(url=mosquitto.url, end=end)], check=False, timeout=120)
        sender.connection.publish("mark", b"", 1)
        until(lambda: receiver.received and receiver.received[-1].topic == "mark", sender, receiver)
        assert [m.payload for m in receiver.received if m.topic == "will"] == expected
        receiver.received.clear()


def test_a_wrong_password_is_its_own_line_without_the_password(make_mosquitto, broker_dir, client):
    passwords = broker_dir / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "ann", "right"], check=True)
    broker = make_mosquitto(extra=f"allow_anonymous false\npassword_file {passwords}\n").start()
    wrong = client(f"mqtt://ann:wr%40ng@127.0.0.1:{broker.port}")
    until(lambda: bool(wrong.lines), wrong)
    ((connected, line),) = wrong.lines
    assert not connected
    assert "does not let user 'ann' in" in line
    assert "check the user and the password" in line
    assert "wr@ng" not in line
    right = client(f"mqtt://ann:right@127.0.0.1:{broker.port}", "right")
    until(lambda: right.connection.connected, right)


def test_a_broker_that_speaks_only_3_1_1_is_spoken_to(tmp_path, client, socket_enabled):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    broker = subprocess.Popen(
        [sys.executable, "-c", f"from cli.broker import serve; serve({port})"], stderr=subprocess.DEVNULL
    )
    try:
        receiver = client(f"mqtt://127.0.0.1:{port}", "receiver", topics=["a/#"])
        sender = client(f"mqtt://127.0.0.1:{port}", "sender", clean=True)
        until(lambda: receiver.connection.subscribed and sender.connection.connected, receiver, sender)
        sender.connection.publish("a/b", b"1", 1)
        until(lambda: bool(receiver.received), receiver, sender)
        receiver.connection.ack(receiver.received)
        assert receiver.received[0].payload == b"1"
    finally:
        broker.terminate()
        broker.wait(timeout=60)


@pytest.mark.parametrize(
    "url", ["http://x", "mqtt://", "mqtt://u:s3cret@host:0x1", "mqtt://u:s3cret@host:70000", "broker"]
)
def test_an_unusable_url_is_one_line_without_the_secret(url):
    with pytest.raises(bus.BusError) as caught:
        endpoint(url)
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_urls_have_default_ports_and_percent_signs():
    assert endpoint("mqtts://h").port == 8883
    assert endpoint("mqtts://h").tls
    assert endpoint("mqtt://a%40b:c%2Fd@[::1]")[:6] == ("mqtt://[::1]:1883", "::1", 1883, False, "a@b", "c/d")

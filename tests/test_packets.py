"""PUBLISH packets taken out of a stream, PUBACK packets put into one: whole, in order, whatever the network does."""

import itertools
import socket
import threading
import time
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.packets import Inflow, Publish, pubacks, send_whole


def whole(head, body):
    """Return a packet with its length in front (MQTT 5, section 2.1)."""
    length, rest = bytearray(), len(body)
    while True:
        rest, seven = rest >> 7, rest & 0x7F
        length.append(seven | (0x80 if rest else 0))
        if not rest:
            return bytes([head]) + length + body


def publish(topic, payload, *, qos=1, packet_id=7, modern=True, properties=b"", flags=0):
    name = topic if isinstance(topic, bytes) else topic.encode()
    body = len(name).to_bytes(2) + name + (packet_id.to_bytes(2) if qos else b"")
    return whole(0x30 | qos << 1 | flags, body + (bytes([len(properties)]) + properties if modern else b"") + payload)


class Broker:
    """The far end of an `Inflow`; notes what is left to paho."""

    def __init__(self):
        self.far, near = socket.socketpair()
        near.setblocking(False)
        self.inflow, self.others = Inflow(near), []

    def left(self):
        try:
            self.others.append(self.inflow.recv(1_000_000))
        except BlockingIOError:
            self.others.append(None)
        except OSError:
            self.others.append(b"")

    def messages(self, *, most=1_000, modern=True):
        return self.inflow.messages(most, connection=3, modern=modern, others=self.left)

    def close(self):
        self.far.close()
        self.inflow.close()


@pytest.fixture
def broker():
    with closing(Broker()) as made:
        yield made


CONNACK = whole(0x20, b"\x00\x00\x00")
PINGRESP = b"\xd0\x00"


@given(
    sent=st.lists(st.tuples(st.text(min_size=1, max_size=200), st.binary(max_size=300), st.integers(0, 1)), max_size=8),
    modern=st.booleans(),
    cuts=st.lists(st.integers(0, 4_000), max_size=6),
)
def test_however_a_stream_is_cut_the_same_messages_come_out(sent, modern, cuts):
    stream = CONNACK + b"".join(publish(topic, body, qos=qos, modern=modern) for topic, body, qos in sent)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    with closing(Broker()) as broker:
        found = []
        for start, stop in itertools.pairwise(edges):
            broker.far.sendall(stream[start:stop])
            found += broker.messages(modern=modern)
        assert [(m.topic, m.payload, m.qos, m.packet_id) for m in found] == [
            (topic, body, qos, 7 * qos) for topic, body, qos in sent
        ]
        assert broker.others[0] == CONNACK
        assert set(broker.others[1:]) <= {PINGRESP}


def test_flags_and_properties_are_read_and_other_packets_keep_their_place(broker):
    expiry = b"\x02\x00\x00\x00\x3c"  # Message Expiry Interval, 60 s
    broker.far.sendall(publish("a", b"1", flags=0x09, properties=expiry) + PINGRESP + publish("b", b"2", qos=0))
    first, second = broker.messages()
    assert first[:6] == ("a", b"1", 1, True, True, 7)
    assert second[:6] == ("b", b"2", 0, False, False, 0)
    assert first.connection == 3
    assert broker.others[0] == PINGRESP


def test_no_more_than_asked_for_and_the_rest_is_said_to_wait(broker):
    broker.far.sendall(b"".join(publish("t", bytes([number])) for number in range(5)))
    assert [m.payload for m in broker.messages(most=3)] == [b"\0", b"\1", b"\2"]
    assert broker.inflow.waiting
    assert [m.payload for m in broker.messages(most=3)] == [b"\3", b"\4"]
    assert not broker.inflow.waiting


def test_a_long_message_comes_whole(broker):
    long = publish("camera", bytes(range(256)) * 8_000)
    sender = threading.Thread(target=broker.far.sendall, args=(long + publish("t", b"after"),))
    sender.start()
    found, give_up = [], time.monotonic() + 60
    while len(found) < 2 and time.monotonic() < give_up:
        found += broker.messages()
    sender.join()
    assert [(m.topic, len(m.payload)) for m in found] == [("camera", 2_048_000), ("t", 5)]


@pytest.mark.parametrize(
    "stream", [whole(0x32, b"\x00\x09abc"), whole(0x32, b"\x00\x01a\x00"), b"\x32\xff\xff\xff\xff\x01"], ids=str
)
def test_what_is_not_mqtt_ends_the_connection(broker, stream):
    broker.far.sendall(publish("t", b"good") + stream)
    assert [m.payload for m in broker.messages()] == [b"good"]
    assert broker.others == [b""]


def test_the_end_is_told_after_the_last_message(broker):
    broker.far.sendall(publish("t", b"last"))
    broker.far.close()
    assert [m.payload for m in broker.messages()] == [b"last"]
    assert broker.others == [b""]


def test_a_topic_that_is_not_utf8_is_shown_with_escapes():
    packet = Publish(0x30, b"\x00\x06caf\xe9/x" + b"\x00")
    assert packet.message(1, modern=True).topic == "caf\\xe9/x"


def test_acknowledgements_wait_for_a_slow_receiver(broker):
    ids = list(range(1, 65_536)) * 4  # a megabyte: more than the socket holds
    read = bytearray()

    def slowly():
        while len(read) < 4 * len(ids):
            read.extend(broker.far.recv(10_000))

    reader = threading.Thread(target=slowly)
    reader.start()
    assert send_whole(broker.inflow.sock, pubacks(ids), patience_s=60)
    reader.join()
    assert bytes(read) == pubacks(ids)


def test_a_receiver_that_takes_nothing_loses_the_connection(broker):
    assert not send_whole(broker.inflow.sock, pubacks(list(range(1, 65_536)) * 40), patience_s=0.2)
    assert broker.messages() == []
    assert broker.others == [b""]

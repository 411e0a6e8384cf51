"""Decoding with what catalogues tell, over the device files that ship."""

from __future__ import annotations

import json

import pytest

from heatledger.config import load
from ingest.decode import Decoded, Decoder
from ingest.discovery import Catalogue, learn
from tests.ingest.conftest import make_ingest, make_publisher, publisher

__all__ = ["make_ingest", "make_publisher", "publisher"]

NOW_US = 1_772_352_060_000_000


def text(payload: object) -> bytes:
    """Return a payload as bytes: an object as JSON."""
    if isinstance(payload, bytes):
        return payload
    return (payload if isinstance(payload, str) else json.dumps(payload)).encode()


def heard(*messages: tuple[str, object], **options: object) -> Catalogue:
    """Return what is known after some messages."""
    catalogue = Catalogue(**options)
    for topic, payload in messages:
        catalogue = learn(catalogue, topic, text(payload))
    return catalogue


def values(decoded: Decoded) -> set[tuple]:
    """Return readings as (family, device, channel, quantity, value, unit, kind, reset)."""
    return {
        (one.family, one.device, one.channel, one.quantity, one.value, one.unit, one.kind, one.reset)
        for one in decoded.readings
    }


@pytest.fixture(scope="session")
def decoder() -> Decoder:
    return Decoder(load().devices)


@pytest.fixture
def say(decoder):
    """Decode a message with what a catalogue tells of its topic."""

    def decode(catalogue: Catalogue, topic: str, payload: object, **options: object) -> Decoded:
        learned = catalogue.on(topic)
        return decoder.decode(topic, text(payload), retain=False, received_us=NOW_US, learned=learned, **options)

    return decode

"""What a message means here: of which home it is, what catalogues tell of it, what it reads; for all who listen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from heatledger.broker import Message
from heatledger.config import Config
from heatledger.home import Home
from heatledger.readings import Reading
from ingest.decode import Decoded, Decoder
from ingest.discovery import Bridges, Catalogue, learn

Hear = Callable[[str, str, bytes, Catalogue], None]
"""Takes the home, topic and payload of a message that describes others, and all that is known with it."""
_DESCRIBING: Final = ("/config", "/devices")
_ELSEWHERE: Final = Decoded([], "unknown", "the topic begins with no home's topic_prefix")


class Interpreter:
    """Decodes messages with every device file and with what earlier messages told of later ones.

    Parameters
    ----------
    config : Config
        Device files, homes and their topic prefixes, and what of discovery is wanted.
    bridges : bool
        Whether what follows for the devices of a bridge, when that is offline, is said too.
    hear : callable, optional
        Is given every message that describes others.
    """

    def __init__(self, config: Config, *, bridges: bool, hear: Hear = lambda *_: None) -> None:
        self._wanted, self._hear = bridges, hear
        self._prefixes: list[tuple[str, str]] = []
        self._catalogues: dict[str, Catalogue] = {}
        self._bridges: dict[str, Bridges] = {}
        self._said = config.settings.discovery
        self.take_in(config)

    def take_in(self, config: Config) -> None:
        """Go by another configuration; what was learned of the same topics of the same homes is still known."""
        said, rows = config.settings.discovery, prefixes(config.homes)
        same = {home for prefix, home in rows if (prefix, home) in self._prefixes and said == self._said}
        homes = [home for _, home in rows]
        self._decoder, self._prefixes, self._said = Decoder(config.devices), rows, said
        self._catalogues = {
            home: self._catalogues[home] if home in same else Catalogue(said.prefix, said.templates) for home in homes
        }
        if self._wanted:
            self._bridges = {home: self._bridges[home] if home in same else Bridges() for home in homes}

    def read(self, message: Message) -> Decoded:
        """Return what a message reads, of what can be stored, and learn what it tells of others."""
        placed = place(message.topic, self._prefixes)
        return _ELSEWHERE if placed is None else self._of_home(*placed, message)

    def _of_home(self, home: str, topic: str, message: Message) -> Decoded:
        before = self._catalogues[home]
        catalogue = self._catalogues[home] = learn(before, topic, message.payload)
        if catalogue is not before or (topic.endswith(_DESCRIBING) and catalogue.describes(topic)):
            self._hear(home, topic, message.payload, catalogue)
        learned = catalogue.on(topic) or catalogue.on(message.topic)
        decoded = self._decoder.decode(
            topic, message.payload, retain=message.retain, received_us=message.received_us, home=home, learned=learned
        )
        readings = decoded.readings
        if home in self._bridges:
            readings = [*readings, *self._bridges[home].follow(readings, catalogue)]
        readings = [each for each in readings if _storable(each)]
        if decoded.outcome != "understood" and catalogue.describes(topic):
            return Decoded(readings, "ignored", "it describes other topics")
        return Decoded(readings, decoded.outcome, decoded.note)


def prefixes(homes: Mapping[str, Home]) -> list[tuple[str, str]]:
    """Return each home's topic prefix with its slash and the home's id, the longest prefix first.

    Examples
    --------
    >>> prefixes({})
    [('', 'home')]
    """
    rows = [(f"{home.topic_prefix.rstrip('/')}/" if home.topic_prefix else "", name) for name, home in homes.items()]
    return sorted(rows, key=lambda row: (-len(row[0]), row[1])) or [("", "home")]


def place(topic: str, homes: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """Return the home a topic belongs to and the topic without that home's prefix, None where there is no such home.

    Parameters
    ----------
    topic : str
        As it came.
    homes : sequence of (str, str)
        As `prefixes` gives them.
    """
    for prefix, home in homes:
        if topic.startswith(prefix):
            return home, topic.removeprefix(prefix)
    return None


def _storable(reading: Reading) -> bool:
    """Whether every text of a reading is UTF-8: JSON may hold halves of a character."""
    value = reading.value if isinstance(reading.value, str) else ""
    text = f"{reading.device}{reading.channel}{value}"
    return text.isascii() or text == text.encode("utf-8", "replace").decode()

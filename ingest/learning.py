"""What catalogues tell of commands, gathered from their messages and written down for the process that sends.

Templates and lists are read here, where foreign text is read anyway; what is written down is data, and the process
that sends knows nothing of discovery (docs/decisions/023).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final

from heatledger.settings import DiscoverySettings
from heatledger.store.state import State
from ingest.discovery import Catalogue, learned, tells_commands

_QUIET_S: Final = 1.0
"""What is retained comes in one flood: it is written down when the flood is over. [s]"""
_PATIENCE_S: Final = 20.0
"""Where no catalogue is heard for so long after the broker answered, there is none any more. [s]"""
_MOST: Final = 2_000
"""Messages that are kept of one home."""


class Learning:
    """Keeps the newest message of every catalogue that tells of commands.

    Parameters
    ----------
    homes : iterable of str
        Their ids.
    said : DiscoverySettings
        Where discovery is, and whether templates may run.
    """

    def __init__(self, homes: Iterable[str], said: DiscoverySettings) -> None:
        self.take_in(homes, said)

    def take_in(self, homes: Iterable[str], said: DiscoverySettings) -> None:
        """Begin anew: what is retained comes again."""
        self._said = said
        self._told: dict[str, dict[str, bytes]] = {home: {} for home in homes}
        self._catalogues: dict[str, Catalogue] = {}
        self._due: dict[str, float] = {}
        self._begun = False

    def hear(self, home: str, topic: str, payload: bytes, catalogue: Catalogue) -> None:
        """Take a message of a catalogue; an empty one takes back what was told.

        Parameters
        ----------
        home : str
            Whose.
        topic : str
            Without the home's prefix.
        payload : bytes
            The message.
        catalogue : Catalogue
            All that is known with it.
        """
        told = self._told.get(home)
        if told is None:
            return
        if payload and tells_commands(topic, self._said.prefix) and (topic in told or len(told) < _MOST):
            told[topic] = payload
        elif not payload:
            told.pop(topic, None)
        self._catalogues[home] = catalogue
        self._due[home] = time.monotonic() + _QUIET_S

    def note(self, state: State, now: float, *, listening: bool) -> None:
        """Write down what has changed, when it is time.

        Parameters
        ----------
        state : State
            Where.
        now : float
            The monotonic time. [s]
        listening : bool
            Whether the broker has confirmed what we listen to: only then silence says something.
        """
        if listening and not self._begun:
            self._begun = True
            self._due = {home: self._due.get(home, now + _PATIENCE_S) for home in self._told}
        for home in [home for home, due in self._due.items() if due <= now]:
            said, known = self._said, self._catalogues.get(home, Catalogue())
            files = learned(self._told[home], prefix=said.prefix, templates=said.templates, twins=known.twins)
            state.learned.tell(home, files)
            del self._due[home]

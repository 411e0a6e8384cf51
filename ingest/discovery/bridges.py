"""When a bridge is offline its devices are too: said here, in the stream of readings, not by the decoder.

The decoder says what one message says. Here the `online` of a bridge (Zigbee2MQTT's ``bridge/state``, the ``$state``
of a Homie root) is repeated for the devices that the catalogue puts under it, flagged as estimated; when the bridge is
back, each of them is again what it said of itself last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from heatledger.readings import Flag, Reading
from ingest.discovery.catalogue import Catalogue

_MOST: Final = 10_000

Device = tuple[str, str]


class Bridges:
    """Follows who is online in one home."""

    def __init__(self) -> None:
        self._said: dict[Device, Reading] = {}
        self._down: dict[Device, set[str]] = {}
        self._known: object = None

    def follow(self, readings: Sequence[Reading], catalogue: Catalogue) -> list[Reading]:
        """Return what follows for the devices of a bridge.

        Parameters
        ----------
        readings : sequence of Reading
            What one message of the home gave.
        catalogue : Catalogue
            Which devices are under which bridge.

        Returns
        -------
        list of Reading
            Their `online`, at the time of the bridge's.
        """
        news = [one for one in readings if one.quantity == "online" and not one.channel]
        for one in news:
            if len(self._said) < _MOST or (one.family, one.device) in self._said:
                self._said[one.family, one.device] = one
        bridges = [(one.family, one.device) for one in news if (one.family, one.device) in catalogue.children]
        if catalogue.children is not self._known:
            self._known, bridges = catalogue.children, [each for each in catalogue.children if each in self._said]
        return [found for bridge in bridges for found in self._of(bridge, catalogue.children[bridge])]

    def _of(self, bridge: Device, names: frozenset[str]) -> list[Reading]:
        said = self._said.get(bridge)
        if said is None:
            return []
        down = self._down.setdefault(bridge, set())
        if said.value is False:
            lost = sorted(names - down)
            down |= names
            return [_repeated(said, device, online=False) for device in lost]
        back = sorted(down)
        down.clear()
        own = {device: self._said.get((bridge[0], device)) for device in back}
        return [_repeated(said, name, online=one is None or one.value is not False) for name, one in own.items()]


def _repeated(said: Reading, device: str, *, online: bool) -> Reading:
    return msgspec.structs.replace(said, device=device, value=online, flags=said.flags | Flag.ESTIMATED)

"""From a request to the messages of the zone's device: what it will have of it, and that as MQTT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from control.house import devices
from heatledger.control import CommandError, Known, Message, Wanted, messages
from heatledger.control.envelope import Refused, Request
from heatledger.control.loop import Rendered
from heatledger.devices import DeviceFile
from heatledger.hearing import LiveValue
from heatledger.home import Home
from heatledger.marks import worded
from heatledger.readings import SeriesKey


class Teller:
    """Knows the devices of a home and what they can be told.

    Parameters
    ----------
    home : Home
        The household.
    files : sequence of DeviceFile
        The families.
    """

    def __init__(self, home: Home, files: Sequence[DeviceFile]) -> None:
        self._home, self._shipped = home, tuple(files)
        self._files, self._known = self._shipped, Known()
        self._prefix = f"{home.topic_prefix.rstrip('/')}/" if home.topic_prefix else ""

    def learn(self, told: Sequence[DeviceFile]) -> None:
        """Go by what catalogues tell of single devices, too, as they tell it now."""
        self._files = (*self._shipped, *told)

    def know(self, latest: Mapping[SeriesKey, LiveValue], topics: Mapping[str, str]) -> None:
        """Take in what was heard; of the topics, those under the home's own prefix count."""
        own = {key: value.value for key, value in latest.items() if key.home == self._home.id}
        under = {where.removeprefix(self._prefix): whose for where, whose in topics.items() if self._is_own(where)}
        self._known = Known(own, under)

    def render(self, zone: str, request: Request) -> Rendered | Refused:
        """Return what the zone's device will have of a request, or why it cannot be told that."""
        said = self.messages(zone, request.setpoint, request.mode)
        if isinstance(said, Refused):
            return said
        taken = [one for message in said for one in message.takes]
        rounded = next((float(one.value) for one in taken if one.what == "setpoint"), request.setpoint)
        one_way = all(one.confirmed_by is None for one in taken)
        return Rendered(rounded, request.mode, one_way)

    def messages(self, zone: str, setpoint: float | None, mode: str | None) -> tuple[Message, ...] | Refused:
        """Return the messages that set a zone's device, or why there are none."""
        points = devices(self._home, zone)
        if len(points) != 1:
            reason = worded("{n} devices set this zone, and only one can be commanded", n=len(points))
            return Refused(reason, worded("name one indoor unit or thermostat for it in the home file"))
        asked = [Wanted(points[0], "mode", mode)] if mode is not None else []
        asked += [Wanted(points[0], "setpoint", setpoint)] if setpoint is not None else []
        try:
            return tuple(map(self._addressed, messages(asked, self._files, self._known)))
        except CommandError as error:
            return Refused(str(error))

    def _is_own(self, where: str) -> bool:
        return where.startswith(self._prefix)

    def _addressed(self, message: Message) -> Message:
        """Return a message under the home's own prefix; a catalogue may name it with its topics."""
        if self._is_own(message.topic):
            return message
        return msgspec.structs.replace(message, topic=self._prefix + message.topic)

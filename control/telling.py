"""From a request to the messages of the zone's device: what it will have of it, and that as MQTT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from control.house import devices
from heatledger.commands import What
from heatledger.control import CommandError, Known, Message, Wanted, messages, offers
from heatledger.control.envelope import Refused, Request, Told
from heatledger.control.overheard import listens, overheard
from heatledger.control.seen import Rendered
from heatledger.control.zone import SAME_K
from heatledger.devices import DeviceFile
from heatledger.hearing import LiveValue
from heatledger.home import Home, names
from heatledger.marks import worded
from heatledger.readings import SeriesKey

_NO_DEVICE: Final = Refused(
    worded("no device sets this zone"), worded("name an indoor unit or a thermostat for it in the home file")
)


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
        """Return what the zone's devices will have of a request, all the same, or why they cannot be told that."""
        points, setpoint, one_way, says_mode = devices(self._home, zone), request.setpoint, False, True
        if not points:
            return _NO_DEVICE
        for number, point in enumerate((*points, *points, *points)):
            said = self._told(point, setpoint, request.mode)
            if isinstance(said, Refused):
                return said
            taken = [one for message in said for one in message.takes]
            one_way |= all(one.confirmed_by is None for one in taken)
            says_mode &= all(one.confirmed_by is not None for one in taken if one.what in ("mode", "power"))
            rounded = next((float(one.value) for one in taken if one.what == "setpoint"), None)
            # the coarsest steps of them hold for all
            off_k = 0.0 if setpoint is None or rounded is None else abs(rounded - setpoint)
            if off_k > SAME_K and number >= 2 * len(points):
                reason = worded(
                    "its devices have no set-point near {celsius} °C in common", celsius=round(setpoint or 0.0, 1)
                )
                return Refused(reason, worded("ask for a whole degree"))
            setpoint = rounded if off_k > SAME_K or number < len(points) else setpoint
        heats = not any(map(self._has_mode, points))
        return Rendered(setpoint, request.mode, one_way, heats, says_mode)

    def messages(self, zone: str, setpoint: float | None, mode: str | None) -> tuple[Message, ...] | Refused:
        """Return the messages that set a zone's devices, each within what it takes, or why there are none."""
        found: list[Message] = []
        points = devices(self._home, zone)
        if not points:
            return _NO_DEVICE
        for point in points:
            said = self._told(point, setpoint, mode)
            if isinstance(said, Refused):
                return said
            found += map(self._addressed, said)
        return tuple(found)

    def listens(self, zone: str) -> frozenset[str]:
        """Return the topics on which a zone's devices take commands."""
        points = devices(self._home, zone)
        return frozenset(self._under(topic) for point in points for topic in listens(point, self._files, self._known))

    def overheard(self, zone: str, topic: str, payload: bytes) -> Told:
        """Return what somebody else's message asks of a zone's devices; nothing where it asks nothing of ours."""
        found: dict[What, float | str] = {}
        for point in devices(self._home, zone):
            for where in (topic, topic.removeprefix(self._prefix)):
                found |= overheard(point, where, payload, self._files, self._known)
        mode = "off" if found.get("power") == "off" else found.get("mode")
        setpoint = found.get("setpoint")
        return Told(setpoint if isinstance(setpoint, float) else None, mode if isinstance(mode, str) else None)

    def _has_mode(self, point: str) -> bool:
        """Whether a device can be told a mode, or says one."""
        offered = {offer.what for offer in offers(point, self._files, self._known)}
        says = any(point in names(key) and key.quantity == "mode" for key in self._known.values)
        return says or "mode" in offered

    def _told(self, point: str, setpoint: float | None, mode: str | None) -> tuple[Message, ...] | Refused:
        asked = [Wanted(point, "mode", mode)] if mode is not None else []
        asked += [Wanted(point, "setpoint", setpoint)] if setpoint is not None else []
        try:
            return messages(asked, self._files, self._known)
        except CommandError as error:
            return Refused(str(error))

    def _is_own(self, where: str) -> bool:
        return where.startswith(self._prefix)

    def _addressed(self, message: Message) -> Message:
        return msgspec.structs.replace(message, topic=self._under(message.topic))

    def _under(self, topic: str) -> str:
        """Return a topic under the home's own prefix; a catalogue may name it with its topics."""
        return topic if self._is_own(topic) else self._prefix + topic

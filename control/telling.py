"""From a request to the messages of the zone's device: what it will have of it, and that as MQTT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from control.house import devices
from heatledger.control import CommandError, Known, Message, Wanted, messages, offers
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
        self._home, self._files = home, files
        self._known = Known()

    def know(self, latest: Mapping[SeriesKey, LiveValue], topics: Mapping[str, str]) -> None:
        """Take in what was heard."""
        own = {key: value.value for key, value in latest.items() if key.home == self._home.id}
        self._known = Known(own, topics)

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
        try:
            return messages(self._wanted(points[0], setpoint, mode), self._files, self._known)
        except CommandError as error:
            return Refused(str(error))

    def _wanted(self, device: str, setpoint: float | None, mode: str | None) -> list[Wanted]:
        """Say it in what the device takes: some are switched off by a mode, some by their power."""
        wanted = [Wanted(device, "setpoint", setpoint)] if setpoint is not None else []
        if mode is None:
            return wanted
        offered = {offer.what: offer for offer in offers(device, self._files, self._known)}
        modes = offered["mode"].words if "mode" in offered else ()
        powered = "power" in offered and "off" not in modes
        if powered:
            wanted.append(Wanted(device, "power", "off" if mode == "off" else "on"))
        if not (powered and mode == "off"):
            wanted.append(Wanted(device, "mode", mode))
        return wanted

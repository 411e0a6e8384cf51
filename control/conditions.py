"""Whether windows stand open and whether anybody is there, as the home's devices say it, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from heatledger.control.envelope import By, Told
from heatledger.control.holds import Condition, Fall, Hold
from heatledger.control.moment import Moment
from heatledger.control.seen import Heard
from heatledger.draw import Heard as Devices
from heatledger.hearing import LiveValue
from heatledger.home import Home, Zone
from heatledger.marks import marked, worded
from heatledger.programme import Change
from heatledger.readings import SeriesKey

_FROST_ROOM_K: Final = 2.0
_LEAST_C: Final = 16.0
"""The lowest that many units take. [°C]"""
_COOLS: Final = frozenset(("cool", "dry", "fan_only", "off"))
_OVER: Final[dict[str, str]] = {
    "window": marked("the window is shut"),
    "presence": marked("somebody is at home"),
}


class Conditions:
    """Follows the windows and the people of one home.

    Parameters
    ----------
    home : Home
        The household.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._zones = {zone.id: zone for zone in home.zones}
        self._falls = {zone.id: Fall(zone.control.fall_k) for zone in home.zones if zone.control.fall_k is not None}
        self._since: dict[tuple[str, str], Moment] = {}
        self._began: Moment | None = None

    def look(self, own: Mapping[SeriesKey, LiveValue], heard: Mapping[str, Heard], now: Moment) -> None:
        """Take in what is heard."""
        self._began = self._began or now
        devices = Devices(self._home, own, now.time_us)
        empty = self._is_empty(devices)
        for zone in self._zones.values():
            there = _says(devices, zone.presence, "presence")
            self._note(zone.id, "presence", empty or there == "off", now)
            self._note(zone.id, "window", _stands_open(devices, zone), now)
            fall = self._falls.get(zone.id)
            if fall is not None:
                seen = heard.get(zone.id, Heard())
                fallen = fall.hear(seen.celsius if seen.heard else None, now)
                self._note(zone.id, "fall", fallen is not None, now)

    def of(
        self, zone: str, heard: Heard, held: Change | None, current: Hold | None, *, awaited: bool
    ) -> list[Condition]:
        """Return what may hold a zone, an open window first.

        Parameters
        ----------
        zone : str
            Which.
        heard : Heard
            What its unit says.
        held : Change or None
            What its programme is at; None where somebody chose otherwise since.
        current : Hold or None
            What holds it already.
        awaited : bool
            It is being heated for somebody who is expected.
        """
        limits = self._zones[zone].control
        frost = limits.frost_c
        may_rest = heard.celsius is not None and heard.celsius >= frost + _FROST_ROOM_K
        shut = (*((Told(None, "off"),) if may_rest else ()), Told(frost, None), Told(_LEAST_C, None))
        found = []
        if (since := self._since.get((zone, "window"))) is not None:
            why = worded("the window stands open")
            found.append(Condition("window", since, limits.window_min * 60, shut, why, self.over("window")))
        elif (since := self._since.get((zone, "fall"))) is not None:
            why = worded("the temperature fell as fast as with an open window")
            found.append(Condition("window", since, 0.0, shut, why, worded("it is no longer as with an open window")))
        people, since = self._home.presence, self._since.get((zone, "presence"))
        if people is not None and since is not None and not awaited and self._spares(heard, held, current):
            away = (Told(people.setpoint, people.mode),)
            why = worded("nobody is there")
            found.append(Condition("presence", since, people.minutes * 60, away, why, self.over("presence")))
        return [one._replace(found=one.since == self._began) for one in found]

    def stands(self, zone: str, by: By) -> bool:
        """Return whether it is still so what a zone was held for."""
        return (zone, by) in self._since

    def over(self, by: By) -> str:
        """Return why nothing holds any more."""
        return _OVER[by]

    def _spares(self, heard: Heard, held: Change | None, current: Hold | None) -> bool:
        """Return whether the set-point for an empty home is lower than what is asked for without it."""
        people = self._home.presence
        if people is None or people.setpoint is None:
            return people is not None
        if held is not None and held.mode in _COOLS:
            return False
        if current is not None and current.by == "presence":
            return held is None or held.setpoint is None or held.setpoint > people.setpoint
        if heard.mode in _COOLS:
            return False
        asked = held.setpoint if held is not None and held.setpoint is not None else heard.setpoint
        return asked is None or asked > people.setpoint

    def _is_empty(self, devices: Devices) -> bool:
        """Return whether every device of the home says that nobody is there; one that says nothing leaves it open."""
        people = self._home.presence
        said = [_says(devices, point, "presence") for point in people.devices] if people else []
        return bool(said) and all(word == "off" for word in said)

    def _note(self, zone: str, what: str, is_so: bool, now: Moment) -> None:
        if not is_so:
            self._since.pop((zone, what), None)
        else:
            self._since.setdefault((zone, what), now)


def _stands_open(devices: Devices, zone: Zone) -> bool:
    """Return whether a zone's contact says so and is heard: one that fell silent is no open window."""
    found = devices.find((zone.window,), "contact")
    return found is not None and found[1].value == "open" and not devices.is_silent(found[0])


def _says(devices: Devices, point: str | None, quantity: str) -> str | None:
    """Return what a device last said, None where it never did, or says that it cannot be reached."""
    found = devices.find((point,), quantity)
    if found is None:
        return None
    key, value = found
    online = devices.latest.get(SeriesKey(key.home, key.family, key.device, "", "online"))
    gone = online is not None and online.value is False and online.time_us >= value.time_us
    return None if gone else str(value.value)

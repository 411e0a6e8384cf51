"""Times of readings, strictly increasing per device, so that no two messages of one device share a row of the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from heatledger.readings import Reading


class Clock:
    """The last time given to each device.

    Parameters
    ----------
    known : iterable of Reading
        What the store has already.
    """

    def __init__(self, known: Iterable[Reading] = ()) -> None:
        self._last: dict[tuple[str, str, str], int] = {}
        for reading in known:
            self.know((reading.home, reading.family, reading.device), reading.time_us)

    def know(self, device: tuple[str, str, str], time_us: int) -> None:
        """Learn of a time that a device (home, family, name) has already. [µs UTC]."""
        self._last[device] = max(self._last.get(device, 0), time_us)

    def stamp(self, readings: Sequence[Reading]) -> list[Reading]:
        """Return the readings of one message with a time later than any before of their device.

        Readings of one device keep one time; a second value of one series in the same message comes one µs later.

        Parameters
        ----------
        readings : sequence of Reading
            What the decoder made of one message.

        Returns
        -------
        list of Reading
            In the same order.
        """
        times: dict[tuple[str, str, str], int] = {}
        seen: set[tuple[str, ...]] = set()
        stamped = []
        for reading in readings:
            device = (reading.home, reading.family, reading.device)
            series = (*device, reading.channel, reading.quantity)
            if device not in times or series in seen:
                times[device] = self._last[device] = max(reading.time_us, self._last.get(device, 0) + 1)
            seen.add(series)
            at = times[device]
            stamped.append(reading if at == reading.time_us else msgspec.structs.replace(reading, time_us=at))
        return stamped

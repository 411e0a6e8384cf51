"""How often somebody may guess: a few times freely, then with waits that double."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final, NamedTuple

_MOST_KEYS: Final = 10_000
_FORGIVEN_S: Final = 3600.0
_FIRST_S: Final = 10.0


class Allowance(NamedTuple):
    """How many guesses are free, and the longest wait [s]."""

    free: int
    longest_s: float


class _Tries(NamedTuple):
    number: int
    last_s: float


class Throttle:
    """Counts guesses by key: an address, a name. A guess counts before it is judged, so that none run beside."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, _Tries] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, allowed: dict[str, Allowance], *, at_s: float) -> float:
        """Count one guess under every key, or return how long it must wait.

        Parameters
        ----------
        allowed : dict
            By key, what it is allowed.
        at_s : float
            A monotonic time. [s]

        Returns
        -------
        float
            How long to wait [s]; 0 if the guess may be judged.
        """
        with self._lock:
            wait_s = max(self._wait_s(key, allowance, at_s) for key, allowance in allowed.items())
            if wait_s <= 0:
                for key in allowed:
                    self._tries[key] = _Tries(self._known(key, at_s).number + 1, at_s)
                    self._tries.move_to_end(key)
                while len(self._tries) > _MOST_KEYS:
                    self._tries.popitem(last=False)
            return max(wait_s, 0.0)

    def right(self, keys: dict[str, Allowance]) -> None:
        """Forget the guesses under keys: the last one was right."""
        with self._lock:
            for key in keys:
                self._tries.pop(key, None)

    def _known(self, key: str, at_s: float) -> _Tries:
        known = self._tries.get(key, _Tries(0, at_s))
        return _Tries(0, at_s) if at_s - known.last_s > _FORGIVEN_S else known

    def _wait_s(self, key: str, allowance: Allowance, at_s: float) -> float:
        known = self._known(key, at_s)
        over = known.number - allowance.free
        return 0.0 if over < 0 else min(_FIRST_S * 2.0 ** min(over, 30), allowance.longest_s) - (at_s - known.last_s)

"""Readings on their way to disk: into the store while it works, into the spool while it does not, drained in order."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from heatledger.readings import Reading
from heatledger.store import Store, StoreError, UnusableStoreError
from heatledger.store.spool import Part, Spool

_RETRY_S: Final = (0.5, 5.0)
_REFUSED_S: Final = 0.5
_SLOW_S: Final = 1.0
"""A write that takes longer gives the store a pause as long, in which the spool takes what comes. [s]"""
_DRAINED_AT_ONCE: Final = 10_000
_MOST_TOLD: Final = 1_000

_log = logging.getLogger(__name__)


class Storing:
    """Commits what messages gave, in the store or in the spool: either way it survives us.

    Parameters
    ----------
    open_store : callable
        Opens the store; tried again, with growing pauses, where it fails.
    spool : Spool
        Where readings wait.
    """

    def __init__(self, open_store: Callable[[], Store], spool: Spool) -> None:
        self._open, self.spool = open_store, spool
        self.on_ready: Callable[[Store], None] = lambda _store: None
        """Called with the store when it answers for the first time."""
        self.on_stored: Callable[[Sequence[Reading]], None] = lambda _readings: None
        """Called with readings that have reached the store."""
        self.store: Store | None = None
        self.committed: Mapping[int, bytes] | None = None
        """Deliveries that the store had when it was opened; None while it has not answered yet."""
        self.trouble, self.refusing = "", False
        self._retry_at, self._retry_s, self._refused_until = 0.0, _RETRY_S[0], 0.0
        self._told: set[str] = set()

    def ready(self, now: float) -> Store | None:
        """Return the store if it may be asked at this monotonic time, opened if need be. [s]."""
        if now < self._retry_at:
            return None
        if self.committed is None:
            try:
                store = self.store = self.store or self._open()
                self.on_ready(store)
                self.committed = store.deliveries()
            except UnusableStoreError:
                raise
            except (StoreError, OSError) as error:
                self.failed(error, now)
                return None
        return self.store

    def keep(self, parts: Sequence[Part], now: float) -> bool:
        """Commit what messages gave; False where neither store nor spool takes it: it must not be acknowledged."""
        if now < self._refused_until:
            return False
        if not self.spool and self._into_store(parts, now):
            return True
        try:
            _all_or_each(self.spool.append, parts, self._tell_once)
        except (StoreError, OSError) as error:
            if not self.refusing:
                _log.error("%s. Messages are no longer acknowledged: the broker keeps what its limits allow", error)
            self.refusing, self._refused_until = True, now + _REFUSED_S
            return False
        self._accepting()
        return True

    def drain(self, now: float) -> None:
        """Move the oldest part of what waits into the store, if there is any and the store may be asked."""
        if not self.spool or self.ready(now) is None:
            return
        last, parts = self.spool.first(_DRAINED_AT_ONCE)
        if not self._into_store([part for part in parts if not self._repeated(part)], now):
            return
        self.spool.remove(last)
        self._refused_until = 0.0
        if not self.spool:
            _log.warning("everything that waited is stored")

    def draining(self, now: float) -> bool:
        """Whether `drain` has something to do at this monotonic time."""
        return bool(self.spool) and now >= self._retry_at

    def failed(self, error: Exception, now: float) -> None:
        """Note that the store failed, and leave it alone for a while."""
        if not self.trouble:
            _log.error("%s. Nothing is lost: readings wait in %s. Trying again", error, self.spool.path)
        self.trouble = str(error)
        self._retry_at, self._retry_s = now + self._retry_s, min(2 * self._retry_s, _RETRY_S[1])

    def move(self, open_store: Callable[[], Store]) -> None:
        """Go on with another store: what waits in the spool, and all that comes, goes there."""
        if self.store is not None:
            self.store.close()
        self._open, self.store, self.committed = open_store, None, None
        self._retry_at, self._retry_s, self._refused_until = 0.0, _RETRY_S[0], 0.0

    def close(self) -> None:
        """Release store and spool."""
        if self.store is not None:
            self.store.close()
        self.spool.close()

    def _into_store(self, parts: Sequence[Part], now: float) -> bool:
        store = self.ready(now)
        if store is None:
            return False
        begun = time.monotonic()
        try:
            taken = _all_or_each(lambda some: _write(store, some), parts, self._tell_once)
        except (StoreError, OSError) as error:
            self.failed(error, time.monotonic())
            return False
        self._worked(time.monotonic() - begun)
        self.on_stored([reading for part in taken for reading in part.readings])
        return True

    def _worked(self, spent_s: float) -> None:
        slow = spent_s > _SLOW_S
        if slow and not self.trouble:
            _log.warning("the store is slow: %.1f s for one write; readings wait in %s", spent_s, self.spool.path)
        elif self.trouble and not slow:
            _log.warning("the store works again")
        self.trouble = f"the store is slow: {spent_s:.1f} s for one write" if slow else ""
        self._retry_at, self._retry_s = (time.monotonic() + spent_s if slow else 0.0), _RETRY_S[0]
        if not self.spool:
            self._accepting()

    def _accepting(self) -> None:
        if self.refusing:
            _log.warning("messages are acknowledged again")
        self.refusing = False

    def _repeated(self, part: Part) -> bool:
        """Whether the store had this delivery before it was away: only it could know."""
        if not part.doubtful or part.delivery is None or self.committed is None:
            return False
        return self.committed.get(part.delivery.packet_id) == part.delivery.digest

    def _tell_once(self, part: Part, error: Exception) -> None:
        name = part.topic or (part.readings[0].device if part.readings else "")
        if name not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(name)
            _log.error("%s: the store does not take it: %s: %s", name, type(error).__name__, error)


def _write(store: Store, parts: Sequence[Part]) -> None:
    readings = [reading for part in parts for reading in part.readings]
    store.write(readings, deliveries=[part.delivery for part in parts if part.delivery])


def _all_or_each(
    take: Callable[[Sequence[Part]], None], parts: Sequence[Part], refused: Callable[[Part, Exception], None]
) -> Sequence[Part]:
    """Commit all at once; where one holds what cannot be stored, each by itself without that one."""
    try:
        take(parts)
    except (StoreError, OSError):
        raise
    except Exception:
        return [part for part in parts if _alone(take, part, refused)]
    return parts


def _alone(take: Callable[[Sequence[Part]], None], part: Part, refused: Callable[[Part, Exception], None]) -> bool:
    try:
        take([part])
    except (StoreError, OSError):
        raise
    except Exception as error:
        refused(part, error)
        return False
    return True

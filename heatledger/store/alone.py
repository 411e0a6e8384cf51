"""That a process is the only one of its kind: a lock on a file, which the system lifts when the process dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Alone:
    """A lock that one process holds for as long as it lives.

    Parameters
    ----------
    path : Path
        The file; made, with its folders, if it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def claim(self) -> bool:
        """Take the lock; False where another process has it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def is_claimed(path: Path) -> bool:
    """Return whether a living process holds the lock on a file."""
    probe = Alone(path)
    if not path.exists():
        return False
    free = probe.claim()
    probe.release()
    return not free

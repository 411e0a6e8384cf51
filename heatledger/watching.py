"""Takes in a changed configuration while a process runs: a usable one counts, any other is refused in one line."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from heatledger.config import Config
from heatledger.misfit import ConfigError
from heatledger.settings import secret_files
from heatledger.store import StoreError

LOOK_S: Final = 0.5
"""How often the files are looked at; what changed counts once it has stood still for so long. [s]"""
_LOG: Final = logging.getLogger(__name__)

Marks = Mapping[Path, tuple[int, int, int]]
"""What tells a changed file: its time of change, size and inode."""


class Watch:
    """The configuration a process works by, kept up with the user's files and secrets.

    Parameters
    ----------
    load : callable
        Reads the configuration.
    environ : mapping
        The environment, for the files of secrets that it names.

    Raises
    ------
    ConfigError
        If what is there at the start cannot be used.
    """

    def __init__(self, load: Callable[[], Config], environ: Mapping[str, str] = os.environ) -> None:
        self._load, self._environ = load, environ
        self.config = load()
        self.refused = ""
        """Why the files as they are now cannot be used, in one line; empty while they are what counts."""
        self._seen = self._marks()
        self._judged: Marks | None = None  # the first look reads again: the files may have changed after they were read
        self._due = time.monotonic() + LOOK_S

    def look(self, take: Callable[[Config], None]) -> bool:
        """Take in what changed, if it is time to look and it can be used; return whether something was taken in.

        Parameters
        ----------
        take : callable
            Brings the process to a configuration; raises ConfigError or StoreError where it cannot work by it.
        """
        if time.monotonic() < self._due:
            return False
        before, self._seen = self._seen, self._marks()
        self._due = time.monotonic() + LOOK_S
        if self._seen == self._judged or self._seen != before:  # nothing new, or still being written
            return False
        self._judged = self._seen
        try:
            config = self._load()
            changed = config != self.config
            if changed:
                take(config)
        except (ConfigError, StoreError) as error:
            self._refuse(str(error))
            return False
        self._accept(config, changed=changed)
        return changed

    def _refuse(self, why: str) -> None:
        self.refused = why
        _LOG.warning("the changed configuration is refused, the one before it stays: %s", why)

    def _accept(self, config: Config, *, changed: bool) -> None:
        if changed:
            _LOG.warning("the changed configuration is taken in")
        elif self.refused:
            _LOG.warning("the configuration is again what it was before")
        self.config, self.refused = config, ""

    def _marks(self) -> Marks:
        return {path: seen for path in self._files() if (seen := _mark(path)) is not None}

    def _files(self) -> Iterator[Path]:
        yield from sorted(self.config.user.rglob("*.toml"))
        yield from secret_files(self.config.settings, self.config.data_dir, self._environ)


def _mark(path: Path) -> tuple[int, int, int] | None:
    try:
        seen = path.stat()
    except OSError:  # it is being replaced, or not there
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino

"""What the C library keeps of freed memory: little, and given back after heavy work (glibc; elsewhere nothing is done).

Threads of the page each make Summaries of megabytes. By default glibc gives every thread an arena of its own and keeps
what was freed in it: half of the resident memory was such.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1  # malloc.h
_ARENAS: Final = 2
_LARGE: Final = 256 * 1024
"""Arrays from this size on are mapped one by one, and so given back when they are freed. [B]"""


def bound() -> None:
    """Keep the heap small from here on: two arenas, and large arrays apart. To be called before threads begin."""
    libc = _glibc()
    if libc is not None:
        for setting, value in ((_ARENA_MAX, _ARENAS), (_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _LARGE)):
            libc.mallopt(setting, value)


def give_back() -> None:
    """Give freed memory back to the system."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    """Return the C library where it has these settings: musl and others have not."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "malloc_trim") and hasattr(libc, "mallopt") else None

"""Which program this is: a page that another one made loads itself anew."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

import dash

from heatledger.config import Config


@functools.cache
def program() -> str:
    """Return a short name of everything that makes the pages; the same files have the same name."""
    made = hashlib.sha256(dash.__version__.encode())
    for package in (Path(__file__).parent, Path(__file__).parents[1] / "heatledger"):
        for path in sorted(package.rglob("*")):
            if path.suffix in {".py", ".js", ".css", ".j2"}:
                made.update(path.read_bytes())
    return made.hexdigest()[:12]


def build_id(config: Config) -> str:
    """Return which program with which configuration makes the pages."""
    return f"{program()}-{hashlib.sha256(repr(config).encode()).hexdigest()[:8]}"

"""Passwords as Argon2id hashes; the only importer of argon2."""

from __future__ import annotations

import functools
import secrets
import threading
from typing import Final

import argon2

_HASHER: Final = argon2.PasswordHasher()  # RFC 9106's second recommendation: 64 MiB, three passes
_ONE_AT_A_TIME: Final = threading.Lock()  # a hundred guesses at once must not take 6 GB


def hashed(password: str) -> str:
    """Return the hash by which a password is known again."""
    with _ONE_AT_A_TIME:
        return _HASHER.hash(password)


@functools.cache
def _nobodys() -> str:
    return hashed(secrets.token_urlsafe())


def matches(known: str | None, password: str) -> bool:
    """Return whether a password is the one hashed; where none is known, False after the same time."""
    nobodys = _nobodys()  # made before the first question, so that no answer takes longer
    try:
        with _ONE_AT_A_TIME:
            return _HASHER.verify(known or nobodys, password) and known is not None
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False

"""Who may look and who may change: the roles, the people of a household, their sessions, codes and tokens."""

from __future__ import annotations

import hashlib
from typing import Final, Literal, NamedTuple

from heatledger.marks import worded

Role = Literal["owner", "installer", "viewer", "wall"]
"""Owner: everything. Installer: looks, sets up and commissions. Viewer: looks. Wall: looks, on a tablet of its own."""
ROLES: Final[tuple[Role, ...]] = ("owner", "installer", "viewer", "wall")
Way = Literal["password", "paired", "screen"]
"""How a session began: with a password, with the code of the log, or with the code of a wall screen."""
SHORTEST_PASSWORD: Final = 10
"""Characters. Length is what NIST SP 800-63B-4 asks for; it advises against rules of composition."""
LONGEST_PASSWORD: Final = 256
"""Characters; more would only cost time to hash."""
LONGEST_NAME: Final = 60
_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class PeopleError(ValueError):
    """What was asked about people cannot be done; the message is one line: what, and the mend."""


class Person(NamedTuple):
    """Somebody with a password; `made_us` is when access was given, in µs UTC."""

    name: str
    role: Role
    password: str
    made_us: int


class Session(NamedTuple):
    """A browser that was let in; `number` is its place, `seen_us` when it last asked, in µs UTC."""

    number: int
    name: str
    role: Role
    way: Way
    made_us: int
    seen_us: int
    agent: str
    address: str


class Invitation(NamedTuple):
    """A one-time code that lets somebody in as `role`, until a moment in µs UTC."""

    name: str
    role: Role
    until_us: int


class Token(NamedTuple):
    """What a program asks the API with; `used_us` is 0 where it was never used, else µs UTC."""

    name: str
    role: Role
    made_us: int
    used_us: int


class Look(NamedTuple):
    """One line of the audit: who, from where, did or looked at what, last when (µs UTC) and how often."""

    time_us: int
    name: str
    role: str
    address: str
    what: str
    times: int


def digest(secret: str) -> bytes:
    """Return what is kept of a secret of 128 bits or more: enough to know it again, not to make it."""
    return hashlib.sha256(secret.encode()).digest()


def code(random: bytes) -> str:
    """Return random bytes as a code that is read aloud and typed: no letter looks like a digit.

    Examples
    --------
    >>> code(bytes(range(8)))
    '2345-6789'
    """
    letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in random)
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def typed(code: str) -> str:
    """Return a typed code as it was printed, whatever its case, spaces and dashes.

    Examples
    --------
    >>> typed(" 2345 6789abcd")
    '2345-6789-ABCD'
    """
    letters = "".join(letter for letter in code.upper() if letter.isalnum())[:64]
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def checked_name(name: str) -> str:
    """Return a name as it is kept.

    Raises
    ------
    PeopleError
        If it is empty, too long or not printable.
    """
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > LONGEST_NAME or not tidy.isprintable():
        raise PeopleError(
            worded(
                "name: {name}; give 1 to {most} printable characters", name=repr(tidy[:LONGEST_NAME]), most=LONGEST_NAME
            )
        )
    return tidy


def checked_role(role: str, *, allowed: tuple[Role, ...] = ROLES) -> Role:
    """Return a role.

    Raises
    ------
    PeopleError
        If it is none of those allowed.
    """
    for known in allowed:
        if role == known:
            return known
    raise PeopleError(worded("role: {role} is none; use one of {known}", role=repr(role), known=", ".join(allowed)))


def checked_password(password: str, *, name: str) -> str:
    """Return a password that may be kept (hashed).

    Raises
    ------
    PeopleError
        If it is too short, too long, or the name itself.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise PeopleError(
            worded("password: {n} characters; give at least {least}", n=len(password), least=SHORTEST_PASSWORD)
        )
    if len(password) > LONGEST_PASSWORD:
        raise PeopleError(
            worded("password: {n} characters; give at most {most}", n=len(password), most=LONGEST_PASSWORD)
        )
    if password.casefold().strip() == name.casefold() or len(set(password)) < 4:
        raise PeopleError(worded("password: too easy to guess; choose another, four words in a row for instance"))
    return password

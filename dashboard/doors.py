"""Decides who a visitor is: by session, by token, by the code of the log, or as this machine's own user."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Final, Literal, NamedTuple

from dashboard import rights
from dashboard.address import Seen
from dashboard.throttle import Allowance, Throttle
from heatledger import passwords
from heatledger.marks import marked, worded
from heatledger.people import (
    LONGEST_PASSWORD,
    Invitation,
    Look,
    PeopleError,
    Role,
    Session,
    Way,
    checked_password,
    code,
    typed,
)
from heatledger.store.people import People
from heatledger.wording import say

COOKIE: Final = "heatledger"
_CODE_S: Final = 900.0
_SEEN_AGAIN_US: Final = 600_000_000
_BY_ADDRESS: Final = Allowance(free=5, longest_s=900.0)
_BY_NAME: Final = Allowance(free=20, longest_s=30.0)  # slows guessing from many addresses, locks nobody out for long


_CAME_IN: Final[dict[Way, str]] = {
    "password": marked("logged in"),
    "paired": marked("paired a browser"),
    "screen": marked("set up a screen"),
}
_NO_CODE: Final = marked("That code is unknown, used already, or over. Ask for a new one.")


class Visitor(NamedTuple):
    """Who asks, as what, and by which right: nobody has no role."""

    name: str = "nobody"
    role: Role | None = None
    by: Literal["nobody", "here", "session", "token"] = "nobody"
    number: int = 0

    def may(self, right: rights.Right) -> bool:
        """Return whether that is allowed."""
        return rights.may(self.role, right)


NOBODY: Final = Visitor()
HERE: Final = Visitor(marked("this machine"), "owner", "here")


class RefusedError(Exception):
    """A guess that was wrong, or came too soon; the message is one line, `wait_s` how long to wait [s]."""

    def __init__(self, line: str, wait_s: float = 0.0) -> None:
        super().__init__(line)
        self.wait_s = wait_s


class Doors:
    """Who may come in.

    Parameters
    ----------
    people : People
        Passwords, sessions, codes and tokens.
    """

    def __init__(self, people: People) -> None:
        self.people = people
        self._throttle = Throttle()
        self._lock = threading.Lock()
        self._code: tuple[str, float] | None = None

    def visitor(self, seen: Seen, headers: Mapping[str, str]) -> Visitor:
        """Return who asks.

        Parameters
        ----------
        seen : Seen
            By address.
        headers : mapping
            Of the request, by lower-case name.
        """
        shown = headers.get("authorization", "")
        if shown:
            token = self.people.token(shown.removeprefix("Bearer ").strip())
            return Visitor(token.name, token.role, "token") if token else NOBODY
        session = self.session(headers)
        if session is not None:
            return Visitor(session.name, session.role, "session", session.number)
        return HERE if seen.here and not self.people.guarded() else NOBODY

    def session(self, headers: Mapping[str, str]) -> Session | None:
        """Return the session whose cookie is shown."""
        secret = cookie(headers)
        return self.people.session(secret, at_us=now_us()) if secret else None

    def seen_again(self, headers: Mapping[str, str], seen: Seen) -> bool:
        """Note that a session or token was seen, now and then; return whether its cookie should be given anew."""
        session = self.session(headers)
        if session is None or session.seen_us + _SEEN_AGAIN_US > now_us():
            return False
        self.people.see(session.number, at_us=now_us(), address=seen.address)
        return True

    def log_in(self, name: str, password: str, seen: Seen, agent: str) -> str:
        """Return the secret of a new session.

        Raises
        ------
        RefusedError
            If name and password do not belong together, or too many were tried.
        """
        keys = {seen.network: _BY_ADDRESS, f"name {name.casefold()[:100]}": _BY_NAME}
        self._guess(keys)
        person = self.people.person(name)
        if not passwords.matches(person.password if person else None, password[: LONGEST_PASSWORD + 1]) or not person:
            self.note(Visitor(name[:60]), seen, worded("failed to log in"))
            raise RefusedError(say("Name and password do not belong together."))
        self._throttle.right(keys)
        return self._open(Visitor(person.name, person.role), "password", seen, agent)

    def pairing_code(self, seen: Seen) -> None:
        """Write the one-time code into the log, unless one that still holds stands there."""
        with self._lock:
            if self._code is None or self._code[1] < time.monotonic():
                self._code = (code(secrets.token_bytes(8)), time.monotonic() + _CODE_S)
                logging.getLogger(__name__).warning(
                    "pairing code %s: type it into the page opened from %s; it holds for 15 minutes and once",
                    *(self._code[0], seen.address),
                )

    def pair(self, given: str, name: str, seen: Seen, agent: str) -> str:
        """Return the secret of a new session of an owner.

        Raises
        ------
        RefusedError
            If the code is not the one in the log, somebody has a password, or too many were tried.
        """
        keys = {seen.network: _BY_ADDRESS, "pairing": Allowance(free=50, longest_s=60.0)}
        self._guess(keys)
        with self._lock:
            known, until_s = self._code or ("", 0.0)
            fits = secrets.compare_digest(typed(given).encode(), known.encode()) and time.monotonic() < until_s
            if not fits or self.people.guarded():
                raise RefusedError(say("That is not the code in the log."))
            self._code = None
        self._throttle.right(keys)
        return self._open(Visitor(name, "owner"), "paired", seen, agent)

    def promised(self, given: str, seen: Seen) -> Invitation:
        """Return what a code promises; it still holds afterwards.

        Raises
        ------
        RefusedError
            If it is unknown, used or over, or too many were tried.
        """
        keys = {seen.network: _BY_ADDRESS}
        self._guess(keys)
        found = self.people.invitation(given, at_us=now_us())
        if found is None:
            raise RefusedError(say(_NO_CODE))
        self._throttle.right(keys)
        return found

    def join(self, given: str, password: str, seen: Seen, agent: str) -> str:
        """Use a code up and return the secret of a new session; who is no wall screen gets the password given.

        Raises
        ------
        RefusedError
            As `promised`.
        PeopleError
            If the password will not do; the code still holds.
        """
        promise = self.promised(given, seen)
        kept = "" if promise.role == "wall" else passwords.hashed(checked_password(password, name=promise.name))
        if self.people.invitation(given, at_us=now_us(), use=True) is None:  # somebody was faster
            raise RefusedError(say(_NO_CODE))
        if promise.role != "wall":
            self.people.keep(promise.name, promise.role, kept, at_us=now_us())
        way: Way = "screen" if promise.role == "wall" else "password"
        return self._open(Visitor(promise.name, promise.role), way, seen, agent)

    def set_password(self, visitor: Visitor, name: str, password: str, seen: Seen, agent: str) -> str:
        """Set a person's own password, or the first of all; return the secret of a new session, the others end.

        Raises
        ------
        PeopleError
            If name or password will not do.
        """
        role = visitor.role
        if role is None or role == "wall":
            raise PeopleError(say("password: a screen has none; log in as a person first"))
        kept = passwords.hashed(checked_password(password, name=name))
        self.people.keep(name, role, kept, at_us=now_us())
        self.note(visitor, seen, worded("set the password of {name}", name=name))
        return self._open(Visitor(name, role), "password", seen, agent)

    def _open(self, visitor: Visitor, way: Way, seen: Seen, agent: str) -> str:
        self.note(visitor, seen, _CAME_IN[way])
        role = visitor.role or "wall"
        return self.people.open_session(visitor.name, role, way, at_us=now_us(), agent=agent, address=seen.address)

    def _guess(self, keys: dict[str, Allowance]) -> None:
        wait_s = self._throttle.take(keys, at_s=time.monotonic())
        if wait_s > 0:
            raise RefusedError(say("Too many tries. Try again in {seconds} s.", seconds=round(wait_s)), wait_s)

    def note(self, visitor: Visitor, seen: Seen, what: str) -> None:
        """Add a line to the audit."""
        self.people.note(Look(now_us(), visitor.name, visitor.role or "nobody", seen.address, what[:200], 1))


def now_us() -> int:
    """Return the time now in µs UTC."""
    return time.time_ns() // 1000


def cookie(headers: Mapping[str, str]) -> str:
    """Return the secret in the session's cookie, or nothing."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def set_cookie(secret: str, *, secure: bool, path: str) -> str:
    """Return the header that gives a browser its session; without a secret, that takes it away."""
    age_s = 400 * 86_400 if secret else 0  # as long as browsers keep one; the session itself may end before
    return f"{COOKIE}={secret}; Path={path}; Max-Age={age_s}; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"

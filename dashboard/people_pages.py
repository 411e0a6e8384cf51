"""The owner's page of people and devices: who may look, since when, what was looked at; and everybody's password."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from dashboard.address import Seen
from dashboard.doors import Doors, Visitor, now_us
from dashboard.forms import Forms, Sent, Whence, Who, qr, when
from heatledger.marks import marked, worded
from heatledger.people import ROLES, PeopleError, Role, checked_name, checked_role
from heatledger.wording import say

INVITED_US: Final = 7 * 86_400_000_000
"""How long an invitation holds. [µs]"""
_LOOKS: Final = 100
_INVITED: Final[tuple[Role, ...]] = ("viewer", "installer", "owner")
_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})
_WORDS: Final[dict[Role, str]] = {
    "viewer": marked("viewer: sees every page"),
    "installer": marked("installer: sees every page, sets up and commissions"),
    "owner": marked("owner: everything"),
    "wall": marked("wall: shows the pages"),
}


def register(server: FastAPI, doors: Doors, forms: Forms, zone: Callable[[], str]) -> None:
    """Add the routes to the FastAPI application.

    Parameters
    ----------
    server : FastAPI
        The application.
    doors : Doors
        The people.
    forms : Forms
        Draws the pages.
    zone : callable
        Returns the time zone that times are told in.
    """
    page = PeoplePage(doors, forms, zone)

    @server.get("/people", include_in_schema=False)
    def shown(who: Who, seen: Whence) -> Response:
        return page.page(who, seen)

    @server.post("/people/{action}", include_in_schema=False)
    def change(action: str, sent: Sent, who: Who, seen: Whence) -> Response:
        return page.change(action, sent, who, seen)

    @server.get("/password", include_in_schema=False)
    def password(who: Who) -> Response:
        return forms.page("password", name=_own(doors, who), line="", first=not doors.people.guarded())

    @server.post("/password", include_in_schema=False)
    def set_password(sent: Sent, who: Who, seen: Whence, request: Request) -> Response:
        first = not doors.people.guarded()
        name = (" ".join(sent.get("name", "").split()) or "owner") if first else _own(doors, who)
        try:
            agent = request.headers.get("user-agent", "")
            secret = doors.set_password(who, checked_name(name), twice(sent), seen, agent)
        except PeopleError as wrong:
            return forms.page("password", name=name, line=str(wrong), first=first, status=400)
        return forms.go("/people" if who.role == "owner" else "/", seen, secret=secret)


def twice(sent: Mapping[str, str]) -> str:
    """Return the password of a form.

    Raises
    ------
    PeopleError
        If the second is another.
    """
    if sent.get("password", "") != sent.get("again", ""):
        raise PeopleError(say("The two passwords differ."))
    return sent.get("password", "")


def _own(doors: Doors, who: Visitor) -> str:
    """Return the name whose password a visitor may set; a paired owner sets the first, or their own."""
    return who.name if doors.people.person(who.name) or who.by != "here" else "owner"


class PeoplePage:
    """The page and what its buttons do.

    Parameters
    ----------
    doors : Doors
        The people.
    forms : Forms
        Draws it.
    zone : callable
        Returns the time zone that times are told in.
    """

    def __init__(self, doors: Doors, forms: Forms, zone: Callable[[], str]) -> None:
        self._doors, self._people, self._forms, self._zone = doors, doors.people, forms, zone
        self._actions: dict[str, Callable[[Mapping[str, str], Seen], dict[str, object]]] = {
            "invite": self._invite,
            "screen": self._screen,
            "token": self._token,
            "revoke": self._revoke,
            "end": self._end,
        }

    def page(
        self, who: Visitor, seen: Seen, *, line: str = "", status: int = 200, shown: Mapping[str, object] = _NOTHING
    ) -> HTMLResponse:
        """Return the page; `shown` is what is shown once, a code for instance."""
        at_us, zone = now_us(), self._zone()
        return self._forms.page(
            "people",
            status=status,
            line=line,
            who=who,
            guarded=self._people.guarded(),
            people=self._people.all(),
            invitations=self._people.invitations(at_us=at_us),
            sessions=self._people.sessions(),
            tokens=self._people.tokens(),
            looks=self._people.looks(limit=_LOOKS),
            invited=_INVITED,
            roles=ROLES,
            words=_WORDS,
            when=lambda us: when(us, zone),
            reachable=not seen.here,
            shown=shown,
        )

    def change(self, action: str, sent: Mapping[str, str], who: Visitor, seen: Seen) -> Response:
        """Do what a button asks, and return the page."""
        if action not in self._actions:
            return self.page(who, seen, line=say("There is no such action: {action}", action=action[:40]), status=404)
        try:
            shown = self._actions[action](sent, seen)
        except PeopleError as wrong:
            return self.page(who, seen, line=str(wrong), status=400)
        named = {"name": sent.get("name", ""), "role": sent.get("role", "")}
        self._doors.note(who, seen, worded(_DONE[action], **named))
        return self.page(who, seen, shown=shown) if shown else self._forms.go("/people", seen)

    def _invite(self, sent: Mapping[str, str], seen: Seen) -> dict[str, object]:
        if not self._people.guarded():
            raise PeopleError(say("Set your own password first: until then this machine is let in without one."))
        name = checked_name(sent.get("name", ""))
        role = checked_role(sent.get("role", ""), allowed=_INVITED)
        if self._people.person(name):
            raise PeopleError(say("{name} has access already; revoke it first, or choose another name", name=name))
        return self._code(name, role, seen)

    def _screen(self, sent: Mapping[str, str], seen: Seen) -> dict[str, object]:
        name = checked_name(sent.get("name", "") or say("Wall tablet"))
        if self._people.person(name):
            raise PeopleError(say("{name} is a person; give the screen another name", name=name))
        return self._code(name, "wall", seen)

    def _code(self, name: str, role: Role, seen: Seen) -> dict[str, object]:
        code = self._people.invite(name, role, until_us=now_us() + INVITED_US)
        link = self._forms.address(seen, f"/join?code={code}")
        return {"code": code, "link": link, "qr": qr(link), "name": name, "role": role}

    def _token(self, sent: Mapping[str, str], _seen: Seen) -> dict[str, object]:
        name = checked_name(sent.get("name", ""))
        role = checked_role(sent.get("role", ""), allowed=_INVITED)
        return {"token": self._people.add_token(name, role, at_us=now_us()), "name": name, "role": role}

    def _revoke(self, sent: Mapping[str, str], _seen: Seen) -> dict[str, object]:
        self._people.revoke(sent.get("name", ""))
        return {}

    def _end(self, sent: Mapping[str, str], _seen: Seen) -> dict[str, object]:
        number = sent.get("number", "")
        if number.isascii() and number.isdigit() and len(number) < 19:
            self._people.end_session(int(number))
        return {}


_DONE: Final = {
    "invite": marked("invited {name} {role}"),
    "screen": marked("made a code for the screen {name}"),
    "token": marked("made the token {name} {role}"),
    "revoke": marked("revoked {name}"),
    "end": marked("ended the session of {name}"),
}

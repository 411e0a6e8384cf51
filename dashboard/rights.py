"""What each role may do, and what each route and each callback asks for: two tables, and nothing else decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple

from heatledger.people import Role

Right = Literal["open", "look", "set_up", "own"]
_ORDER: Final[tuple[Right, ...]] = ("open", "look", "set_up", "own")
OF_ROLE: Final[dict[Role, Right]] = {"owner": "own", "installer": "set_up", "viewer": "look", "wall": "look"}
"""The most a role may do; whoever may set up may look."""


class Route(NamedTuple):
    """A path, or with a star at its end all that begin so, and what it asks for."""

    path: str
    right: Right


ROUTES: Final = (
    Route("/assets/*", "open"),  # scripts, styles and icons say nothing of the home
    Route("/_dash-component-suites/*", "open"),
    Route("/_favicon.ico", "open"),
    Route("/manifest.webmanifest", "open"),
    Route("/worker.js", "open"),
    Route("/offline", "open"),
    Route("/healthz", "open"),  # says ok or not; more to those who may look
    Route("/me", "open"),
    Route("/login", "open"),
    Route("/pair", "open"),
    Route("/join", "open"),
    Route("/reading", "open"),  # the language of the page that lets people in, too
    Route("/logout", "open"),
    Route("/stop/*", "open"),  # whoever holds the secret of a letter may stop it
    Route("/people", "own"),
    Route("/people/*", "own"),
    Route("/yours", "own"),
    Route("/yours/*", "own"),
    Route("/setup", "set_up"),
    Route("/setup/*", "set_up"),
    Route("/commissioning", "set_up"),
    Route("/commissioning/*", "set_up"),
    Route("/_commissioning-run", "set_up"),  # the live part of a test run
    Route("/api/v1/commissioning", "set_up"),
    Route("/fleet", "set_up"),
    Route("/api/v1/fleet", "set_up"),
    Route("/api/v1/commissioning/*", "set_up"),
    Route("/api/v1/zones/*", "look"),  # commanding asks itself for more: an owner, or the wall where that is allowed
    Route("/password", "look"),
    Route("/_dash-update-component", "look"),  # and what the callback asks for
    Route("/_dash-ws-callback", "look"),
)
"""The first that fits decides; of what stands in none, reading asks for `look` and anything else for `own`."""
CALLBACKS: Final[dict[str, Right]] = {"people": "own", "setup": "set_up", "commissioning": "set_up", "fleet": "set_up"}
"""By what an element's id begins with; every other callback only shows, and asks for `look`."""
_READS: Final = ("GET", "HEAD")


def may(role: Role | None, right: Right) -> bool:
    """Return whether a role (None: nobody) may do what asks for a right."""
    return right == "open" or (role is not None and _ORDER.index(right) <= _ORDER.index(OF_ROLE[role]))


def of_route(method: str, path: str) -> Right:
    """Return what a request asks for.

    Examples
    --------
    >>> of_route("GET", "/bill"), of_route("GET", "/people"), of_route("POST", "/unheard-of")
    ('look', 'own', 'own')
    """
    for route in ROUTES:
        if path == route.path or (route.path.endswith("*") and path.startswith(route.path[:-1])):
            return route.right
    return "look" if method in _READS else "own"


def of_callback(payload: object) -> Right:
    """Return what a callback asks for: the most that any element it reads, writes or was set off by asks for.

    Parameters
    ----------
    payload : object
        What the browser sent, decoded.
    """
    asked: list[Right] = [CALLBACKS.get(name, "look") for name in _names(payload)]
    return max(asked, key=_ORDER.index, default="own")


def page_of(payload: object) -> str | None:
    """Return the path of the page that a callback asks to be shown, if it does."""
    inputs = payload.get("inputs") if isinstance(payload, Mapping) else None
    for item in inputs if isinstance(inputs, list) else ():
        if isinstance(item, Mapping) and (item.get("id"), item.get("property")) == ("_pages_location", "pathname"):
            return str(item.get("value"))
    return None


def _names(payload: object) -> Iterator[str]:
    """Yield what the ids in a callback begin with: of ``setup-broker`` it is ``setup``, whatever else is in the id."""
    if isinstance(payload, Mapping):
        for key, value in payload.items():
            if key == "id":
                yield from _begins(value)
            elif key == "output":
                yield from (name for part in str(value).strip(".").split("...") for name in _begins(part))
            elif key == "changedPropIds" and isinstance(value, list):
                yield from (name for part in value for name in _begins(part))
            elif key in {"inputs", "outputs", "state"}:
                yield from _names(value)
    elif isinstance(payload, list):
        for item in payload:
            yield from _names(item)


def _begins(written: object) -> Iterator[str]:
    """Yield what an id begins with; in a pattern's id every word counts."""
    if isinstance(written, Mapping):
        yield from (name for value in written.values() for name in _begins(value))
    else:
        words = str(written).replace('"', " ").replace(":", " ").replace(",", " ").replace("{", " ").split()
        yield from (word.partition("-")[0].partition(".")[0] for word in words)

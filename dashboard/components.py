"""Building blocks of the pages: texts with an id, icons, bars; and which properties of a tree may change live."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from dash import html
from dash.development.base_component import Component

from dashboard.shown import Sentence, Shown
from dashboard.shown import children as pieces

_LIVE: Final = ("children", "className", "style", "title")


class Prop(NamedTuple):
    """One property of one component with an id."""

    id: str
    name: str


class Framed:
    """Children that hold ids themselves: equal while the same ids stand in them in the same order.

    Parameters
    ----------
    children : iterable of Component
        The children as they are now.
    holds : iterable of Prop
        What stands in them and may change by itself.
    """

    def __init__(self, children: Iterable[Component], holds: Iterable[Prop]) -> None:
        self._children, self.holds = children, tuple(holds)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Framed) and self.holds == other.holds

    def __hash__(self) -> int:
        return hash(self.holds)

    def plain(self) -> object:
        """Return the children as they go over the wire."""
        return [plain(child) for child in self._children]


Children = list[str | Component]


def doorway(words: str, href: str, *, at: str | None = None) -> html.A:
    """Return the name of a block as the door to its page: all of the block that opens nothing else leads there."""
    given: dict[str, Any] = {"id": at} if at else {}
    return html.A(words, href=href, className="doorway", **given)


def aria(**words: str) -> dict[str, Any]:
    """Return ARIA attributes: ``aria(label="Zones")`` is ``aria-label``."""
    return {f"aria-{name}": word for name, word in words.items()}


def data(**values: object) -> dict[str, Any]:
    """Return attributes for the page's own scripts: ``data(of="lines")`` is ``data-of``."""
    return {f"data-{name}": value for name, value in values.items()}


def text(words: str, class_name: str = "", *, at: str | None = None) -> html.Span:
    """Return a text; `at` is its id where it changes live; the figures in it open their explanations."""
    given: dict[str, Any] = {"id": at} if at else {}
    shown = pieces(words) if isinstance(words, Shown | Sentence) else words
    return html.Span(shown, className=class_name, **given)


def placed(message: str, **parts: str | Component) -> Children:
    """Return a text with components in the places of its placeholders.

    Examples
    --------
    >>> placed("Heading for {range}.", range="$346–389")
    ['Heading for ', '$346–389', '.']
    """
    pieces = re.split(r"\{(\w+)\}", message)
    found = [parts[piece] if at % 2 else piece for at, piece in enumerate(pieces)]
    return [piece for piece in found if piece != ""]


def icon(name: str, *, at: str | None = None) -> html.Span:
    """Return an icon of our own sprite; it is always beside a word."""
    given: dict[str, Any] = {"id": at} if at else {}
    return html.Span(className=f"icon icon-{name}" if name else "icon icon-none", **aria(hidden="true"), **given)


def bar(parts: Mapping[str, tuple[str, float]], *, label: str) -> html.Div:
    """Return a bar of parts: id → (class, share of the whole) [0–1]."""
    made = [
        html.Div(id=part, className=f"bar-part {kind}", style={"width": f"{max(0.0, min(share, 1.0)) * 100:.1f}%"})
        for part, (kind, share) in parts.items()
    ]
    return html.Div(made, className="bar", role="img", **aria(label=label))


def live_props(tree: Component) -> dict[Prop, object]:
    """Return what may change of every component with an id: all but the children that hold ids themselves.

    Parameters
    ----------
    tree : Component
        A rendered page.

    Returns
    -------
    dict
        Values ready to be compared and sent.
    """
    found: dict[Prop, object] = {}
    for component in _walk(tree):
        name = getattr(component, "id", None)
        if name is None:
            continue
        for prop in _LIVE:
            value = vars(component).get(prop)
            holds_ids = prop == "children" and any(getattr(inner, "id", None) for inner in _inside(value))
            if prop in vars(component) and not holds_ids:
                found[Prop(name, prop)] = plain(value)
    return found


def _walk(tree: Component) -> Iterator[Component]:
    yield tree
    yield from _inside(getattr(tree, "children", None))


def _inside(children: object) -> Iterator[Component]:
    for child in children if isinstance(children, list | tuple) else (children,):
        if isinstance(child, Component):
            yield from _walk(child)


def plain(value: object) -> object:
    """Return components as the plain values that go over the wire, so that they compare by what they show."""
    if isinstance(value, Component):
        made = value.to_plotly_json()  # type: ignore[no-untyped-call] # Dash leaves it untyped
        return {**made, "props": {name: plain(inner) for name, inner in made["props"].items()}}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value

"""Reading a tree of components: its texts, and what has a class."""

from __future__ import annotations

from dash.development.base_component import Component


def walk(tree):
    """Every component of a tree, or of several."""
    for one in tree if isinstance(tree, list | tuple) else [tree]:
        if isinstance(one, Component):
            yield one
            yield from walk(getattr(one, "children", None))
        elif isinstance(one, list | tuple):
            yield from walk(one)


def texts(tree) -> list[str]:
    """Every text of a tree in order, empty ones left out; a sentence with figures that open is one text."""
    found: list[str] = []
    before = None
    for one in tree if isinstance(tree, list | tuple) else [tree]:
        is_figure = isinstance(one, Component) and "inline" in str(getattr(one, "className", "")).split()
        kind = "figure" if is_figure else "text" if isinstance(one, str) else None
        words = str(one.children) if is_figure else one
        if kind and before and "figure" in (kind, before):
            found[-1] += words
        elif kind:
            found.append(words)
        elif isinstance(one, Component):
            found += texts(getattr(one, "children", None))
        elif isinstance(one, list | tuple):
            found += texts(one)
        elif one is not None:
            found.append(str(one))
        before = kind
    return [one for one in found if one]


def find(tree, class_name: str) -> list[Component]:
    """Every component that has a class."""
    return [one for one in walk(tree) if class_name in str(getattr(one, "className", "") or "").split()]


def by_id(tree, name: str) -> Component:
    """The component of an id."""
    (found,) = [one for one in walk(tree) if getattr(one, "id", None) == name]
    return found

"""Equations with their numbers: a template and the tree of figures that its names are places in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

_NAME: Final = re.compile(r"\{([^{}]+)\}")
_DIGITS: Final = 6
"""A measured number is written with so many figures. [1]"""


def worked(template: str, place: str, tree: object) -> str | None:
    """Return an equation with its numbers.

    Parameters
    ----------
    template : str
        ``{quantity} × {rate} = {amount}``: names of figures as `place_of` reads them; one that begins with a plus and
        holds a ``*`` is a sum.
    place : str
        Of the figure that is explained, dotted.
    tree : object
        All figures, as builtins.

    Returns
    -------
    str or None
        None without a template, and where a number is not known.

    Examples
    --------
    >>> worked("{a} − {/all.b} = {+rows.*}", "x.sum", {"x": {"a": "3.50", "rows": [1.0, 2.5]}, "all": {"b": 1}})
    '3.50 − 1 = 1 + 2.5'
    """
    if not template:
        return None
    found = {name: _said(name, place, tree) for name in _NAME.findall(template)}
    if any(value is None for value in found.values()):
        return None
    return _NAME.sub(lambda match: found[match[1]] or "", template)


def _said(name: str, place: str, tree: object) -> str | None:
    values = [at(tree, keys) for keys in each(tree, place_of(name.removeprefix("+"), place))]
    if not values or any(value is None for value in values):
        return None
    return " + ".join(_figure(value) for value in values)


def place_of(name: str, place: str) -> list[str]:
    """Return the keys of a name: beside a place, from the top after a slash, one step up after ``../``."""
    if name.startswith("/"):
        return name[1:].split(".")
    beside = place.split(".")[:-1]
    return [*beside[:-1], *name[3:].split(".")] if name.startswith("../") else [*beside, *name.split(".")]


def multiplies(line: dict[str, Any]) -> bool:
    """Return whether a bill line's printed quantity and rate make its amount, to what their rounding leaves open."""
    quantity, rate, amount = (abs(Decimal(line[key])) for key in ("quantity", "rate", "amount"))
    return abs(quantity * rate - amount) <= Decimal("0.01") + rate * Decimal("0.01")


def _figure(value: object) -> str:
    return f"{value:.{_DIGITS}g}" if isinstance(value, float) else str(value)


def at(tree: Any, keys: list[str]) -> Any:  # noqa: ANN401 - a tree of builtins
    """Return what stands at a place; None where nothing does."""
    for key in keys:
        if isinstance(tree, list | tuple):
            tree = tree[int(key)] if key.isdigit() and int(key) < len(tree) else None
        else:
            tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def each(tree: object, keys: list[str]) -> Iterator[list[str]]:
    """Yield the places that keys name, one for each of any that is ``*``."""
    if "*" not in keys:
        yield keys
        return
    first = keys.index("*")
    rows = at(tree, keys[:first])
    for key in rows if isinstance(rows, dict) else range(len(rows or ())):
        yield from each(tree, [*keys[:first], str(key), *keys[first + 1 :]])


def leaves(node: object, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value of a tree of builtins with its dotted place."""
    if isinstance(node, dict | list | tuple):
        rows = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in rows:
            yield from leaves(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, node

"""`explain(summary, name)`: of any figure of the Summary, by which equation, from what, how sure and on whose word."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from heatledger.equations import ROWS, Row
from heatledger.reader import ENGLISH, reading
from heatledger.summary import Summary

_LEAVES = (str, int, float, bool)
_MOST_INPUTS = 12
"""So many values are written out of an input that is a table. [1]"""


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """How one figure was found.

    Attributes
    ----------
    name, what, unit : str
        Its dotted place in the Summary, what it is, and its unit.
    value : str, float or None
        As the Summary says it; None where it cannot be known.
    reason : str or None
        Why it is not known.
    equation : str
        In words and symbols.
    inputs : dict
        What went in, by its place.
    coverage : float
        How much of the span was heard. [0–1]
    rung, method, boundary : str or None
        Of the COP that it hangs on.
    tariff : list of str
        The rate plan's versions that priced it.
    """

    name: str
    what: str
    unit: str
    value: str | float | None
    reason: str | None
    equation: str
    inputs: dict[str, str | float | bool | None]
    coverage: float
    rung: str | None = None
    method: str | None = None
    boundary: str | None = None
    tariff: list[str] = []


@reading(ENGLISH)
def explain(summary: Summary, name: str) -> Explained:
    """Explain a figure of a Summary.

    Parameters
    ----------
    summary : Summary
        Of any span.
    name : str
        Dotted place, as in its JSON: ``heat_pumps.living.cop.value``.

    Returns
    -------
    Explained
        Complete for every figure the Summary has.

    Raises
    ------
    KeyError
        There is no such figure; the message names the nearest one.
    """
    tree = msgspec.to_builtins(summary)
    found = dict(_leaves(tree))
    row = row_of(name)
    if name not in found or row is None:
        near = next(iter(difflib.get_close_matches(name, figures(summary), n=1, cutoff=0.4)), None)
        raise KeyError(f"{name}: no figure of the summary" + (f"; did you mean {near}?" if near else ""))
    parents = [_at(tree, name.split(".")[:depth]) for depth in range(name.count(".") + 1)][::-1]
    cop = next((p for p in _cops(parents)), {})
    unit = tree["bill"]["currency"] if row.unit == "currency" else row.unit
    return Explained(
        name=name,
        what=row.what,
        unit=unit,
        value=found[name],
        reason=None if found[name] is not None else _reason(parents),
        equation=row.equation,
        inputs=dict(_inputs(tree, name, row)),
        coverage=summary.electricity.coverage,
        rung=cop.get("rung"),
        method=cop.get("method"),
        boundary=cop.get("boundary"),
        tariff=_tariffs(tree) if row.unit == "currency" else [],
    )


def figures(summary: Summary) -> list[str]:
    """Return the place of every figure of a Summary that can be explained, in its own order."""
    return [
        name
        for name, value in _leaves(msgspec.to_builtins(summary))
        if (value is None or _is_number(value)) and row_of(name) is not None
    ]


def row_of(name: str) -> Row | None:
    """Return the first row of the table that tells of a place; None where none does."""
    return next((row for row in ROWS if _tells(row.place, name)), None)


def _tells(place: str, name: str) -> bool:
    parts, keys = place.split("."), name.split(".")
    deep = parts[-1] == "**"
    if deep:
        parts = parts[:-1]
    if len(keys) < len(parts) + deep or (not deep and len(keys) != len(parts)):
        return False
    return all(fnmatchcase(key, part) for key, part in zip(keys, parts, strict=False))


def _leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - a tree of builtins
    if isinstance(node, dict | list):
        rows = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in rows:
            yield from _leaves(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, node


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return value.lstrip("-").replace(".", "", 1).isdigit()
    return isinstance(value, int | float) and not isinstance(value, bool)


def _at(tree: Any, keys: list[str]) -> Any:  # noqa: ANN401 - a tree of builtins
    for key in keys:
        if isinstance(tree, list):
            tree = tree[int(key)] if key.isdigit() and int(key) < len(tree) else None
        else:
            tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def _cops(parents: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield the COPs that a figure hangs on: the one it is of, else the one beside it, the nearest first."""
    for parent in parents:
        if isinstance(parent, dict):
            for one in (parent, parent.get("cop")):
                if isinstance(one, dict) and {"rung", "boundary"} <= one.keys():
                    yield one


def _reason(parents: list[Any]) -> str | None:
    said = (
        parent.get(key)
        for parent in parents
        if isinstance(parent, dict)
        for key in ("reason", "heat_reason", "refused")
    )
    cops = (one.get("reason") for one in _cops(parents))
    return next((text for text in (*said, *cops) if text), "nothing that was heard or stated says")


def _inputs(tree: Any, name: str, row: Row) -> Iterator[tuple[str, str | float | bool | None]]:  # noqa: ANN401
    """Yield what went in; of a table its figures, at most `_MOST_INPUTS`."""
    beside = name.split(".")[:-1]
    for wanted in row.inputs:
        up = wanted.startswith("../")
        keys = wanted.removeprefix("/").removeprefix("../").split(".")
        for place in _each(tree, keys if wanted.startswith("/") else [*(beside[:-1] if up else beside), *keys]):
            leaves = [(path, value) for path, value in _leaves(_at(tree, place)) if isinstance(value, _LEAVES)]
            for path, value in leaves[:_MOST_INPUTS]:
                yield ".".join([*place, *([path] if path else [])]), value


def _each(tree: Any, keys: list[str]) -> Iterator[list[str]]:  # noqa: ANN401 - a tree of builtins
    """Yield the places that keys name, one for each of any that is ``*``."""
    if "*" not in keys:
        yield keys
        return
    at = keys.index("*")
    rows = _at(tree, keys[:at])
    for key in rows if isinstance(rows, dict) else range(len(rows or ())):
        yield from _each(tree, [*keys[:at], str(key), *keys[at + 1 :]])


def _tariffs(tree: Any) -> list[str]:  # noqa: ANN401 - a tree of builtins
    lines = tree["bill"]["lines"]
    return list(dict.fromkeys(f"{line['tariff']} from {line['from']}" for line in lines))

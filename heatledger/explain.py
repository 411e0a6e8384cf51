"""`explain(summary, name)`: of any figure of the Summary, by which equation, from what, how sure and on whose word."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from heatledger.equation_rows import Row
from heatledger.equations import ROWS
from heatledger.live import Now
from heatledger.reader import ENGLISH, reading
from heatledger.summary import Summary
from heatledger.worked import at, each, leaves, multiplies, place_of, worked

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
    worked : str or None
        The same with its numbers; None where one of them is not known.
    inputs : dict
        What went in, by its place.
    low, high : str, float or None
        Its interval, where it has one.
    interval : str or None
        How much that encloses: 90 %, or P10–P90.
    source : str or None
        Of a line of the bill, where in the rate plan's file it stands.
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
    worked: str | None = None
    low: str | float | None = None
    high: str | float | None = None
    interval: str | None = None
    source: str | None = None
    rung: str | None = None
    method: str | None = None
    boundary: str | None = None
    tariff: list[str] = []


@reading(ENGLISH)
def explain(summary: Summary, name: str, now: Now | None = None) -> Explained:
    """Explain a figure of a Summary, or of what is heard now.

    Parameters
    ----------
    summary : Summary
        Of any span; for what is heard now of the running cycle.
    name : str
        Dotted place, as in its JSON: ``heat_pumps.living.cop.value``, or ``now.zones.living.celsius``.
    now : Now, optional
        The home this minute.

    Returns
    -------
    Explained
        Complete for every figure the Summary has.

    Raises
    ------
    KeyError
        There is no such figure; the message names the nearest one.
    """
    tree = _tree(summary, now)
    found = dict(leaves(tree))
    row = row_for(tree, name)
    if name not in found or row is None:
        near = next(iter(difflib.get_close_matches(name, figures(summary, now), n=1, cutoff=0.4)), None)
        raise KeyError(f"{name}: no figure of the summary" + (f"; did you mean {near}?" if near else ""))
    parents = [at(tree, name.split(".")[:depth]) for depth in range(name.count(".") + 1)][::-1]
    cop = next((p for p in _cops(parents)), {})
    low, high = (found.get(place) for place in _ends(name, row))
    return Explained(
        name=name,
        what=row.what,
        unit=row.unit.replace("currency", tree["bill"]["currency"]),
        value=found[name],
        reason=None if found[name] is not None else _reason(parents),
        equation=row.equation,
        worked=_worked(row, name, tree) if found[name] is not None else None,
        inputs=dict(_inputs(tree, name, row)),
        coverage=summary.electricity.coverage,
        low=low,
        high=high,
        interval=row.within[2] if row.within and low is not None else None,
        source=parents[0].get("source") if isinstance(parents[0], dict) and name.startswith("bill.lines.") else None,
        rung=cop.get("rung"),
        method=cop.get("method"),
        boundary=cop.get("boundary"),
        tariff=_tariffs(tree) if row.unit.startswith("currency") else [],
    )


def _tree(summary: Summary, now: Now | None) -> dict[str, Any]:
    """Return all that can be explained as builtins; what is heard now by the ids of zones and of shared units."""
    with reading(ENGLISH):
        tree: dict[str, Any] = msgspec.to_builtins(summary)
        if now is not None:
            heard = _dated(msgspec.to_builtins(now))
            tree["now"] = heard | {key: {row["id"]: row for row in heard[key]} for key in ("zones", "groups")}
    return tree


def _dated(node: Any) -> Any:  # noqa: ANN401 - a tree of builtins
    """Return a tree whose instants in µs are times in words: what is heard says when."""
    if isinstance(node, list | tuple):
        return [_dated(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        key.removesuffix("_us"): _instant(value) if key.endswith("_us") else _dated(value)
        for key, value in node.items()
    }


def _instant(time_us: int | None) -> str | None:
    return None if time_us is None else datetime.fromtimestamp(time_us / 1e6, UTC).isoformat(timespec="seconds")


def _worked(row: Row, name: str, tree: dict[str, Any]) -> str | None:
    """Return the equation with its numbers; not of a bill line whose rounding is not that of what it prints."""
    if row.place == "bill.lines.*.amount" and not multiplies(at(tree, name.split(".")[:-1])):
        return None
    return worked(row.worked, name, tree)


def _ends(name: str, row: Row) -> tuple[str, str]:
    """Return where the ends of a figure's interval stand; nowhere where it has none."""
    before = name.rpartition(".")[0]
    return (f"{before}.{row.within[0]}", f"{before}.{row.within[1]}") if row.within else ("", "")


def figures(summary: Summary, now: Now | None = None) -> list[str]:
    """Return the place of every figure that can be explained, in its own order."""
    return [
        name
        for name, value in leaves(_tree(summary, now))
        if (value is None or is_number(value)) and row_of(name) is not None
    ]


def row_of(name: str) -> Row | None:
    """Return the first row of the table that tells of a place; None where none does."""
    return next((row for row in ROWS if _tells(row.place, name)), None)


def row_for(tree: Any, name: str) -> Row | None:  # noqa: ANN401 - a tree of builtins
    """Return the row that tells of a place as it stands: some hold for one cause, or one kind of line, alone."""
    beside = at(tree, name.split(".")[:-1])
    for row in ROWS:
        if _tells(row.place, name) and (not row.when or at(beside, [row.when[0]]) == row.when[1]):
            return row
    return None


def _tells(place: str, name: str) -> bool:
    parts, keys = place.split("."), name.split(".")
    deep = parts[-1] == "**"
    if deep:
        parts = parts[:-1]
    if len(keys) < len(parts) + deep or (not deep and len(keys) != len(parts)):
        return False
    return all(fnmatchcase(key, part) for key, part in zip(keys, parts, strict=False))


def is_number(value: object) -> bool:
    """Return whether a value is a figure: a number, or a decimal in words."""
    if isinstance(value, str):
        return value.lstrip("-").replace(".", "", 1).isdigit()
    return isinstance(value, int | float) and not isinstance(value, bool)


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
    for wanted in row.inputs:
        for place in each(tree, place_of(wanted, name)):
            found = [(path, value) for path, value in leaves(at(tree, place)) if isinstance(value, _LEAVES)]
            for path, value in found[:_MOST_INPUTS]:
                yield ".".join([*place, *([path] if path else [])]), value


def _tariffs(tree: Any) -> list[str]:  # noqa: ANN401 - a tree of builtins
    lines = tree["bill"]["lines"]
    return list(dict.fromkeys(f"{line['tariff']} from {line['from']}" for line in lines))

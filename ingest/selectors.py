"""Picking a value out of a payload: JMESPath, with the plain dotted paths turned into key look-ups."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import jmespath
import jmespath.exceptions

from heatledger.devices import Clock

Selector = Callable[[object], object]
Test = Callable[[object], bool]

_DECIMAL = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*")
_LONGEST_NUMBER = 64
_FLOOR_US = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
_LATEST_S = 253_402_300_799.0  # 9999-12-31


@lru_cache(maxsize=4096)
def compile_selector(path: str) -> Selector:
    """Return the function that picks `path` (JMESPath) out of a payload, None where there is nothing."""
    expression = jmespath.compile(path)
    keys = _plain_keys(expression.parsed)
    if keys is None:
        steps = _plain_steps(expression.parsed)
        return (lambda node: _step(node, steps)) if steps else lambda node: _search(expression, node)
    if not keys:
        return lambda node: node
    if len(keys) == 1:
        only = keys[0]
        return lambda node: node.get(only) if type(node) is dict else None
    return lambda node: _walk(node, keys)


def first_key(path: str) -> str | None:
    """Return the key that a plain path begins with, None for any other."""
    keys = _plain_keys(jmespath.compile(path).parsed)
    return keys[0] if keys else None


_KEYS = {"type": "function_expression", "children": [{"type": "current", "children": []}], "value": "keys"}


@lru_cache(maxsize=4096)
def compile_test(path: str) -> Test:
    """Return the function that says whether a JMESPath condition holds: anything but false, null and empty does."""
    return _plain_test(jmespath.compile(path).parsed) or _truth(compile_selector(path))


def _truth(select: Selector) -> Test:
    def holds(node: object) -> bool:
        value = select(node)
        return not (value is None or value is False or (isinstance(value, (str, list, dict)) and not value))

    return holds


def _plain_test(node: Mapping[str, Any]) -> Test | None:
    """Return a condition of plain paths, keys that are there, null, words, and, or and not; None for any other."""
    kind, children = node["type"], node["children"]
    if kind == "comparator":
        return _plain_comparison(node["value"], *children)
    if kind == "function_expression":
        return _has_key(node["value"], *children)
    if kind not in ("and_expression", "or_expression", "not_expression"):
        keys = _plain_keys(node)
        return None if keys is None else _truth(lambda document: _walk(document, keys))
    parts = [_plain_test(child) for child in children]
    first, last = parts[0], parts[-1]
    if first is None or last is None:
        return None
    if kind == "not_expression":
        return lambda document: not first(document)
    if kind == "and_expression":
        return lambda document: first(document) and last(document)
    return lambda document: first(document) or last(document)


def _plain_comparison(operator: str, left: Mapping[str, Any], right: Mapping[str, Any]) -> Test | None:
    keys = _plain_keys(left)
    if keys is None or operator not in ("eq", "ne") or right["type"] != "literal":
        return None
    wanted, same = right["value"], operator == "eq"
    if wanted is not None and not isinstance(wanted, str):
        return None
    return lambda document: (_walk(document, keys) == wanted) is same


def _has_key(function: str, *arguments: Mapping[str, Any]) -> Test | None:
    """Return the test for ``contains(keys(@), 'key')``."""
    if function != "contains" or arguments[0] != _KEYS or arguments[1]["type"] != "literal":
        return None
    key = arguments[1]["value"]
    return lambda document: isinstance(document, dict) and key in document


def _plain_keys(node: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the keys of an expression made of fields and dots alone, else None."""
    children = node["children"]
    if node["type"] == "current":
        return ()
    if node["type"] == "field":
        return (str(node["value"]),)
    if node["type"] != "subexpression" or not isinstance(children, list):
        return None
    parts = [_plain_keys(child) for child in children]
    return None if None in parts else tuple(key for part in parts if part is not None for key in part)


def _plain_steps(node: Mapping[str, Any]) -> tuple[str | int, ...] | None:
    """Return the keys and places of an expression made of fields, dots and ``[0]`` alone, else None."""
    children = node["children"]
    if node["type"] == "field":
        return (str(node["value"]),)
    if node["type"] == "index" and node["value"] >= 0:
        return (int(node["value"]),)
    if node["type"] not in ("subexpression", "index_expression"):
        return None
    parts = [_plain_steps(child) for child in children]
    return None if None in parts else tuple(step for part in parts if part is not None for step in part)


def _step(node: object, steps: tuple[str | int, ...]) -> object:
    for step in steps:
        if isinstance(step, int):
            node = node[step] if type(node) is list and step < len(node) else None
        else:
            node = node.get(step) if type(node) is dict else None
        if node is None:
            return None
    return node


def _walk(node: object, keys: tuple[str, ...]) -> object:
    for key in keys:
        if type(node) is not dict:
            return None
        node = node.get(key)
    return node


def _search(expression: jmespath.parser.ParsedResult, node: object) -> object:
    try:
        found: object = expression.search(node)
    except (jmespath.exceptions.JMESPathError, ArithmeticError, TypeError, RecursionError):
        return None
    return found


def as_number(value: object) -> float | None:
    """Return a decimal number, written as one or in a string; None for anything else (a boolean, hex, a comma).

    Examples
    --------
    >>> as_number("001234.567"), as_number("1,5"), as_number(True)
    (1234.567, None, None)
    """
    if type(value) is float:
        return value
    if isinstance(value, str):
        return float(value) if len(value) <= _LONGEST_NUMBER and _DECIMAL.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def as_word(value: object) -> str | None:
    """Return a value as a word in lower case: text, a boolean or a whole number; None for anything else."""
    if isinstance(value, str):
        return value.strip().lower()
    if isinstance(value, bool):
        return "true" if value else "false"
    number = as_number(value)
    if number is None or not number.is_integer():
        return None
    return str(int(number))


class Dated(NamedTuple):
    """When a message was measured [µs UTC], and whether its own clock stood before it had the time."""

    time_us: int
    lost: bool = False


def dated(clocks: tuple[Clock, ...], document: object, received_us: int) -> Dated:
    """Return when a message was measured: its own clock where it can be believed, else its receipt.

    Parameters
    ----------
    clocks : tuple of Clock
        Where the message may say so; the first that can be read counts.
    document : object
        The payload.
    received_us : int
        When the message came. [µs UTC]

    Returns
    -------
    Dated
        The device's time if it has a zone, is after 2020 and lies from 10 min before to 1 min after receipt. Before
        2020 stand clocks that were not set since their device started: they count from 1970 or from 2000.
    """
    lost = False
    for clock in clocks:
        moment = _parse_clock(clock.format, compile_selector(clock.path)(document))
        if moment is None:
            continue
        said, zoned = moment
        if said < _FLOOR_US:
            lost = lost or not clock.any_age
        elif zoned:
            behind = received_us - said
            believed = behind >= -60_000_000 and (clock.any_age or behind <= 600_000_000)
            return Dated(said if believed else received_us, lost)
    return Dated(received_us, lost)


def _parse_clock(form: str, value: object) -> tuple[int, bool] | None:
    """Return what a clock says [µs UTC] and whether it says its zone; None where it cannot be read."""
    if form in ("unix", "unix-ms"):
        number = as_number(value)
        seconds = None if number is None else number / (1000 if form == "unix-ms" else 1)
        return (round(seconds * 1e6), True) if seconds is not None and 0 <= seconds <= _LATEST_S else None
    if not isinstance(value, str) or not 16 <= len(value) <= 40:
        return None
    zoned = form == "iso-utc" or "Z" in value[11:] or "+" in value[11:] or "-" in value[11:]
    try:
        moment = datetime.fromisoformat(value)
        return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1e6), zoned
    except (ValueError, OverflowError):
        return None

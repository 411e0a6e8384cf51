"""What to say of a file that does not fit its kind: the key, what is wrong with it, the key that was meant."""

from __future__ import annotations

import difflib
import re
from typing import Any, Final

import msgspec

_DECIMALS: Final = frozenset(("rate", "up_to", "price", "kwh", "total", "times", "percent", "multiply", "add", "floor"))
"""Keys that are exact decimals, in quotes."""


class ConfigError(Exception):
    """Configuration that cannot be used; the message is one line: file, key, mend."""


def mend(message: str, kind: type[object]) -> str:
    """Return msgspec's complaint about a value as one line: key, what, mend.

    Parameters
    ----------
    message : str
        The text of a `msgspec.ValidationError`.
    kind : type
        The Struct that the value should have been.
    """
    what, _, where = message.partition(" - at ")
    key = where.strip("`").removeprefix("$").removeprefix(".") or "top level"
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", what)
    if not where and re.match(r"[a-z][^:]*: ", what):  # a value's own check names its key
        return what
    last = key.rpartition(".")[2]
    if re.match(r"Expected `str( \| null)?`, got `(float|int)`", what) and ("float" in what or last in _DECIMALS):
        return f'{key}: a bare number; put it in quotes: {last} = "0.1632"'
    if not unknown:
        return f"{key}: {what[0].lower()}{what[1:]}"
    near = difflib.get_close_matches(unknown[1], _keys_at(kind, where), n=1)
    hint = f"did you mean {near[0]!r}?" if near else "remove it, or see the schema folder for the keys that exist"
    return f"{key}: unknown key {unknown[1]!r}; {hint}"


def _keys_at(kind: type[object], where: str) -> set[str]:
    """Every key that may stand in the table at a place like ``$.heat_pumps[0].heads[0]`` of a file of this kind."""
    schema = msgspec.json.schema(kind)
    parts = _alternatives(schema, schema["$defs"])
    for step in re.findall(r"[A-Za-z_]\w*|\[", where):
        inner = [part.get("items", {}) if step == "[" else part.get("properties", {}).get(step, {}) for part in parts]
        parts = [found for part in inner for found in _alternatives(part, schema["$defs"])]
    return {name for part in parts for name in part.get("properties", {})}


def _alternatives(part: dict[str, Any], definitions: dict[str, Any]) -> list[dict[str, Any]]:
    """Every shape a part of a JSON schema allows, with references followed."""
    if "$ref" in part:
        return _alternatives(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return [found for option in part.get("anyOf", []) for found in _alternatives(option, definitions)] or [part]

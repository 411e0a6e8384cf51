"""A rate plan as the text of its file: what an importer hands to its user to check."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import msgspec

from heatledger.tariff.model import Tariff


def plan_text(plan: Tariff, *, head: Iterable[str] = ()) -> str:
    """Return a plan as TOML, without the keys that have their default.

    Parameters
    ----------
    plan : Tariff
        The plan.
    head : iterable of str
        Comment lines to begin with.
    """
    raw = msgspec.to_builtins(plan, builtin_types=(date, datetime))
    raw = {key: value for key, value in raw.items() if not _is_empty(value)}
    tables = {key: value for key, value in raw.items() if _is_table(value)}
    text = [*(f"# {line}" for line in head), *_pairs({key: raw[key] for key in raw if key not in tables})]
    for key, value in tables.items():
        for row in value if isinstance(value, list | tuple) else [value]:
            text += ["", f"[[{key}]]" if isinstance(value, list | tuple) else f"[{key}]", *_pairs(row)]
    return "\n".join(text) + "\n"


def _is_table(value: object) -> bool:
    rows = value if isinstance(value, list | tuple) else [value]
    return bool(rows) and all(isinstance(row, dict) for row in rows)


def _is_empty(value: object) -> bool:
    return value in ({}, [], ())


def _pairs(row: dict[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in row.items() if value is not None]


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(_pairs(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)

"""A drafted household as the text of a home file: every guess marked, and every device that has no place named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from heatledger.plain import quoted, shown
from heatledger.survey.guess import Draft

_OPENING: Final = """\
# Drafted by `heatledger discover` from what it heard. A line marked "guess" is one: look at it, mend it, take the mark
# away. docs/home-file.md explains every key; `heatledger check` says which points nothing heard answers to.
"""
_TO_SAY: Final = """\
# tariff = "…"                      # a file of tariffs/, for what it costs
# cycle = {day = 1}                 # the day of the month on which your bill begins
"""
_TABLES: Final = ("zones", "meters", "heat_pumps")


def render(draft: Draft) -> str:
    """Return the text of the home file; it reads back as the draft's home.

    Parameters
    ----------
    draft : Draft
        The guesses.

    Returns
    -------
    str
        TOML.
    """
    said = _stated(draft.home)
    top = [_line(key, value, draft.why.get(key)) for key, value in said.items() if key not in _TABLES]
    parts = [_OPENING, "".join(top), _TO_SAY]
    parts += [_table(table, row, draft) for table in _TABLES for row in _rows(said.get(table))]
    roles = {meter.role for meter in draft.home.meters}
    if "import" not in roles:
        parts.append('# No meter was taken for the whole home\'s: give one role = "import", for the bill needs it.\n')
    if draft.left:
        parts.append("".join(_left(draft.left)))
    return "\n".join(parts)


def _stated(value: msgspec.Struct) -> dict[str, object]:
    """Return what a value states beyond its defaults, and its required keys."""
    kind = type(value)
    found: dict[str, object] = {}
    for field in msgspec.structs.fields(kind):
        given = getattr(value, field.name)
        default = field.default
        if field.required or (default is not msgspec.NODEFAULT and given != default):
            found[field.name] = given
    return found


def _rows(value: object) -> Iterable[msgspec.Struct]:
    return value if isinstance(value, tuple) else ()


def _table(table: str, row: msgspec.Struct, draft: Draft) -> str:
    said = _stated(row)
    why = draft.why.get(f"{table}.{said['id']}")
    lines = [f"[[{table}]]" + (f"  # guess: {shown(why)}" if why else "") + "\n"]
    lines += [_line(key, value, None) for key, value in said.items() if key != "heads"]
    for head in _rows(said.get("heads")):
        lines.append(f"\n[[{table}.heads]]\n")
        lines += [_line(key, value, None) for key, value in _stated(head).items()]
    return "".join(lines)


def _line(key: str, value: object, why: str | None) -> str:
    mark = f"  # guess: {shown(why)}" if why else ""
    return f"{key} = {_value(value)}{mark}\n"


def _value(value: object) -> str:
    """Return a value as TOML; what TOML has no word for (a Decimal, say) is text, which reads back as what it was."""
    if isinstance(value, msgspec.Struct):
        value = _stated(value)
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_value(one)}' for key, one in value.items())} }}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, int | float) else quoted(str(msgspec.to_builtins(value)))


def _left(left: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield "# Heard, and without a place here; what they say is stored all the same:\n"
    for name, why in left:
        yield f"#   {shown(name)}: {shown(why)}\n"

"""Home Assistant's value templates: the common shapes as a path and arithmetic, so that nothing has to be executed.

Understood are ``value`` and ``value_json`` with names, ``['k']``, ``.get('k')`` and list places; ``float``, ``int``,
``round`` and ``'%.1f'|format`` (rounding is dropped: the device's own figure is the better one); ``default``,
``is_defined`` and ``x if x is defined else 0`` (nothing stays nothing, unless the default is another value of the
message); ``+ - * /`` with constants; for words also ``lower``, ``upper``, ``trim``, ``title`` and ``string``.
Everything else is refused here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from jinja2 import Environment, nodes
from jinja2.exceptions import TemplateError

LONGEST: Final = 2_000
"""Longer templates are not read. [characters]"""

_PLAIN: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_FORMAT: Final = re.compile(r"%\.?\d{0,2}[fds]")
_MOST_PATHS: Final = 4
_SAME_WORD: Final = frozenset(("lower", "upper", "trim", "title", "capitalize", "string", "tojson"))
_OF_DICT: Final = frozenset(dir({}))  # a dotted name finds these before the key

_syntax = Environment(autoescape=False)  # noqa: S701 - only parsed, never rendered


@dataclass(frozen=True, slots=True)
class Pick:
    """value = (what the first path that leads somewhere finds) × scale + offset.

    Attributes
    ----------
    paths : tuple of str
        JMESPath, ``@`` for a bare value.
    scale, offset : float
        In the source's unit.
    words : bool
        Whether the value was treated as a word, not a number.
    """

    paths: tuple[str, ...]
    scale: float = 1.0
    offset: float = 0.0
    words: bool = False

    @property
    def plain(self) -> bool:
        """Whether the value is taken as it stands."""
        return self.scale == 1.0 and self.offset == 0.0


class _OtherShapeError(Exception):
    """The template is not of the common shapes."""


@lru_cache(maxsize=4096)
def translate(template: str) -> Pick | None:
    """Return what a template picks, None where it is not of the common shapes.

    Parameters
    ----------
    template : str
        Jinja, as a discovery message holds it.

    Returns
    -------
    Pick or None
        Paths and arithmetic.

    Examples
    --------
    >>> translate("{{ (value | float / 60 / 1000) | round(2) }}").scale * 60_000
    1.0
    >>> translate("{{ value_json['ENERGY'].Power }}").paths
    ('ENERGY.Power',)
    >>> translate("{% if value == '1' %}heat{% endif %}") is None
    True
    """
    if len(template) > LONGEST:
        return None
    try:
        return _pick(_expression(_syntax.parse(template)))
    except (TemplateError, _OtherShapeError, RecursionError, ArithmeticError):
        return None


def _expression(parsed: nodes.Template) -> nodes.Node:
    """Return the one expression a template consists of; text beside it may only be blank."""
    parts = [part for output in parsed.body for part in getattr(output, "nodes", (output,))]
    said = [part for part in parts if not (isinstance(part, nodes.TemplateData) and not part.data.strip())]
    if len(said) != 1 or (isinstance(said[0], nodes.Stmt) and not isinstance(said[0], nodes.If)):
        raise _OtherShapeError
    return said[0]


def _pick(node: nodes.Node) -> Pick:
    steps = _steps(node)
    if steps is not None:
        return Pick((_path(steps),))
    if isinstance(node, nodes.Filter) and node.node is not None:
        return _filtered(node, node.node)
    if isinstance(node, nodes.Call):
        return _called(node)
    if isinstance(node, nodes.CondExpr):
        return _where_defined(node.test, node.expr1, node.expr2)
    if isinstance(node, nodes.If) and not node.elif_ and len(node.body) == 1:
        other = _expression(nodes.Template(node.else_)) if node.else_ else None
        return _where_defined(node.test, _expression(nodes.Template(node.body)), other)
    if isinstance(node, (nodes.Neg, nodes.Pos)):
        inner = _number(_pick(node.node))
        sign = -1.0 if isinstance(node, nodes.Neg) else 1.0
        return replace(inner, scale=sign * inner.scale, offset=sign * inner.offset)
    if isinstance(node, nodes.BinExpr):
        return _arithmetic(node)
    raise _OtherShapeError


def _where_defined(test: nodes.Node, then: nodes.Node, other: nodes.Node | None) -> Pick:
    """Return what ``x if x is defined else 0`` gives: x, and nothing where there is none."""
    if not isinstance(test, nodes.Test) or test.name != "defined" or not isinstance(other, (nodes.Const, type(None))):
        raise _OtherShapeError
    steps, pick = _steps(test.node), _pick(then)
    if not steps or pick.paths != (_path(steps),):
        raise _OtherShapeError
    return pick


def _steps(node: nodes.Node) -> tuple[str | int, ...] | None:
    """Return the keys from the payload's root to a value, None for anything but such a walk."""
    if isinstance(node, nodes.Name):
        return () if node.name in ("value", "value_json") else None
    if isinstance(node, nodes.Getattr):
        inner = _steps_below(node.node)
        return None if inner is None or node.attr in _OF_DICT or node.attr.startswith("_") else (*inner, node.attr)
    if isinstance(node, nodes.Getitem):
        inner = _steps_below(node.node)
        key = node.arg.value if isinstance(node.arg, nodes.Const) else None
        fits = isinstance(key, str) or (isinstance(key, int) and not isinstance(key, bool) and 0 <= key <= 999)
        return (*inner, key) if inner is not None and key is not None and fits else None
    got = isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr) and node.node.attr == "get"
    if got and isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr) and len(node.args) in (1, 2):
        inner, key_node = _steps_below(node.node.node), node.args[0]
        if inner is not None and isinstance(key_node, nodes.Const) and isinstance(key_node.value, str):
            return (*inner, key_node.value)
    return None


def _steps_below(node: nodes.Node) -> tuple[str | int, ...] | None:
    return None if isinstance(node, nodes.Name) and node.name == "value" else _steps(node)


def _path(steps: tuple[str | int, ...]) -> str:
    """Return steps as JMESPath."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
            continue
        if not step or "\\" in step or not step.isprintable():
            raise _OtherShapeError
        key = step if _PLAIN.fullmatch(step) else '"' + step.replace('"', '\\"') + '"'
        text += f".{key}" if text else key
    return text or "@"


def key_path(key: str) -> str | None:
    """Return the path of one key of an object, None where it cannot be written."""
    try:
        return _path((key,)) if key else None
    except _OtherShapeError:
        return None


def _filtered(node: nodes.Filter, inner_node: nodes.Node) -> Pick:
    name = node.name
    if name == "format":
        return _formatted(node, inner_node)
    inner = _pick(inner_node)
    if name in ("default", "d") and node.args:
        other = _steps(node.args[0])
        if other is not None and inner.plain and len(inner.paths) < _MOST_PATHS:
            return replace(inner, paths=(*inner.paths, _path(other)))
    if name in ("default", "d", "is_defined"):
        if not all(isinstance(argument, nodes.Const) for argument in node.args):
            raise _OtherShapeError
        return inner
    if name in ("float", "int", "round"):
        if any(keyword.key not in ("default", "precision", "method", "base") for keyword in node.kwargs):
            raise _OtherShapeError
        return _number(inner)
    if name in ("multiply", "add") and len(node.args) == 1:
        by = _constant(node.args[0])
        number = _number(inner)
        return _scaled(number, by) if name == "multiply" else replace(number, offset=number.offset + by)
    if name in _SAME_WORD and inner.plain:
        return replace(inner, words=True)
    raise _OtherShapeError


def _formatted(node: nodes.Filter, text: nodes.Node) -> Pick:
    """Return what ``'%.1f' | format(x)`` writes: x."""
    if not isinstance(text, nodes.Const) or not isinstance(text.value, str) or len(node.args) != 1:
        raise _OtherShapeError
    if not _FORMAT.fullmatch(text.value):
        raise _OtherShapeError
    return _pick(node.args[0])


def _called(node: nodes.Call) -> Pick:
    """Return what ``float(x)`` or ``int(x)`` gives."""
    if isinstance(node.node, nodes.Name) and node.node.name in ("float", "int") and node.args:
        return _number(_pick(node.args[0]))
    raise _OtherShapeError


def _arithmetic(node: nodes.BinExpr) -> Pick:
    by_right, by_left = _constant_or_none(node.right), _constant_or_none(node.left)
    if by_right is not None:
        inner = _number(_pick(node.left))
        if isinstance(node, nodes.Mul):
            return _scaled(inner, by_right)
        if isinstance(node, nodes.Div) and by_right:
            return replace(inner, scale=inner.scale / by_right, offset=inner.offset / by_right)
        if isinstance(node, (nodes.Add, nodes.Sub)):
            return replace(inner, offset=inner.offset + (by_right if isinstance(node, nodes.Add) else -by_right))
    elif by_left is not None and isinstance(node, (nodes.Mul, nodes.Add, nodes.Sub)):
        inner = _number(_pick(node.right))
        if isinstance(node, nodes.Mul):
            return _scaled(inner, by_left)
        sign = 1.0 if isinstance(node, nodes.Add) else -1.0
        return replace(inner, scale=sign * inner.scale, offset=by_left + sign * inner.offset)
    raise _OtherShapeError


def _scaled(inner: Pick, by: float) -> Pick:
    return replace(inner, scale=inner.scale * by, offset=inner.offset * by)


def _number(inner: Pick) -> Pick:
    if inner.words:
        raise _OtherShapeError
    return inner


def _constant(node: nodes.Node) -> float:
    value = _constant_or_none(node)
    if value is None:
        raise _OtherShapeError
    return value


def _constant_or_none(node: nodes.Node) -> float | None:
    """Return a number written out, perhaps as arithmetic of such; None for anything else."""
    if isinstance(node, nodes.Const) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return float(node.value) if abs(node.value) < 1e15 else None
    if isinstance(node, nodes.Filter) and node.node is not None and node.name in ("round", "float"):
        inner = _constant_or_none(node.node)  # `x / 1000 | round(1)` rounds the constant
        return inner if inner is not None and (node.name == "float" or inner.is_integer()) else None
    if isinstance(node, (nodes.Neg, nodes.Pos)):
        inner = _constant_or_none(node.node)
        return None if inner is None else -inner if isinstance(node, nodes.Neg) else inner
    if isinstance(node, (nodes.Mul, nodes.Div)):
        left, right = _constant_or_none(node.left), _constant_or_none(node.right)
        if left is None or right is None or (isinstance(node, nodes.Div) and not right):
            return None
        return left * right if isinstance(node, nodes.Mul) else left / right
    return None

"""Templates of other shapes, run in Jinja's sandbox: only where the user allows it, and only where they must end.

A template may decide, look up and reckon. Loops, macros, imports, powers and calls of anything but a few named
functions are refused before anything runs, so that its work grows no faster than template times payload; what could
still grow (products and formats of texts, replacements, places to round to) is stopped at its bound.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from jinja2 import Undefined, nodes
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ingest.discovery.templates import LONGEST, Pick, translate
from ingest.discovery.told import Linear, Read
from ingest.selectors import as_number

LONGEST_OUTPUT: Final = 256
"""Longer results are nothing. [characters]"""

LARGEST_PAYLOAD: Final = 65_536
"""Larger payloads are not shown to a template. [bytes]"""

_MOST_NODES: Final = 300
_LONGEST_TEXT: Final = 4 * LARGEST_PAYLOAD
_NEEDED: Final = object()

_ALLOWED: Final = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.Assign, nodes.Name, nodes.Const, nodes.Tuple),
    *(nodes.List, nodes.Dict, nodes.Pair, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
    *(nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Test, nodes.Call, nodes.Keyword, nodes.Neg),
    *(nodes.Pos, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Concat),
)
_GROWING: Final = (nodes.Concat, nodes.Add, nodes.Mul)
_KEEPS_SIZE: Final = frozenset(("float", "int", "round", "default", "d", "lower", "get"))
_METHODS: Final = frozenset(("get", "lower", "upper", "strip", "startswith", "endswith", "split"))


def _float(value: object, default: object = _NEEDED) -> object:
    number = float(value) if isinstance(value, (bool, int)) else as_number(value)
    if number is None and default is _NEEDED:
        raise TemplateError("no number")
    return default if number is None else number


def _int(value: object, default: object = _NEEDED) -> object:
    number = _float(value, None)
    if not isinstance(number, float) or abs(number) > 1e300 or number != number:
        if default is _NEEDED:
            raise TemplateError("no number")
        return default
    return int(number)


def _round(value: object, precision: object = 0, method: str = "common", default: object = _NEEDED) -> object:
    number = _float(value, None)
    if not isinstance(number, float) or not isinstance(precision, int) or method != "common":
        if default is _NEEDED:
            raise TemplateError("no number")
        return default
    return round(number, max(-15, min(precision, 15)))


def _replace(value: object, old: str, new: str) -> str:
    text = str(value)
    if not old or len(text) + text.count(old) * len(new) > _LONGEST_TEXT:
        raise SecurityError("the text would grow too long")
    return text.replace(old, new)


def _multiply(value: object, by: object) -> object:
    left, right = _float(value), _float(by)
    return left * right if isinstance(left, float) and isinstance(right, float) else None


def _is_defined(value: object) -> object:
    if isinstance(value, Undefined):
        raise TemplateError("nothing there")
    return value


def _iif(value: object, then: object = True, other: object = False) -> object:
    return then if value else other


_FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "float": _float,
    "int": _int,
    "round": _round,
    "replace": _replace,
    "multiply": _multiply,
    "is_defined": _is_defined,
    "iif": _iif,
}
_KEPT: Final = (
    "default",
    "d",
    "lower",
    "upper",
    "trim",
    "title",
    "capitalize",
    "string",
    "abs",
    "length",
    "first",
    "last",
)
_FUNCTIONS: Final[Mapping[str, Callable[..., object]]] = {"float": _float, "int": _int, "iif": _iif}


class _Room(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with our filters and functions only, and bounded arithmetic on texts."""

    intercepted_binops = frozenset(("*", "%", "+"))

    def __init__(self) -> None:
        super().__init__(autoescape=False, cache_size=0)
        self.filters = {name: self.filters[name] for name in _KEPT} | dict(_FILTERS)
        self.globals = dict(_FUNCTIONS)

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """Reckon with numbers; of texts only short sums."""
        if isinstance(left, str) and isinstance(right, str) and operator == "+":
            if len(left) + len(right) > _LONGEST_TEXT:
                raise SecurityError("the text would grow too long")
        elif not isinstance(left, (int, float)) or not isinstance(right, (int, float)):
            raise SecurityError(f"{operator} is for numbers")
        return super().call_binop(context, operator, left, right)


_ROOM: Final = _Room()


class Sandboxed:
    """A template compiled into the sandbox at its first use.

    Parameters
    ----------
    template : str
        A template that `allowed` lets pass.
    """

    def __init__(self, template: str) -> None:
        self._source = template
        self._render: Callable[..., str] | None = None

    def __call__(self, document: object) -> object:
        """Return what the template writes for a payload; None where it fails or writes too much."""
        text, parsed = _both(document)
        if len(text) > LARGEST_PAYLOAD:
            return None
        try:
            if self._render is None:
                self._render = _ROOM.from_string(self._source).render
            values = {"value": text} if parsed is None else {"value": text, "value_json": parsed}
            written = self._render(values).strip()
        except Exception:  # whatever foreign text does here means: no value
            return None
        return written if 0 < len(written) <= LONGEST_OUTPUT else None


def _both(document: object) -> tuple[str, object]:
    """Return a payload as text and as JSON, None where it is none."""
    if not isinstance(document, str):
        try:
            return json.dumps(document, ensure_ascii=False), document
        except (ValueError, RecursionError):
            return "", None
    try:
        return document, json.loads(document) if len(document) <= LARGEST_PAYLOAD else None
    except (ValueError, RecursionError):
        return document, None


def allowed(template: str) -> bool:
    """Whether a template can only decide, look up and reckon, and so must end.

    Examples
    --------
    >>> allowed("{{ 'heat' if value_json.mode == 1 else 'off' }}")
    True
    >>> allowed("{% for i in range(9) %}x{% endfor %}"), allowed("{{ value.__class__ }}"), allowed("{{ 9 ** 9 }}")
    (False, False, False)
    """
    if len(template) > LONGEST:
        return False
    try:
        parsed = _ROOM.parse(template)
        found = [parsed, *parsed.find_all(nodes.Node)]
    except (TemplateError, RecursionError):
        return False
    return len(found) <= _MOST_NODES and all(_may(node) for node in found)


def _may(node: nodes.Node) -> bool:
    if not isinstance(node, _ALLOWED):
        return False
    if isinstance(node, nodes.Getattr):
        return not node.attr.startswith("_")
    if isinstance(node, nodes.Filter):
        return node.name in _ROOM.filters
    if isinstance(node, nodes.Call):
        return _may_call(node)
    return not isinstance(node, nodes.Assign) or not any(map(_grows, (node.node, *node.node.find_all(nodes.Node))))


def _grows(node: nodes.Node) -> bool:
    """Whether an expression can be longer than its parts: kept under a name, it could grow without end."""
    if isinstance(node, nodes.Filter):
        return node.name not in _KEEPS_SIZE
    if isinstance(node, nodes.Call):
        return not isinstance(node.node, nodes.Getattr) or node.node.attr not in _KEEPS_SIZE
    return isinstance(node, _GROWING)


def _may_call(node: nodes.Call) -> bool:
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        return False
    if isinstance(node.node, nodes.Name):
        return node.node.name in _FUNCTIONS
    return isinstance(node.node, nodes.Getattr) and node.node.attr in _METHODS


def reader(template: object, *, templates: bool) -> Pick | Read | None:
    """Return how a value template reads a payload.

    Parameters
    ----------
    template : object
        The template; no text means the payload as it stands.
    templates : bool
        Whether templates of uncommon shapes may run in the sandbox.

    Returns
    -------
    Pick, callable or None
        Paths and arithmetic; a sandboxed template; or None where it is not understood or not allowed.
    """
    if template is None or template == "":
        return Pick(("@",))
    if not isinstance(template, str):
        return None
    found = translate(template)
    if found is not None or not templates:
        return found
    return Sandboxed(template) if allowed(template) else None


def emit_parts(found: Pick | Read) -> tuple[tuple[str, ...], float, Read | None]:
    """Return the paths, the scale and the reader that a row needs for what `reader` found."""
    if not isinstance(found, Pick):
        return ("@",), 1.0, found
    if found.offset:
        return ("@",), 1.0, Linear(found.paths, found.scale, found.offset)
    return found.paths, found.scale, None

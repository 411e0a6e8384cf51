"""Long tables as markup: a browser draws thousands of plain elements at once, and of Dash's own one after another.

Measured with fifty homes (`benchmarks/fleet.py`): 1,740 components took the browser 13 s of its processor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

from dash import html
from dash.development.base_component import Component

from dashboard.components import data

_NAMES: Final = {"className": "class", "htmlFor": "for"}
_ALONE: Final = frozenset(("br", "hr", "img", "input"))


def markup(part: Component | str | float | Sequence[Component | str | float] | None) -> str:
    """Return HTML elements as text, every word in them escaped.

    Parameters
    ----------
    part : Component
        Of `dash.html`, or words, or several.

    Raises
    ------
    TypeError
        If something in it is no plain element: it would be dead.

    Examples
    --------
    >>> markup(html.P(["a < b ", html.B("c", className="loud")], **{"aria-label": 'say "c"'}))
    '<p aria-label="say &quot;c&quot;">a &lt; b <b class="loud">c</b></p>'
    """
    return "".join(_pieces(part))


def _pieces(part: object) -> Iterator[str]:
    if isinstance(part, (list, tuple)):
        for one in part:
            yield from _pieces(one)
    elif isinstance(part, Component):
        yield from _element(part.to_plotly_json())  # type: ignore[no-untyped-call] # Dash leaves it untyped
    elif part is not None:
        yield escape(str(part), quote=False)


def _element(told: Mapping[str, Any]) -> Iterator[str]:
    if told["namespace"] != "dash_html_components":
        raise TypeError(f"{told['type']} is no plain element of HTML")
    name, props = told["type"].lower(), told["props"]
    yield f"<{name}{''.join(_attributes(props))}>"
    if name not in _ALONE:
        yield from _pieces(props.get("children"))
        yield f"</{name}>"


def _attributes(told: Mapping[str, object]) -> Iterator[str]:
    for name, value in sorted(told.items()):
        if name == "children" or value is None or value is False:
            continue
        said = _style(value) if isinstance(value, Mapping) else "" if value is True else str(value)
        yield f' {_NAMES.get(name, name.lower())}="{escape(said)}"'


def _style(rules: Mapping[str, object]) -> str:
    return ";".join(f"{_dashed(name)}:{value}" for name, value in rules.items())


def _dashed(name: str) -> str:
    """Return a rule's name as CSS writes it.

    Examples
    --------
    >>> _dashed("WebkitMaskImage"), _dashed("maskImage")
    ('-webkit-mask-image', 'mask-image')
    """
    return re.sub(r"(?=[A-Z])", "-", name).lower()


def drawn(parts: Sequence[Component]) -> html.Div:
    """Return a place that shows elements as markup (`assets/markup.js`). Nothing in them can be a callback's.

    Parameters
    ----------
    parts : sequence of Component
        What is shown.
    """
    return html.Div(className="drawn", **data(markup=markup(parts)))

"""Topic shapes: how a device file writes the topics and keys it knows, and which of several shapes fits one best.

A shape is written like a topic. Inside a level, ``{name}`` captures text without a slash, ``{name:int}`` digits and
``{name:a|b*|c#}`` one of some words (``*`` stands for anything, ``#`` for digits); ``{name:path}`` as a whole level
captures one or more levels, ``{name:path?}`` none or more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

_TOKEN = re.compile(r"\{([^{}]*)\}")
_CAPTURE = re.compile(r"([a-z_][a-z0-9_]*)(?::(.+))?")


@dataclass(frozen=True, slots=True)
class Shape:
    """A compiled shape.

    Attributes
    ----------
    text : str
        The shape as it was written.
    names : frozenset of str
        Its captures.
    rank : tuple of int
        Higher is more literal and tried first.
    pattern : re.Pattern
        What a topic must be.
    least, most : float
        The fewest and the most levels of a topic that fits.
    """

    text: str
    names: frozenset[str]
    rank: tuple[int, ...]
    pattern: re.Pattern[str] = field(repr=False)
    least: int
    most: float

    @property
    def literal(self) -> bool:
        """Whether one topic alone fits."""
        return "{" not in self.text

    @property
    def inner(self) -> str | None:
        """A level every topic that fits has somewhere, None where none is certain."""
        return next((level for level in self.text.split("/") if level and "{" not in level), None)

    @property
    def first(self) -> str | None:
        """The first level of every topic that fits, None where there are several."""
        level = self.text.partition("/")[0]
        return None if "{" in level else level

    @property
    def lasts(self) -> tuple[str, ...]:
        """Every last level a topic that fits can have; none where it may be anything."""
        level = self.text.rpartition("/")[2]
        if "{" not in level:
            return (level,)
        token = _TOKEN.fullmatch(level)
        kind = _capture(token[1], self.text)[1] if token else ""
        words = () if kind in ("", "int", "path", "path?") else tuple(kind.split("|"))
        return () if any(sign in word for word in words for sign in "*#") else words

    def match(self, topic: str) -> dict[str, str] | None:
        """Return what the shape captures of a topic or key, or None where it does not fit."""
        found = self.pattern.fullmatch(topic)
        return {name: text or "" for name, text in found.groupdict().items()} if found else None


@lru_cache(maxsize=4096)
def compile_shape(text: str) -> Shape:
    """Compile a topic shape.

    Parameters
    ----------
    text : str
        The shape as a device file writes it.

    Returns
    -------
    Shape
        The compiled shape.

    Raises
    ------
    ValueError
        If the text is no shape; the message says what is wrong and how to mend it.

    Examples
    --------
    >>> compile_shape("shellies/{device:path}/relay/{n:int}").match("shellies/a/b/relay/0")
    {'device': 'a/b', 'n': '0'}
    """
    if not text:
        raise ValueError("the topic shape is empty; write one like home/{device}/state")
    names: list[str] = []
    pattern, joined, literal, words, paths, optional = "", False, 0, 0, 0, 0
    levels = text.split("/")
    for level in levels:
        token = _TOKEN.fullmatch(level)
        name, kind = _capture(token[1], text) if token else ("", "")
        if kind in ("path", "path?"):
            pattern += _path_piece(name, optional=kind == "path?", joined=joined)
            joined = joined or kind == "path"
            names.append(name)
            paths += 1
            optional += kind == "path?"
            continue
        piece, captured = _level_piece(level, text)
        pattern += ("/" if joined else "") + piece
        joined = True
        names += captured
        literal += not captured
        words += bool(captured) and not (token and not kind)
    if len(set(names)) != len(names):
        raise ValueError(f"topic shape {text!r} captures a name twice; give each capture its own name")
    rank = (int("{" not in levels[0]), literal, words, -paths, len(_TOKEN.sub("", text)))
    most = math.inf if paths else len(levels)
    return Shape(text, frozenset(names), rank, re.compile(pattern, re.DOTALL), len(levels) - optional, most)


def _capture(inner: str, text: str) -> tuple[str, str]:
    found = _CAPTURE.fullmatch(inner)
    if not found:
        raise ValueError(
            f"topic shape {text!r}: {{{inner}}} is no capture; write {{name}}, {{name:path}} or {{name:a|b}}"
        )
    return found[1], found[2] or ""


def _path_piece(name: str, *, optional: bool, joined: bool) -> str:
    inner = f"(?P<{name}>.+?)"
    if not optional:
        return ("/" if joined else "") + inner
    return f"(?:/{inner})?" if joined else f"(?:{inner}/)?"


def _level_piece(level: str, text: str) -> tuple[str, list[str]]:
    """Return the pattern of one level and the names it captures."""
    piece, names, at = "", list[str](), 0
    for token in _TOKEN.finditer(level):
        name, kind = _capture(token[1], text)
        if kind in ("path", "path?"):
            raise ValueError(f"topic shape {text!r}: {token[0]} must be a level of its own; put slashes around it")
        piece += re.escape(level[at : token.start()]) + f"(?P<{name}>{_kind_pattern(kind)})"
        names.append(name)
        at = token.end()
    rest = level[at:]
    if "{" in rest or "}" in rest or "#" in rest or "+" in rest:
        raise ValueError(f"topic shape {text!r}: {rest!r} cannot stand there; write captures as {{name}}, no + or #")
    return piece + re.escape(rest), names


def _kind_pattern(kind: str) -> str:
    if kind == "int":
        return "[0-9]+"
    if not kind:
        return "[^/]+"
    return "|".join(re.escape(word).replace(r"\*", "[^/]*?").replace(r"\#", "[0-9]+") for word in kind.split("|"))


def template_names(template: str) -> frozenset[str]:
    """Return the captures a template such as ``em1:{n}`` asks for."""
    return frozenset(_TOKEN.findall(template))


def render(template: str, captures: Mapping[str, str]) -> str:
    """Fill a template from captures; a level whose captures are all empty is left out.

    Parameters
    ----------
    template : str
        Text with ``{name}`` in it.
    captures : mapping
        What a shape captured.

    Returns
    -------
    str
        The text, captures verbatim.

    Examples
    --------
    >>> render("{before}/{after}", {"before": "", "after": "hall/plug"})
    'hall/plug'
    """
    levels = (_TOKEN.sub(lambda token: captures[token[1]], level) for level in template.split("/"))
    return "/".join(text for text in levels if text)

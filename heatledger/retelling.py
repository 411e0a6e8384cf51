"""Says again, in the reader's language, what the library said in English: reasons, notes, issues and their mends.

The library's sentences are made with `worded`, kept in closed bills and days, and given out by the API, all in English.
A page knows such a sentence by its template in the catalogue, however long ago it was kept, and says it anew with its
figures as the reader prints them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache
from typing import Final, NamedTuple

from heatledger import formatting
from heatledger.locales import CURRENCIES
from heatledger.reader import Reader, reader
from heatledger.wording import library_texts, say, say_many

_PLACE: Final = re.compile(r"\{(\w+)[^{}]*\}")
_SIGNS: Final = "|".join(re.escape(row.symbol) for row in sorted(CURRENCIES.values(), key=lambda row: -len(row.symbol)))
_FIGURE: Final = r"[−-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[−-]?\d+(?:\.\d+)?"
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MONEY: Final = re.compile(rf"([−-]?)({_SIGNS})\u00a0?({_FIGURE})")
_COUNTED: Final = re.compile(rf"(?P<figure>{_FIGURE})(?P<space>[ \u00a0]?)(?P<unit>%|kWh|W|kW|kBtu|h|min|s|K|days)?")

_JOINER: Final = 8
"""A template with so few letters of its own only joins what stands in its places."""


class _Known(NamedTuple):
    pattern: re.Pattern[str]
    message: str
    forms: tuple[str, ...]
    places: tuple[str, ...]


def retold(said: str | None) -> str:
    """Return a sentence of the library in the reader's language; as it is where no template fits it.

    Parameters
    ----------
    said : str or None
        As `worded` made it; several of them joined by semicolons are said one by one.

    Examples
    --------
    >>> retold("too soon"), retold(None)
    ('too soon', '')
    """
    return _retold(said, reader()) if said else ""


@lru_cache(8192)
def _retold(said: str, who: Reader) -> str:
    if who.language == "en":
        return said
    return _whole(said) or _joined(said) or _refigured(said)


def _joined(said: str) -> str:
    """Say one by one what was joined: by semicolons, after a name and a colon, as sentences, by commas."""
    parts = said.split("; ")
    if len(parts) > 1:
        told = [_retold(part, reader()) for part in parts]
        return "; ".join(told) if told != parts else ""
    for between in (". ", ": ", ", "):
        first, sign, rest = said.partition(between)
        if sign and (known := _whole(first) or (_whole(first + ".") if sign == ". " else "")):
            return f"{known.rstrip('.') if sign == '. ' else known}{between}{_retold(rest, reader())}"
    name, sign, rest = said.partition(": ")
    return f"{name}: {known}" if sign and (known := _whole(rest)) else ""


def _whole(said: str) -> str:
    for lowered in (said, said[:1].swapcase() + said[1:]):
        for text in (lowered, lowered.removesuffix(".")) if lowered.endswith(".") else (lowered,):
            if found := _found(text):
                again = found[:1].upper() + found[1:] if said[:1].isupper() else found
                return again + ("." if text != lowered else "")
    return ""


def _found(said: str) -> str:
    for known in _known(reader().language):
        if match := known.pattern.fullmatch(said):
            values = {place: _retold(match[place], reader()) for place in known.places}
            if len(known.forms) > 1 and match["n"].isdigit():
                return say_many(known.forms[0], known.forms[1], int(match["n"]), **values)
            return say(known.message, **values)
    return ""


@cache
def _known(language: str) -> tuple[_Known, ...]:
    """Return the library's templates as patterns, those that say most themselves first."""
    rows = [_pattern(message, forms) for forms in library_texts(language) for message in forms]
    return tuple(sorted(rows, key=lambda row: len(_PLACE.sub("", row.message)), reverse=True))


def _pattern(message: str, forms: tuple[str, ...]) -> _Known:
    places = tuple(dict.fromkeys(_PLACE.findall(message)))
    return _Known(re.compile("".join(_pieces(message)), re.DOTALL), message, forms, places)


def _pieces(message: str) -> Iterator[str]:
    own = len(_PLACE.sub("", message))
    held = ".+?" if own > _JOINER else "[^;]+?"  # "{ours} and {theirs}" would take any two sentences with an "and"
    seen, at = set[str](), 0
    for match in _PLACE.finditer(message):
        yield re.escape(message[at : match.start()])
        yield f"(?P={match[1]})" if match[1] in seen else f"(?P<{match[1]}>{held})"
        seen.add(match[1])
        at = match.end()
    yield re.escape(message[at:])


def _refigured(said: str) -> str:
    """Print again, as the reader does, what is but a figure: a day, an amount, a quantity."""
    if _DAY.fullmatch(said):
        return formatting.day(date.fromisoformat(said), year=True)
    if match := _MONEY.fullmatch(said):
        code = next(code for code, row in CURRENCIES.items() if row.symbol == match[2])
        figure = match[3].replace(",", "")
        whole = "." not in figure
        return (formatting.whole_money if whole else formatting.money)(f"{'-' if match[1] else ''}{figure}", code)
    if match := _COUNTED.fullmatch(said):
        return _requantified(match)
    return said


def _requantified(match: re.Match[str]) -> str:
    figure = match["figure"].replace(",", "").replace("−", "-")
    digits = len(figure.partition(".")[2])
    if match["unit"] == "%":
        return formatting.share(float(figure) / 100, digits=digits)
    return formatting.number(figure, digits) + match["space"] + (match["unit"] or "")

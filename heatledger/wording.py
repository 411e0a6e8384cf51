"""Says a text in the reader's language: English is written in the code, the other languages stand in catalogues.

`say`, `say_many` and `say_in` are gettext, ngettext and pgettext with named placeholders. `scripts/catalogue.py`
gathers what is written in them. A whole sentence is one text: none is glued of parts.
"""

from __future__ import annotations

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog

from heatledger.reader import reader

CATALOGUES: Final = Path(__file__).parent / "catalogues"
_PAGES: Final = (
    "compare_cards", "devices_unknown", "doors", "entrance", "gate", "people_pages", "queries", "question",
    "zone_commands"
)  # fmt: skip
_KEPT: Final = ("heatledger/", "ingest/", "control/", *(f"dashboard/{name}.py" for name in _PAGES))
"""Where sentences are made that are kept or given out in English."""


def say(message: str, /, **values: object) -> str:
    """Return a text in the reader's language, its placeholders filled.

    Without values the placeholders stay, for components to take their places.

    Examples
    --------
    >>> say("{amount} so far.", amount="$12.00")
    '$12.00 so far.'
    """
    return _filled(_spoken(reader().language).gettext(message) if message else "", values)


def say_many(one: str, many: str, number: int, /, **values: object) -> str:
    """Return a text that counts, in the plural form that the reader's language has for the number ``{n}``.

    Examples
    --------
    >>> say_many("{n} day", "{n} days", 1), say_many("{n} day", "{n} days", 3)
    ('1 day', '3 days')
    """
    return _filled(_spoken(reader().language).ngettext(one, many, number), {"n": number, **values})


def say_in(context: str, message: str, /, **values: object) -> str:
    """Return a short text that means different things in different places, by the place it stands in.

    Examples
    --------
    >>> say_in("state of a unit", "off")
    'off'
    """
    return _filled(_spoken(reader().language).pgettext(context, message), values)


def _filled(message: str, values: dict[str, object]) -> str:
    return message.format(**values) if values else message


@cache
def _read(language: str) -> Catalog:
    path = CATALOGUES / f"{language}.po"
    with path.open("rb") as file:
        return pofile.read_po(file, locale=language)


@cache
def _spoken(language: str) -> gettext.NullTranslations:
    """Return a catalogue, compiled in memory when somebody first reads it: no second file can be out of date."""
    if language == "en":
        return gettext.NullTranslations()
    compiled = BytesIO()
    mofile.write_mo(compiled, _read(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def library_texts(language: str) -> list[tuple[str, ...]]:
    """Return the texts of a catalogue that are kept in English and said later: of one that counts, both forms.

    What a statement says is none of them: it is printed in the reader's language at once.
    """
    rows = [row for row in _read(language) if any(map(_is_kept, (where for where, _ in row.locations)))]
    return [(row.id,) if isinstance(row.id, str) else tuple(row.id) for row in rows if row.id]


def _is_kept(where: str) -> bool:
    return where.startswith(_KEPT) and not where.startswith("heatledger/statement/")

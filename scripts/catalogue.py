"""Gathers every text marked for translation into the catalogues; run it after a change to one, then fill in the gaps.

A new text is entered with an empty translation, one that nothing says any more is taken out. Nothing is compiled: the
program reads the catalogues themselves.
"""

from __future__ import annotations

import io
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages import extract, pofile
from babel.messages.catalog import Catalog

from heatledger.equations import ROWS

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "heatledger" / "catalogues"
LANGUAGES: Final = ("de", "fr")
KEYWORDS: Final = {
    "say": None,
    "marked": None,
    "worded": None,
    "say_many": (1, 2),
    "worded_many": (1, 2),
    "say_in": ((1, "c"), 2),
}
SOURCES: Final = (
    ("heatledger/**/*.py", "python"),
    ("ingest/**/*.py", "python"),
    ("dashboard/**/*.py", "python"),
    ("reports/**/*.py", "python"),
    ("control/**/*.py", "python"),
    ("cli/**/*.py", "python"),
    ("dashboard/templates/*.j2", "jinja2.ext:babel_extract"),
    ("reports/templates/*.j2", "jinja2.ext:babel_extract"),
)
OPTIONS: Final = {"trimmed": "true", "silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}


def gathered() -> Catalog:
    """Return every marked text, with the files that say it."""
    catalogue = Catalog(project="heatledger", version="", charset="utf-8")
    for path, method in sources():
        where = path.relative_to(ROOT).as_posix()
        with path.open("rb") as file:
            for _, message, _, context in extract.extract(method, file, KEYWORDS, (), OPTIONS):
                catalogue.add(message, locations=[(where, 0)], context=context)
    for where, message in told_by_data():
        catalogue.add(message, locations=[(where, 0)])
    return catalogue


def told_by_data() -> Iterator[tuple[str, str]]:
    """Yield what stands in tables of data: how a figure is found, and the systems that ship for comparison."""
    for row in ROWS:
        yield from (("heatledger/equations.py", text) for text in (row.what, row.equation) if " " in text)
    for path in sorted((ROOT / "grafana-free-config" / "comparisons").glob("*.toml")):
        yield "heatledger/baseline/kinds.py", str(tomllib.loads(path.read_text(encoding="utf-8"))["name"])


def sources() -> Iterator[tuple[Path, str]]:
    """Yield the files that may mark a text, and how each is read."""
    for pattern, method in SOURCES:
        yield from ((path, method) for path in sorted(ROOT.glob(pattern)))


def read(language: str) -> Catalog:
    """Return a language's catalogue as it is."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        return pofile.read_po(file, locale=language)


def renewed(language: str, marked: Catalog) -> str:
    """Return the catalogue of a language as it is to be: every marked text, no other, the old translations kept.

    Parameters
    ----------
    language : str
        One of `LANGUAGES`.
    marked : Catalog
        As `gathered`.
    """
    made = Catalog(locale=language, project="heatledger", version="", charset="utf-8")
    old = read(language) if (FOLDER / f"{language}.po").exists() else made
    for row in marked:
        if row.id:
            known = old.get(row.id, row.context)
            made.add(row.id, known.string if known else "", locations=row.locations, context=row.context)
    out = io.BytesIO()
    pofile.write_po(out, made, sort_output=True, include_lineno=False, omit_header=True, width=116)
    head = f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: {language}\\n"\n'
    return f'{head}"Plural-Forms: {made.plural_forms}\\n"\n\n' + out.getvalue().decode("utf-8").strip("\n") + "\n"


def gaps(language: str) -> list[str]:
    """Return the texts of a language that are not translated yet."""
    texts = ((row.id, row.string) for row in read(language) if row.id)
    return [str(said) for said, there in texts if not all(there if isinstance(there, (tuple, list)) else (there,))]


def main() -> None:
    """Renew the catalogues, and say what is to be translated."""
    marked = gathered()
    for language in LANGUAGES:
        (FOLDER / f"{language}.po").write_text(renewed(language, marked), encoding="utf-8")
        missing = gaps(language)
        print(f"{language}: {len(marked)} texts, {len(missing)} to translate")  # noqa: T201 - a script speaks
        for text in missing:
            print(f"  {text}")  # noqa: T201


if __name__ == "__main__":
    main()

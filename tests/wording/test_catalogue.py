"""The catalogues are whole: every marked text is in them, translated, with the placeholders of the English one."""

import ast
import importlib.util
from pathlib import Path
from string import Formatter

import pytest

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("catalogue", ROOT / "scripts" / "catalogue.py")
catalogue = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(catalogue)
LANGUAGES = catalogue.LANGUAGES


@pytest.fixture(scope="module")
def marked():
    return catalogue.gathered()


def pairs(language):
    for row in catalogue.read(language):
        if row.id:
            ids, texts = ((one,) if isinstance(one, str) else tuple(one) for one in (row.id, row.string))
            yield from ((text, ids) for text in texts)


def places(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_marked_text_is_in_the_catalogue_and_no_other(language, marked):
    written = (catalogue.FOLDER / f"{language}.po").read_text(encoding="utf-8")
    assert written == catalogue.renewed(language, marked), "run scripts/catalogue.py"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language):
    assert catalogue.gaps(language) == []
    assert not [row.id for row in catalogue.read(language) if row.fuzzy]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_of_the_text(language):
    assert [(text, ids) for text, ids in pairs(language) if places(text) != places(ids[-1])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_begins_and_ends_as_its_text_does(language):
    ends = [(text, ids) for text, ids in pairs(language) if (text[-1:] in ".:?!") != (ids[-1][-1:] in ".:?!")]
    blanks = [(text, ids) for text, ids in pairs(language) if text != text.strip() and ids[-1] == ids[-1].strip()]
    assert (ends, blanks) == ([], [])


def marks(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in catalogue.KEYWORDS:
            yield node


def test_no_text_is_glued_of_an_f_string_and_none_hides_in_one():
    found = []
    for path, method in catalogue.sources():
        if method == "python":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            glued = [node for node in marks(tree) if any(isinstance(part, ast.JoinedStr) for part in node.args[:2])]
            inside = [node for outer in ast.walk(tree) if isinstance(outer, ast.JoinedStr) for node in marks(outer)]
            hidden = [node for node in inside if isinstance(node.args[0], ast.Constant)]  # not read by the extractor
            found += [f"{path.name}:{node.lineno}" for node in (*glued, *hidden)]
    assert found == []


def test_every_placeholder_has_a_name(marked):
    texts = [one for row in marked for one in (row.id if isinstance(row.id, tuple) else (row.id,)) if one]
    assert [text for text in texts if not all(name.isidentifier() for name in places(text))] == []

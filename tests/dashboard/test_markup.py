"""Elements as markup: what a browser reads is what the components say, and no name becomes an element."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from dash import dcc, html
from hypothesis import given
from hypothesis import strategies as st

from dashboard.markup import drawn, markup


class Read(HTMLParser):
    """What a reader of HTML finds: elements with their attributes, and the words between them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words += data


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))), st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_whatever_people_call_things_stays_words(words, label):
    found = Read(markup(html.P([words, html.B(words)], className="loud", **{"aria-label": label})))
    assert found.elements == [("p", {"class": "loud", "aria-label": label}), ("b", {})]
    assert found.words == words * 2


def test_attributes_are_called_as_html_calls_them_and_what_is_not_so_is_left_out():
    cell = html.Td(colSpan="3", hidden=False, title=None, style={"WebkitMaskImage": 'url("a;b")', "maskImage": "none"})
    ((name, told),) = Read(markup(cell)).elements
    assert (name, told) == ("td", {"colspan": "3", "style": '-webkit-mask-image:url("a;b");mask-image:none'})
    assert markup(html.Details(open=True)) == '<details open=""></details>'
    assert markup([html.Br(), None, 0, "", 2.5]) == "<br>02.5"


def test_what_would_be_dead_as_markup_is_refused():
    with pytest.raises(TypeError, match="Link is no plain element"):
        drawn([html.P(dcc.Link("there", href="/"))])

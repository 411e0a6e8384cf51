"""One function draws every state of a card: what is not known never looks like a number."""

import pytest
from dash import html

from dashboard.cards import GOOD, LOADING, State, card, refused
from tests.dashboard.trees import find, texts

VALUE = html.P("2.2 (1.8–2.7)", className="fig")


def drawn(state):
    return card(state, "Heating COP today", VALUE)


def test_good_shows_its_value_and_nothing_else():
    assert texts(drawn(GOOD)) == ["Heating COP today", "2.2 (1.8–2.7)"]


def test_loading_is_the_shape_without_a_word_and_says_busy():
    made = drawn(LOADING)
    assert texts(made) == ["Heating COP today"]
    assert find(made, "bones")
    assert getattr(made, "aria-busy") == "true"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (
            State("empty", "In about 40 min", "It needs one hour of power and outdoor temperature; 20 min are in."),
            ["In about 40 min", "It needs one hour of power and outdoor temperature; 20 min are in."],
        ),
        (
            refused("power and temperatures alone cannot tell heat loss from COP; the unit’s model number would"),
            [
                "Not known",
                "Power and temperatures alone cannot tell heat loss from COP.",
                "Would settle it: ",
                "the unit’s model number would",
            ],
        ),
    ],
)
def test_what_is_not_known_takes_the_place_of_the_value(state, said):
    assert texts(drawn(state)) == ["Heating COP today", *said]


def test_too_soon_says_how_far_it_has_come():
    made = drawn(State("too soon", "From Jan 17", "Day 6 of 14. Fewer days would be a guess.", progress=6 / 14))
    assert texts(made) == ["Heating COP today", "From Jan 17", "Day 6 of 14. Fewer days would be a guess."]
    (bar,) = find(made, "progress")
    assert (bar.role, getattr(bar, "aria-valuenow")) == ("progressbar", "43")


@pytest.mark.parametrize(
    ("kind", "says", "sign"),
    [("stale", "as of 4:05 pm, 2 h 37 min ago", "icon-silent"), ("estimated", "$0.41 estimated", "icon-hatch"),
     ("partial", "at least $0.37", "icon-hatch")],
)  # fmt: skip
def test_a_doubt_stands_beside_the_value_with_a_word_and_a_sign(kind, says, sign):
    made = drawn(State(kind, says))
    assert "2.2 (1.8–2.7)" in texts(made)
    assert says in texts(made)
    assert find(made, sign)
    assert f"is-{kind}" in made.className


def test_an_error_says_what_failed_what_is_safe_and_what_happens_next():
    made = drawn(
        State("error", "The store is not answering", "Readings are kept: none lost.", "Trying again every 5 s.")
    )
    assert "2.2 (1.8–2.7)" not in texts(made)
    assert [word for word in texts(made) if word][1:] == [
        "The store is not answering",
        "Readings are kept: none lost.",
        "Trying again every 5 s.",
    ]
    assert find(made, "icon-alert")

"""Columns of numbers: kept to the last bit, small at hand, and days that were kept as lists are read as before."""

import datetime as dt
import sys

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.columns import Column, kept, taken
from heatledger.days import decoded, encoded
from tests.billing.homes import day


@given(st.lists(st.floats(width=64)))
def test_a_column_comes_back_to_the_last_bit(numbers):
    assert taken(Column, kept(Column(numbers))).tobytes() == np.array(numbers, dtype="<f8").tobytes()


def test_a_column_is_laid_down_little_endian_whatever_machine_wrote_it(monkeypatch):
    assert kept(Column([1.0])) == bytes.fromhex("000000000000f03f")  # IEEE 754 binary64
    monkeypatch.setattr(sys, "byteorder", "little" if sys.byteorder == "big" else "big")
    assert kept(Column([1.0])) == bytes.fromhex("3ff0000000000000")
    assert list(taken(Column, bytes.fromhex("3ff0000000000000"))) == [1.0]


def test_a_day_that_was_kept_as_lists_is_read_as_one_that_is_kept_now():
    made = day(dt.date(2026, 1, 20), 9.6, meters={"pump": 0.5})
    lists = msgspec.to_builtins(made, enc_hook=list)
    assert isinstance(lists["profile"]["meters"]["pump"], list)
    assert decoded(msgspec.msgpack.encode(lists)) == decoded(encoded(made)) == made


def test_a_year_at_hand_takes_a_quarter_of_what_lists_take():
    numbers = [0.1 * number for number in range(96)]
    lists = sys.getsizeof(numbers) + sum(map(sys.getsizeof, numbers))
    assert sys.getsizeof(taken(Column, kept(Column(numbers)))) < lists / 3.5


@pytest.mark.parametrize(("kind", "value"), [(Column, 1.0), (Column, "numbers"), (set, b"")])
def test_what_is_no_column_is_refused(kind, value):
    with pytest.raises((msgspec.ValidationError, TypeError), match=r"column is bytes|is not kept"):
        taken(kind, value)


def test_nothing_else_is_kept_as_a_column():
    with pytest.raises(TypeError, match="set is not kept"):
        kept({1.0})

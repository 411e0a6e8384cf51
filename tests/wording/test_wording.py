"""A text is said in the reader's language, wherever they read it; what the library said in English is said anew."""

import asyncio
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger import formatting
from heatledger.home import Home
from heatledger.marks import worded
from heatledger.reader import ENGLISH, Reader, of_home, reader, reading, temperature_unit, units
from heatledger.retelling import retold
from heatledger.wording import say, say_many

HOME = Home(id="home", name="Home", timezone="Europe/Berlin", currency="EUR")


def test_nobody_named_reads_english():
    assert reader() == ENGLISH
    assert say("Not known") == "Not known"


def test_each_task_has_its_own_reader():
    async def seen(language):
        with reading(Reader(language)):
            await asyncio.sleep(0)
            return await asyncio.to_thread(lambda: (formatting.not_known(), formatting.money("1234.5", "EUR")))

    async def both():
        return await asyncio.gather(seen("de"), seen("fr"), seen("en"))

    assert asyncio.run(both()) == [
        ("Nicht bekannt", "1.234,50\u00a0€"),
        ("Inconnu", "1\u202f234,50\u00a0€"),
        ("Not known", "€1,234.50"),
    ]


def test_a_text_that_counts_takes_the_plural_of_its_language():
    # CLDR: zero is singular in French, plural in English and German
    for language, shown in (("en", "0 days"), ("de", "0 Tage"), ("fr", "0 jour")):
        with reading(Reader(language)):
            assert say_many("{n} day", "{n} days", 0) == shown


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", ["Oct 4", "Sun Oct 4", "Sun Oct 4, 2026", "October 2026", "Oct"]),
        ("de", ["4. Okt.", "So., 4. Okt.", "So., 4. Okt. 2026", "Oktober 2026", "Okt"]),
        ("fr", ["4 oct.", "dim. 4 oct.", "dim. 4 oct. 2026", "octobre 2026", "oct."]),
    ],
)
def test_days_and_months_are_printed_as_cldr_has_them(language, shown):
    day = date(2026, 10, 4)
    with reading(Reader(language)):
        printed = [
            formatting.day(day),
            formatting.day(day, weekday=True),
            formatting.day(day, weekday=True, year=True),
            formatting.month(day),
            formatting.short_month(day),
        ]
    assert printed == shown


def test_units_are_chosen_else_the_homes():
    american = Home(id="home", name="Home", timezone="America/Chicago", currency="USD", units="us")
    assert (units(HOME), temperature_unit(HOME)) == ("metric", "C")
    assert (units(american), temperature_unit(american)) == ("us", "F")
    with reading(Reader(units="metric")):
        assert (units(american), temperature_unit(american)) == ("metric", "C")
    with reading(Reader(units="metric", temperature="F")):
        assert (units(american), temperature_unit(american)) == ("metric", "F")


def test_what_a_home_is_sent_is_in_its_language():
    german = Home(id="home", name="Home", timezone="Europe/Berlin", currency="EUR", language="de")
    assert (of_home(german).language, of_home(HOME).language) == ("de", "en")


@given(st.floats(-60, 120))
def test_a_temperature_is_the_same_in_either_unit(celsius):
    metric, american = (formatting.temperature(celsius, unit=unit) for unit in ("C", "F"))
    shown_c, shown_f = (float(text.split()[0].replace("−", "-")) for text in (metric, american))
    assert abs((shown_f - 32) * 5 / 9 - shown_c) <= 0.05 + 0.5 * 5 / 9 + 1e-9  # what rounding to 0.1 °C and 1 °F may do


@given(st.decimals("0.01", "2", places=4))
def test_a_price_of_heat_is_the_same_in_either_unit(per_kwh):
    per = [
        Decimal(formatting.price_of_heat(per_kwh, "USD", unit=unit).split()[0].replace(",", ""))
        for unit in ("kWh", "kBtu")
    ]
    assert abs(per[1] * formatting.KBTU_PER_KWH - per[0]) <= Decimal("0.05") * (1 + formatting.KBTU_PER_KWH)


def test_a_sentence_no_template_fits_stays_as_it_is():
    with reading(Reader("de")):
        assert retold("nobody ever wrote this") == "nobody ever wrote this"


def test_sentences_that_were_joined_are_said_one_by_one_though_one_has_an_and():
    """`{ours} and {theirs}` is a template, too: it must not take the whole of it."""
    heat = "no heat is measured: power and temperatures alone cannot tell heat loss from efficiency"
    with reading(Reader("de")):
        assert retold(f"{heat}; too soon") == (
            "keine Wärme wird gemessen: Leistung und Temperaturen allein können Wärmeverlust und "
            "Effizienz nicht trennen; too soon"
        )


def test_the_librarys_sentences_are_english_whoever_reads():
    with reading(Reader("de")):
        assert worded("{name} is not heard", name="main") == "main is not heard"

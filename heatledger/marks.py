"""Marks a text for the catalogues where it is made; it is said in the reader's language where it is shown."""

from __future__ import annotations


def marked(message: str) -> str:
    """Return a text as it is: it stands in a table, and `say` says it where it is shown.

    Examples
    --------
    >>> marked("Heat pumps")
    'Heat pumps'
    """
    return message


def worded(template: str, /, **values: object) -> str:
    """Return a sentence of the library, in English, by a template that the catalogues know; `retold` says it anew.

    Examples
    --------
    >>> worded("{name} is not heard", name="main meter")
    'main meter is not heard'
    """
    return template.format(**values) if values else template


def worded_many(one: str, many: str, number: int, /, **values: object) -> str:
    """Return a sentence of the library that counts, in English, by its two templates for the number ``{n}``.

    Examples
    --------
    >>> worded_many("{n} day", "{n} days", 1), worded_many("{n} day", "{n} days", 2)
    ('1 day', '2 days')
    """
    return worded(one if number == 1 else many, n=number, **values)

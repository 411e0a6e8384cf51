"""Octopus-style price rows: ``value_exc_vat``, ``value_inc_vat``, ``valid_from``, ``valid_to`` in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from heatledger.tariff.load import BillError


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    valid_from: Annotated[datetime, Meta(tz=True)]
    value_inc_vat: float
    value_exc_vat: float
    valid_to: Annotated[datetime, Meta(tz=True)] | None = None
    payment_method: str | None = None


class _Page(msgspec.Struct, frozen=True):
    results: list[_Row]
    count: int | None = None
    next: str | None = None


def read_rows(
    raw: object, *, where: str, with_vat: bool = True, payment_method: str | None = None
) -> Sequence[tuple[datetime, datetime | None, float]]:
    """Read rows as the service hands them out; pence stay pence.

    Parameters
    ----------
    raw : object
        The decoded JSON: a page with ``results``, or its rows.
    where : str
        For messages.
    with_vat : bool
        Which of the two values.
    payment_method : str, optional
        Keep only rows of this method, and those that name none.

    Returns
    -------
    sequence of tuple
        ``(valid from, valid to or None, price)``. [p/kWh]

    Raises
    ------
    BillError
        If these are not such rows, or rows of several payment methods and none was chosen.
    """
    try:
        page = _Page(msgspec.convert(raw, list[_Row])) if isinstance(raw, list) else msgspec.convert(raw, _Page)
    except msgspec.ValidationError as error:
        raise BillError(f"{where}: not Octopus rows: {error}; give the service's answer as it came") from error
    rows = page.results
    if page.next or (page.count or 0) > len(rows):
        raise BillError(f"{where}: next: only a page of the prices is here; put the results of all pages in one file")
    if not rows:
        raise BillError(f"{where}: results: there are no prices in it; ask the service for a span that has some")
    methods = {row.payment_method for row in rows if row.payment_method}
    if payment_method is None and len(methods) > 1:
        raise BillError(
            f"{where}: prices for {' and '.join(sorted(methods))}; choose one: tariff import-octopus --payment-method"
        )
    return [
        (row.valid_from, row.valid_to, row.value_inc_vat if with_vat else row.value_exc_vat)
        for row in rows
        if row.payment_method in (None, payment_method or row.payment_method)
    ]

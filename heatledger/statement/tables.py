"""The statement's tables in printed figures: where it went, what makes the saving, the lines of the bill."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from heatledger import formatting as fmt
from heatledger.home import Home
from heatledger.marks import marked
from heatledger.retelling import retold
from heatledger.rounding import Number, exactly, largest_remainder, rounded
from heatledger.summary import Summary
from heatledger.tariff.lines import BillLine
from heatledger.wording import say, say_many

_CAUSES = {
    "ducts": marked("Duct losses"),
    "idle_rooms": marked("Idle rooms heated too"),
    "machine": marked("Its machine"),
    "timing": marked("Price of its hours"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A row of where it went: printed energy and money, its bar in per cent of the longest; `rest` is no zone."""

    label: str
    energy: str
    money: str
    bar: int = 0
    rest: bool = False

    @property
    def cells(self) -> tuple[str, str, str]:
        """Return what is printed of it."""
        return self.label, self.energy, self.money


def plain(name: str) -> str:
    """Return a name on one line, whatever white space it was written with."""
    return " ".join(name.split())


def column(parts: Iterable[Number | None], total: Number | None, digits: int) -> tuple[list[str], str | None]:
    """Print a column of parts so that it adds up to its printed total.

    Parameters
    ----------
    parts : iterable of Decimal, float or str
        None for a part that is not known.
    total : Decimal, float or str
        None where not known; parts are then rounded each for itself.
    digits : int
        Decimals to print.

    Returns
    -------
    tuple
        The printed parts, and what of the total is in none of them; None where that prints as nothing.
    """
    given = [exactly(part) for part in parts]
    whole = exactly(total)
    if whole is None:
        return [fmt.NOT_KNOWN if part is None else str(rounded(part, digits)) for part in given], None
    known = [part for part in given if part is not None]
    *printed, rest = largest_remainder([*known, whole - sum(known, Decimal(0))], whole, digits)
    shown = iter(printed)
    return [fmt.NOT_KNOWN if part is None else str(next(shown)) for part in given], None if rest == 0 else str(rest)


def parts(summary: Summary, home: Home) -> tuple[list[Part], Part]:
    """Return where it went, largest first, then what is in no zone, then what the meters or the bill say of nothing."""
    used, names = summary.electricity, {zone.id: zone.name for zone in home.zones}
    zones = sorted(used.by_zone.items(), key=lambda item: -(item[1].kwh or 0.0))
    labels = [plain(names.get(zone, zone)) for zone, _ in zones]
    kwh = [use.kwh for _, use in zones]
    cost = [use.cost for _, use in zones]
    if used.unallocated_kwh is not None or used.unallocated_cost is not None:
        labels, kwh, cost = (
            [*labels, say("Everything else")],
            [*kwh, used.unallocated_kwh],
            [*cost, used.unallocated_cost],
        )
    energies, energy_rest = column(kwh, used.kwh, fmt.energy_digits(used.kwh))
    amounts, money_rest = column(cost, summary.bill.total, fmt.money_digits(summary.bill.currency))
    if energy_rest is not None or money_rest is not None:
        is_fixed = energy_rest is None and _is_fixed(money_rest, summary)
        labels = [*labels, say("Fixed charge") if is_fixed else say("Not allotted")]
        energies, amounts = [*energies, energy_rest or ""], [*amounts, money_rest or ""]
    bars = _bars(amounts if summary.bill.total is not None else energies)
    rows = [
        Part(
            label,
            _printed_energy(used.kwh, kwh),
            _printed_money(amount, summary.bill.currency),
            bar,
            rest=at >= len(zones),
        )
        for at, (label, kwh, amount, bar) in enumerate(zip(labels, energies, amounts, bars, strict=True))
    ]
    return rows, Part(say("Total"), fmt.energy(used.kwh), fmt.money(summary.bill.total, summary.bill.currency))


def _is_fixed(rest: str | None, summary: Summary) -> bool:
    fixed = sum((Decimal(line.amount) for line in summary.bill.lines if line.kind == "fixed"), Decimal(0))
    stated = summary.electricity.fixed_cost
    return rest is not None and Decimal(rest) in (fixed, None if stated is None else Decimal(stated))


def _printed_energy(total_kwh: float | None, figure: str) -> str:
    return f"{fmt.number(figure, fmt.energy_digits(total_kwh))} kWh" if _is_figure(figure) else say(figure)


def _printed_money(figure: str, currency: str) -> str:
    return fmt.money(figure, currency) if _is_figure(figure) else say(figure)


def _is_figure(cell: str) -> bool:
    return cell not in {"", fmt.NOT_KNOWN}


def _bars(cells: list[str]) -> list[int]:
    values = [max(0.0, float(cell)) if _is_figure(cell) else 0.0 for cell in cells]
    longest = max(values, default=0.0)
    return [round(100 * value / longest) if longest else 0 for value in values]


def causes(summary: Summary) -> list[tuple[str, str]]:
    """Return the causes of the saving in whole units that add up to its P50."""
    because, saving = summary.baseline.because, summary.baseline.saving.p50
    if summary.baseline.refused is not None or not because or saving is None:
        return []
    amounts, rest = column([cause["amount"] for cause in because], saving, 0)
    labels = [_cause(cause["cause"]) for cause in because] + ([] if rest is None else [say("Everything else")])
    shown = [*amounts, *([] if rest is None else [rest])]
    return [
        (label, ("+" if Decimal(amount) > 0 else "") + fmt.whole_money(amount, summary.bill.currency))
        for label, amount in zip(labels, shown, strict=True)
    ]


def lines(summary: Summary) -> list[tuple[str, str, str]]:
    """Return each line of the bill: its label, its quantity × rate, its amount."""
    bill = summary.bill
    amounts, rest = column([line.amount for line in bill.lines], bill.total, fmt.money_digits(summary.bill.currency))
    rows = [
        (plain(line.label), _quantity_and_rate(line, bill.currency), _printed_money(amount, bill.currency))
        for line, amount in zip(bill.lines, amounts, strict=True)
    ]
    return rows if rest is None or not rows else [*rows, (say("Rounding"), "", fmt.money(rest, bill.currency))]


def _cause(name: str) -> str:
    return say(_CAUSES[name]) if name in _CAUSES else plain(retold(name))


def _quantity_and_rate(line: BillLine, currency: str) -> str:
    if line.unit == currency:
        return say("{share} of {amount}", share=rate(line, currency), amount=fmt.money(line.quantity, currency))
    return f"{quantity(line, currency)} × {rate(line, currency)}"


def quantity(line: BillLine, currency: str) -> str:
    """Print what a line counts: 260.87 kWh, 18 days, $210.67."""
    if line.unit == currency:
        return fmt.money(line.quantity, currency)
    if line.unit == "kWh":
        return fmt.energy(line.quantity, line=True)
    stated = -int(Decimal(line.quantity).normalize().as_tuple().exponent)
    figure = fmt.number(line.quantity, max(0, min(2, stated)))
    whole = int(Decimal(line.quantity)) if not stated > 0 else 2
    if line.unit == "day":
        return say_many("{figure} day", "{figure} days", whole, figure=figure)
    if line.unit == "month":
        return say_many("{figure} month", "{figure} months", whole, figure=figure)
    return f"{figure} {line.unit}"


def rate(line: BillLine, currency: str) -> str:
    """Print a line's rate as it is stated: $0.14180, 2.5%."""
    if line.unit != currency:
        return fmt.full_rate(line.rate, currency)
    percent = (Decimal(line.rate) * 100).normalize()
    return fmt.share(line.rate, digits=max(0, -int(percent.as_tuple().exponent)))

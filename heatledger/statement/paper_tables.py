"""The tables of the statement on paper: printed cells, the first of a row to the left, the others to the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from heatledger import formatting as fmt
from heatledger.billed import BillSummary, LineDifference, Reconciled
from heatledger.closing import changed
from heatledger.home import HeatPump, Home
from heatledger.reader import units
from heatledger.retelling import retold
from heatledger.rounding import exactly
from heatledger.statement.figures import more_or_less
from heatledger.statement.tables import parts, plain, quantity, rate
from heatledger.summary import PumpUse, Summary
from heatledger.tariff.lines import BillLine
from heatledger.wording import say


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, what stands over the columns, rows, the sum below them, and a note under it."""

    title: str
    head: list[str]
    rows: list[list[str]]
    foot: list[str] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Other:
    """A system beside the home's own: what is saved with its range, and where these lie on a common scale. [0–1]."""

    name: str
    figure: str
    spread: str
    low: float | None = None
    middle: float | None = None
    high: float | None = None
    chosen: bool = False


def bill_lines(bill: BillSummary) -> list[Table]:
    """Return the lines of the bill, with the utility's beside them where these were entered and are the same lines."""
    head = [say("Line"), say("Quantity"), say("Rate"), say("Amount")]
    rows = [_line(line, bill.currency) for line in bill.lines]
    foot = [say("Total"), "", "", fmt.money(bill.total, bill.currency)]
    theirs = bill.utility
    if theirs is None:
        return [Table(say("The lines"), head, rows, foot, "" if bill.reason is None else plain(retold(bill.reason)))]
    note = "" if Decimal(theirs.difference) == 0 else plain(retold(theirs.likely))
    beside = {row.label.casefold(): _utility(row, bill.currency) for row in theirs.lines}
    names = [line.label.casefold() for line in bill.lines]
    if theirs.lines and sorted(names) != sorted(beside):
        return [Table(say("The lines"), head, rows, foot), _beside(theirs, bill, note)]
    cells = [beside.get(name, ["", ""]) for name in names]
    sums = [fmt.money(theirs.total, bill.currency), fmt.difference(theirs.difference, bill.currency)]
    return [
        Table(
            say("Lines, and the utility’s bill beside them"),
            [*head, say("Utility"), say("Difference")],
            [[*row, *more] for row, more in zip(rows, cells, strict=True)],
            [*foot, *sums],
            note,
        )
    ]


def _line(line: BillLine, currency: str) -> list[str]:
    amount = fmt.money(line.amount, currency)
    return [plain(line.label), quantity(line, currency), rate(line, currency), amount]


def _ours(row: LineDifference, currency: str) -> str:
    return "" if row.ours is None else fmt.money(row.ours, currency)


def _utility(row: LineDifference, currency: str) -> list[str]:
    return ["" if row.theirs is None else fmt.money(row.theirs, currency), fmt.difference(row.difference, currency)]


def _beside(theirs: Reconciled, bill: BillSummary, note: str) -> Table:
    """Return the utility's lines against ours, paired as they were entered."""
    money = [fmt.money(bill.total, bill.currency), fmt.money(theirs.total, bill.currency)]
    return Table(
        say("The utility’s bill beside it"),
        [say("Line"), say("Amount"), say("Utility"), say("Difference")],
        [
            [
                plain(row.label),
                "" if row.ours is None else fmt.money(row.ours, bill.currency),
                *_utility(row, bill.currency),
            ]
            for row in theirs.lines
        ],
        [say("Total"), *money, fmt.difference(theirs.difference, bill.currency)],
        note,
    )


def what_changed(before: Sequence[BillLine], bill: BillSummary) -> Table:
    """Return what a corrected version changed, line by line."""
    rows = [
        [
            plain(row.label),
            say("not there") if row.before is None else fmt.money(row.before, bill.currency),
            say("not there") if row.after is None else fmt.money(row.after, bill.currency),
            fmt.difference(Decimal(row.after or 0) - Decimal(row.before or 0), bill.currency),
        ]
        for row in changed(before, bill.lines)
    ]
    head = [say("Line"), say("Was"), say("Is"), say("Difference")]
    return Table(say("What this version corrects"), head, rows)


def zones(summary: Summary, home: Home) -> Table:
    """Return where it went: energy, money and how each room's share is known; both columns add up."""
    rows, total = parts(summary, home)
    names = {plain(zone.name): zone.id for zone in home.zones}
    ways = {name: use.split for name, use in summary.electricity.by_zone.items()}

    def way(label: str) -> str:
        return plain(retold(ways.get(names.get(label, "")) or ""))

    return Table(
        say("Where it went"),
        ["", say("Energy"), say("Cost"), say("Known by")],
        [[row.label, row.energy, row.money, "" if row.rest else way(row.label)] for row in rows],
        [total.label, total.energy, total.money, ""],
    )


def heat(summary: Summary, home: Home) -> Table | None:
    """Return each heat pump's heat and COP, or why that is not known; None without heat pumps."""
    found = [(pump, summary.heat_pumps[pump.id]) for pump in home.heat_pumps if pump.id in summary.heat_pumps]
    if not found:
        return None
    head = [say("Unit"), say("Moved"), say("COP"), say("Method")]
    rows = [_heat(pump, use, home) for pump, use in found]
    reasons = [(pump, use.cop.reason) for pump, use in found if use.cop.value is None and use.cop.reason]
    note = "; ".join(f"{_name(pump)}: {plain(retold(reason))}" for pump, reason in reasons)
    return Table(say("Heat delivered and COP"), head, rows, [], note)


def _name(pump: HeatPump) -> str:
    return plain(pump.name or pump.id)


def _heat(pump: HeatPump, use: PumpUse, home: Home) -> list[str]:
    moved = use.heat_kwh if use.heat_kwh is not None else use.cooling_kwh
    cop, basis = use.cop, [part for part in (use.cop.rung, use.cop.boundary) if part]
    printed = fmt.not_known() if cop.value is None else fmt.cop(cop.value, cop.low, cop.high)
    return [_name(pump), _moved(moved, home), printed, " · ".join(basis)]


def _moved(kwh: float | None, home: Home) -> str:
    if kwh is None or units(home) != "us":
        return fmt.energy(kwh)
    return f"{fmt.number((exactly(kwh) or Decimal(0)) * fmt.KBTU_PER_KWH, 0)} kBtu"


def against(summary: Summary) -> list[Other]:
    """Return every system with a figure: what the home saved against it, in whole units."""
    known = [row for row in summary.baseline.alternatives if row.refused is None and row.saving.p50 is not None]
    edges = [
        float(edge) for row in known for edge in (row.saving.p10, row.saving.p90, row.saving.p50) if edge is not None
    ]
    least, most = min([0.0, *edges]), max([0.0, *edges])

    def at(value: str | None) -> float | None:
        return None if value is None or most == least else (float(value) - least) / (most - least)

    return [
        Other(
            name=plain(retold(row.name)),
            figure=more_or_less(Decimal(row.saving.p50 or 0), summary.bill.currency),
            spread=" – ".join(
                more_or_less(Decimal(edge), summary.bill.currency) for edge in (row.saving.p10, row.saving.p90) if edge
            ),
            low=at(row.saving.p10),
            middle=at(row.saving.p50),
            high=at(row.saving.p90),
            chosen=row.system == summary.baseline.system,
        )
        for row in known
    ]

"""Makes the statements that are due and keeps them: files, each written whole, and a note in the state."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path

import msgspec

from heatledger.config import Config
from heatledger.kept import beside
from heatledger.ledger import Ledger
from heatledger.reader import of_home, reading
from heatledger.statement.lines_csv import lines_csv
from heatledger.statement.typeset import statement_pdf
from heatledger.store.state import Bill
from heatledger.summary import Summary
from heatledger.tariff.cycle import Cycle
from heatledger.tariff.lines import BillLine
from reports.due import lacks_a_bill, unmade
from reports.monthly import has_data, render


def publish(config: Config, ledger: Ledger, *, now: datetime) -> list[Path]:
    """Write the statement of every bill that was closed since the last, and of a cycle that has no bill.

    A statement is printed from the Summary that its bill was closed with, which is kept beside it; it never changes. A
    bill that was closed again gets a further version.

    Parameters
    ----------
    config : Config
        For the folder ``reports``.
    ledger : Ledger
        The home's books.
    now : datetime
        Aware.

    Returns
    -------
    list of Path
        The texts, oldest first.
    """
    home, state = ledger.home, ledger.state
    paths = [
        _write(config, ledger, row.start, row.end, _frozen(ledger, row, now), now) for row in unmade(state, home.id)
    ]
    cycle = lacks_a_bill(state, home, now)
    if cycle is not None:
        summary = ledger.summary(*ledger.bounds(cycle), now=now)
        if summary.bill.total is None and has_data(summary):
            paths.append(_write(config, ledger, cycle.start, cycle.end, summary, now))
    return paths


def _frozen(ledger: Ledger, row: Bill, now: datetime) -> Summary:
    """Return the Summary that a bill was closed with; summed up anew where an older program closed it."""
    try:
        summary = msgspec.json.decode(row.summary, type=Summary)
    except msgspec.ValidationError:
        cycle = Cycle(row.start, row.end, (row.end - row.start).days)
        summary = ledger.summary(*ledger.bounds(cycle), now=now)
    kept = beside(ledger.state, row.home, row.start, row.end, summary.bill.total)
    bill = msgspec.structs.replace(summary.bill, closed=kept.closed, utility=kept.utility, versions=kept.versions)
    return msgspec.structs.replace(summary, bill=bill)


def _write(config: Config, ledger: Ledger, start: date, end: date, summary: Summary, now: datetime) -> Path:
    home, folder = ledger.home, config.data_dir / "reports"
    earlier = [row for row in ledger.state.reports(home.id) if (row.start, row.end) == (start, end)]
    version = earlier[-1].version + 1 if earlier else 1
    path = folder / f"{home.id}-{start}-v{version}.txt"
    before = lines_of(folder / f"{home.id}-{start}-v{version - 1}.json") if earlier else None
    with reading(of_home(home)):
        statement = render(summary, home, before=before)
        pdf = statement_pdf(summary, home, issued=now, version=version, before=before)
    write_whole(path.with_suffix(".json"), msgspec.json.encode(summary))
    write_whole(path.with_suffix(".html"), statement.page.encode())
    write_whole(path.with_suffix(".pdf"), pdf)
    write_whole(path.with_suffix(".csv"), lines_csv(summary).encode())
    write_whole(path, statement.text.encode())
    ledger.state.add_report(home.id, start, end, made_at=now, path=path.name)
    return path


def summary_of(path: Path) -> Summary:
    """Return the Summary that a statement was printed from."""
    return msgspec.json.decode(path.read_bytes(), type=Summary)


def lines_of(path: Path) -> list[BillLine] | None:
    """Return the lines of an earlier statement; None where its file is gone or had no bill."""
    try:
        return summary_of(path).bill.lines or None
    except (OSError, msgspec.MsgspecError):
        return None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is never seen half written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)

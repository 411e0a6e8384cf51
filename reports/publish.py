"""Makes a month's statement from the books and keeps it: two files, each written whole, and a note in the state."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from heatledger.config import Config, ConfigError, load
from heatledger.home import Home
from heatledger.ledger import Ledger
from heatledger.reader import of_home, reading
from heatledger.store import StoreError, open_store
from heatledger.store.state import State
from heatledger.summary import Summary
from reports import months
from reports.monthly import has_data, render


def month_summary(config: Config, home: Home, month: date, *, now: datetime) -> Summary:
    """Sum up a calendar month from the books.

    Parameters
    ----------
    config : Config
        Where the books are.
    home : Home
        Whose.
    month : date
        First day of the month.
    now : datetime
        Aware.

    Returns
    -------
    Summary
        Of the month, so far if it is not over.
    """
    with closing(open_store(config.store_url)) as store, closing(State(config.state_path)) as state:
        start, end = months.span(month, home.timezone)
        return Ledger(config, home, store=store, state=state).summary(start, end, now=now)


def publish(config: Config, home: Home, month: date, *, now: datetime) -> Path | None:
    """Write a month's statement as text and HTML, once, and note it.

    Parameters
    ----------
    config : Config
        Where the books and the folder ``reports`` are.
    home : Home
        Whose statement.
    month : date
        First day of the month.
    now : datetime
        Aware.

    Returns
    -------
    Path or None
        The text; None if nothing of the month was heard, and so nothing was written.
    """
    with closing(State(config.state_path)) as state:
        made = [report for report in state.reports(home.id) if report.start == month]
        if made:
            return Path(made[-1].path)
        summary = month_summary(config, home, month, now=now)
        if not has_data(summary):
            return None
        with reading(of_home(home)):
            statement = render(summary, home)
        path = config.data_dir / "reports" / f"{home.id}-{months.label(month)}.txt"
        write_whole(path, statement.text)
        write_whole(path.with_suffix(".html"), statement.page)
        state.add_report(home.id, month, months.after(month, 1), made_at=now, path=str(path))
        return path


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is never seen half written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def main() -> int:
    """Publish the month of the home that the arguments name; 1 without data, 2 with unusable configuration."""
    parser = argparse.ArgumentParser(prog="python -m reports.publish", description="Write one month's statement.")
    parser.add_argument("home")
    parser.add_argument("month", type=months.parse)
    given = parser.parse_args()
    try:
        config = load()
        home = config.homes.get(given.home)
        if home is None:
            sys.stderr.write(f"home {given.home!r} is not described any more\n")
            return 2
        path = publish(config, home, given.month, now=datetime.now(UTC))
    except (ConfigError, StoreError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{path}\n" if path else "")
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())

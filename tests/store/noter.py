"""A process that notes topics, keeps days and closes bills, thirty times over."""

import sys
from datetime import UTC, date, datetime, timedelta

from heatledger.store.state import State, Topic

DAY = date(2026, 10, 1)


def main() -> None:
    path, name = sys.argv[1], sys.argv[2]
    state = State(path)
    for n in range(30):
        state.note_topics([Topic("shared", name, "understood", 1, n, n), Topic(name, name, "understood", 1, n, n)])
        state.write_days(name, "key", {DAY + timedelta(days=n): b"x"})
        now = datetime(2026, 11, 1, 6, n, tzinfo=UTC)
        state.close_bill("home", DAY, date(2026, 11, 1), closed_at=now, summary=b"{}", tariff="", reason=name)
    state.close()


if __name__ == "__main__":
    main()

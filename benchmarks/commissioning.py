"""How often the commissioning checks cry wolf: sixty healthy simulated home-weeks, in all seasons.

A finding that fails or warns on a week with nothing wrong is a false alarm.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from heatledger.commissioning.checks import examine
from tests.commissioning import weeks

SEEDS, MONTHS = range(100, 115), (1, 4, 7, 10)


def main() -> None:
    """Print the figures."""
    alarms, untested, spent_s = Counter[str](), Counter[str](), 0.0
    for seed in SEEDS:
        for month in MONTHS:
            start = datetime(2026, month, 5 + seed % 20, 6, tzinfo=UTC)
            seen = weeks.evidence(weeks.blocks.__wrapped__(seed, start), start)
            began = time.process_time()
            found = examine(seen)
            spent_s += time.process_time() - began
            alarms.update(one.check for one in found if one.result in ("fail", "warn"))
            untested.update({one.check for one in found if one.result == "not_testable"})
    count = len(SEEDS) * len(MONTHS)
    said = {
        "home-weeks": count,
        "false alarms": sum(alarms.values()),
        "by check": dict(alarms),
        "weeks in which a check could not be tested": dict(untested.most_common()),
        "checks of a week, processor": f"{1000 * spent_s / count:.0f} ms",
    }
    print(json.dumps(said, indent=2))


if __name__ == "__main__":
    main()

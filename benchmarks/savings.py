"""Houses that live the same weather twice, with an automation and without: is the true saving within what is stated?

    .venv/bin/python benchmarks/savings.py [--houses 6]

Each simulated house lives some weeks without an automation (or with another), then two with one in one of its rooms,
and the same two without. What its devices said in the first life goes through the whole pipeline; the truth is the
difference of the electricity that heated the whole house.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.savings.twice import CASES, Case, Outcome, outcome


def main() -> int:
    """Print each case and the coverage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--houses", type=int, default=6, help="weathers of each case")
    given = parser.parse_args()
    found: list[tuple[Case, Outcome]] = []
    for seed in range(given.houses):
        for case in CASES:
            begun = time.monotonic()
            found.append((case, outcome(case, 100 + seed)))
            print(f"{case.name:28} {100 + seed} {found[-1][1].line()} {time.monotonic() - begun:.1f} s", flush=True)
    for name in dict.fromkeys(case.name for case, _ in found):
        rows = [row for case, row in found if case.name == name]
        inside = sum(row.inside for row in rows)
        print(f"{name:28} {inside} of {len(rows)} within, told from zero {sum(row.told for row in rows)}")
    print(f"all: {sum(row.inside for _, row in found)} of {len(found)} within the stated 90 %")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

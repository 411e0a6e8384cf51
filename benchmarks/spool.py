"""How fast the spool takes readings in, and how fast they are moved into SQLite when the store is back.

python benchmarks/spool.py [--readings 1000000]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # a script beside its package

from benchmarks.store import messages
from heatledger.store import Delivery, StoreError, open_store
from heatledger.store.spool import Part, Spool
from ingest.storing import Storing

PER_MESSAGE = 4


def away() -> None:
    raise StoreError("away")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=".") as folder:
        spool = Spool(Path(folder) / "spool.db", limit_bytes=10**9)
        storing = Storing(away, spool)
        groups = [group for group in messages(20, given.readings // 8) if group]
        begun = time.perf_counter()
        for number, group in enumerate(groups):
            delivery = Delivery(number % 65_535 + 1, number.to_bytes(16))
            parts = [Part(group[at : at + PER_MESSAGE], delivery) for at in range(0, len(group), PER_MESSAGE)]
            assert storing.keep(parts, 0.0)
        size = spool.size
        print(f"{size.readings:,} readings spooled: {size.readings / (time.perf_counter() - begun):,.0f}/s")
        print(f"on disk {size.bytes / 1e6:.1f} MB, {size.bytes / size.readings:.1f} bytes a reading")
        store = open_store(f"sqlite:///{Path(folder).absolute() / 'store.db'}")
        storing = Storing(lambda: store, spool)
        begun = time.perf_counter()
        while spool:
            storing.drain(time.monotonic() + 100)
        spent = time.perf_counter() - begun
        stored = sum(1 for _ in store.readings("home"))
        assert stored == size.readings
        print(f"drained in {spent:.1f} s: {size.readings / spent:,.0f} readings/s, all {stored:,} stored")
        storing.close()


if __name__ == "__main__":
    main()

"""A process that writes readings for ever, or so many groups: prints each group's number once `write` has returned."""

import sys

from heatledger.readings import Reading
from heatledger.store import Delivery, open_store

GROUP = 20


def group(name: str, number: int) -> list[Reading]:
    """The readings of one group: of a device of its own and of one shared by all writers."""
    own = [
        Reading("home", "tasmota", name, "", "power", (number * GROUP + n) * 1_000_000, float(n), "W", "gauge")
        for n in range(GROUP)
    ]
    shared = Reading(
        "home", "shelly_gen2", "shared", name, "energy", number * 1_000_000, float(number), "kWh", "counter", "never"
    )
    return [*own, shared]


def main() -> None:
    url, name, groups = sys.argv[1], sys.argv[2], int(sys.argv[3])
    store = open_store(url)
    number = 0
    while number != groups:
        store.write(group(name, number), deliveries=[Delivery(number % 65_535 + 1, number.to_bytes(8))])
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += 1
    store.close()


if __name__ == "__main__":
    main()

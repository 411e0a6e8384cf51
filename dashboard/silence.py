"""What is not heard, and since when: a sentence for every room and device that is silent."""

from __future__ import annotations

from dashboard.clocks import since
from dashboard.heroes import Page
from heatledger.wording import say


def sentences(page: Page) -> list[str]:
    """Return a sentence for every room and device of the home that is not heard: since when, and what."""
    rooms = [(zone.name, zone.heard_us) for zone in page.now.zones if zone.stale]
    devices = [(source.device, source.heard_us) for source in page.now.silent]
    return [
        say("No data from {name} yet.", name=name)
        if heard_us is None
        else say("Since {time} no data from {name}.", time=since(page.home, heard_us, page.now.at_us), name=name)
        for name, heard_us in dict.fromkeys([*rooms, *devices])
    ]

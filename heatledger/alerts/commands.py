"""The rule about what stands against commands: a device that lies, another controller, a command the broker keeps."""

from __future__ import annotations

from heatledger import formatting as fmt
from heatledger.alerts.episodes import Sighting
from heatledger.alerts.observed import Observed
from heatledger.alerts.table import Rule
from heatledger.retelling import retold
from heatledger.wording import say


def control(seen: Observed, rule: Rule) -> list[Sighting] | None:
    """Say for how long something has stood against what is commanded. [min].

    Parameters
    ----------
    seen : Observed
        With what stands.
    rule : Rule
        For the words.

    Returns
    -------
    list of Sighting or None
        One for each zone and what it is about.
    """
    if seen.caveats is None:
        return None
    found = []
    for one in seen.caveats:
        text = say(
            "{note}. Until that is mended the zone may not do what it is told. You asked to be told after {patience}.",
            note=(said := retold(one.note))[:1].upper() + said[1:],
            patience=fmt.duration(rule.threshold * 60.0),
        )
        title = say("{zone}: what is commanded may not be done", zone=one.name)
        found.append(Sighting("control", f"{one.zone} {one.about}", one.minutes, title, text, "zones"))
    return found

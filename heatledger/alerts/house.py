"""The rules about what hears and keeps: devices that fall silent, readings that wait, a disk that fills."""

from __future__ import annotations

from typing import Final

from heatledger import formatting as fmt
from heatledger.alerts.episodes import Sighting
from heatledger.alerts.observed import Observed, Silence
from heatledger.alerts.table import Rule
from heatledger.hearing import SILENT_AFTER
from heatledger.wording import say

_MB: Final = 1e6
_GB: Final = 1e9
_SEVERAL: Final = 3
_NOBODY_S: Final = 600.0
"""When the last of several devices is quiet for so long, what hears them has stopped. [s]"""
_ALL: Final = "*"


def silent(seen: Observed, rule: Rule) -> list[Sighting] | None:
    """Say how long each device of the home file has been quiet beyond its own rhythm. [min].

    Parameters
    ----------
    seen : Observed
        With the devices.
    rule : Rule
        Its threshold is the least silence for any device; one that speaks seldom is given three of its usual gaps.

    Returns
    -------
    list of Sighting or None
        One a device; of one that was never heard nothing is said, because setting up finds it. Where none of several is
        heard, one of all together: what hears them has stopped, and of each alone nothing can be known.
    """
    if seen.devices is None:
        return None
    heard = [device for device in seen.devices if device.quiet_s is not None]
    each = [_silence(device, rule) for device in heard]
    if len(heard) < _SEVERAL:
        return each
    least_s = min(device.quiet_s or 0.0 for device in heard)
    if least_s >= _NOBODY_S:
        each = [row._replace(value=None) for row in each]
    return [*each, _nothing(len(heard), least_s, rule)]


def _nothing(count: int, quiet_s: float, rule: Rule) -> Sighting:
    text = say(
        "None of {count} devices was heard for {age}. That is seldom the devices: see that the broker and heatledger's "
        "ingest run, and that this machine reaches the network; heatledger check says which. Until then all is a gap, "
        "and shown as one. You asked to be told after {patience}.",
        count=fmt.number(count, 0),
        age=fmt.duration(quiet_s),
        patience=fmt.duration(rule.threshold * 60.0),
    )
    return Sighting("silent", _ALL, quiet_s / 60.0, say("Nothing is heard any more"), text, "devices")


def _silence(device: Silence, rule: Rule) -> Sighting:
    quiet_s = device.quiet_s or 0.0
    allowed_s = max(rule.threshold * 60.0, SILENT_AFTER * (device.usual_s or 0.0))
    said = [say("{device} was last heard {age} ago.", device=device.device, age=fmt.duration(quiet_s))]
    if device.usual_s:
        said.append(say("It usually speaks every {gap} or so.", gap=fmt.duration(device.usual_s)))
    if device.speaks_for:
        said.append(say("It stands for: {names}.", names=", ".join(device.speaks_for)))
    said.append(
        say(
            "Until it is heard again what it measures is a gap, and shown as one. See that it has power and reaches "
            "the broker. You asked to be told after {patience}.",
            patience=fmt.duration(allowed_s),
        )
    )
    # counted so that the threshold is reached when this device's own patience ends
    value = quiet_s / allowed_s * rule.threshold if allowed_s else 0.0
    title = say("{device} is not heard any more", device=device.device)
    return Sighting("silent", device.device, value, title, " ".join(said), "devices")


def spool(seen: Observed, rule: Rule) -> list[Sighting] | None:
    """Say how long readings have waited for the store. [min].

    Parameters
    ----------
    seen : Observed
        With what waits.
    rule : Rule
        For the words.

    Returns
    -------
    list of Sighting or None
        One.
    """
    found = seen.spool
    if found is None:
        return None
    text = say(
        "The store has not taken readings for {age}: {count} wait on this machine's disk, {taken} of the {limit} MB "
        "they may take. Nothing is lost, and they go in by themselves when the store is back. See that it runs: "
        "heatledger check says what is wrong. You asked to be told after {patience}.",
        age=fmt.duration(found.oldest_s),
        count=fmt.number(found.readings, 0),
        taken=fmt.number(found.bytes / _MB, 1),
        limit=fmt.number(found.limit_bytes / _MB, 0),
        patience=fmt.duration(rule.threshold * 60.0),
    )
    return [Sighting("spool", "spool", found.oldest_s / 60.0, say("Readings wait for the store"), text, "devices")]


def disk(seen: Observed, rule: Rule) -> list[Sighting] | None:
    """Say how full the disk of the data folder is. [%].

    Parameters
    ----------
    seen : Observed
        With the disk.
    rule : Rule
        For the words.

    Returns
    -------
    list of Sighting or None
        One.
    """
    found = seen.disk
    if found is None or found.total <= 0:
        return None
    used = 1.0 - found.free / found.total
    text = say(
        "The disk that holds {folder} is {used} full: {free} of {total} GB are free. When it is full, readings are no "
        "longer acknowledged and the broker keeps what its own limits allow. Make room, or move the data to a larger "
        "disk. You asked to be told from {threshold}.",
        folder=found.folder,
        used=fmt.share(used),
        free=fmt.number(found.free / _GB, 1),
        total=fmt.number(found.total / _GB, 0),
        threshold=fmt.share(rule.threshold / 100),
    )
    return [Sighting("disk", "disk", 100.0 * used, say("The disk is nearly full"), text, "devices")]

"""The rules about what hears and keeps: devices that fall silent, readings that wait, a disk that fills."""

from __future__ import annotations

from typing import Final

from heatledger import formatting as fmt
from heatledger.alerts.episodes import Sighting
from heatledger.alerts.observed import Observed, Silence
from heatledger.alerts.table import Rule
from heatledger.hearing import SILENT_AFTER

_MB: Final = 1e6
_GB: Final = 1e9


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
        One a device; of one that was never heard nothing is said, because setting up finds it.
    """
    if seen.devices is None:
        return None
    return [_silence(device, rule) for device in seen.devices if device.quiet_s is not None]


def _silence(device: Silence, rule: Rule) -> Sighting:
    quiet_s = device.quiet_s or 0.0
    allowed_s = max(rule.threshold * 60.0, SILENT_AFTER * (device.usual_s or 0.0))
    known = f"It usually speaks every {fmt.duration(device.usual_s)} or so. " if device.usual_s else ""
    stands = f"It speaks for {', '.join(device.speaks_for)}. " if device.speaks_for else ""
    text = (
        f"{device.device} was last heard {fmt.duration(quiet_s)} ago. {known}{stands}Until it is heard again "
        f"what it measures is a gap, and shown as one. See that it has power and reaches the broker. You asked to be "
        f"told after {fmt.duration(allowed_s)}."
    )
    # counted so that the threshold is reached when this device's own patience ends
    value = quiet_s / allowed_s * rule.threshold if allowed_s else 0.0
    return Sighting("silent", device.device, value, f"{device.device} is not heard any more", text, "devices")


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
    text = (
        f"The store has not taken readings for {fmt.duration(found.oldest_s)}: {fmt.number(found.readings, 0)} wait on "
        f"this machine's disk, {found.bytes / _MB:.1f} of the {found.limit_bytes / _MB:.0f} MB they may take. "
        f"Nothing is lost, and they go in by themselves when the store is back. See that it runs: heatledger "
        f"check says what is wrong. You asked to be told after {rule.threshold:g} minutes."
    )
    return [Sighting("spool", "spool", found.oldest_s / 60.0, "Readings wait for the store", text, "devices")]


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
    text = (
        f"The disk that holds {found.folder} is {fmt.share(used)} full: {found.free / _GB:.1f} of "
        f"{found.total / _GB:.0f} GB are free. When it is full, readings are no longer acknowledged and the broker "
        f"keeps what its own limits allow. Make room, or move the data to a larger disk. You asked to be told from "
        f"{rule.threshold:g}%."
    )
    return [Sighting("disk", "disk", 100.0 * used, "The disk is nearly full", text, "devices")]

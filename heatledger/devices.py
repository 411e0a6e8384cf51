"""What a device file says, as frozen values; the engine that runs them is ingest/decode.py."""

from __future__ import annotations

import msgspec


class DeviceFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One family of devices: its topics, identities and readings."""

    family: str

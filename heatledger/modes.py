"""What the modes are called that a unit can be set to, as a remote names them."""

from __future__ import annotations

from typing import Final

from heatledger.marks import marked

MODE_WORDS: Final = {
    "off": marked("Off"),
    "heat": marked("Heating"),
    "cool": marked("Cooling"),
    "auto": marked("Automatic"),
    "heat_cool": marked("Automatic"),
    "dry": marked("Drying"),
    "fan_only": marked("Fan only"),
}
"""By the mode as the store has it."""

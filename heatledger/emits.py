"""One row of a device file: which reading a value in a payload is; and what a user says of values nothing explains."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from heatledger.quantities import ACTIONS, MODES, QUANTITIES, Reset
from heatledger.vocabulary import check_path, check_unit, nearest

NON_VALUES = ("", "nan", "inf", "none", "null", "n/a", "---", "??", "unknown", "unavailable")
"""Words that stand for no value, in any device."""

Text = Annotated[str, Meta(min_length=1)]
Flags = tuple[Literal["estimated", "assumed", "uncertain"], ...]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of a device file: unknown keys are refused."""


class Emit(Part, frozen=True, kw_only=True):
    """One reading to be made: where the value stands, what it measures and in which unit.

    The first row that yields a value for a quantity and channel stands; later ones are alternatives to it.
    """

    quantity: str
    path: Text | tuple[Text, ...] = "@"
    """JMESPath into the object; of several, the first that yields a value."""
    unit: str | None = None
    """The source's unit; none for a state."""
    unit_path: Text | None = None
    """Where the message names the unit; `unit` is used where it does not."""
    channel: str | None = None
    """Template of captures; by default the rule's."""
    reset: Reset = "never"
    flags: Flags = ()
    words: dict[str, str] = {}
    """Source word (any case) to ours, added to our own words; an empty word means nothing."""
    lists: Literal["channels", "middle"] | None = None
    """A list is one value per channel 1, 2, …, or [min, avg, max]; by default it is nothing."""
    when: Text | None = None
    """JMESPath condition on the object."""
    scale: float = 1.0
    """Multiplied first."""
    min: float | None = None
    max: float | None = None
    """Numbers of the source outside min…max are nothing."""
    reject: tuple[float, ...] = ()
    """Numbers of the source that stand for no value."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths to try, in order."""
        return (self.path,) if isinstance(self.path, str) else self.path

    def __post_init__(self) -> None:
        if self.quantity not in QUANTITIES:
            raise ValueError(f"quantity: unknown quantity {self.quantity!r}; {nearest(self.quantity, QUANTITIES)}")
        for path in (*self.paths, *([self.unit_path] if self.unit_path else [])):
            check_path("path", path)
        check_path("when", self.when)
        kind = QUANTITIES[self.quantity].kind
        if kind == "state":
            self._check_state()
        elif self.unit is None:
            raise ValueError(
                f"unit: {self.quantity} needs its source unit; add one like unit = {QUANTITIES[self.quantity].unit!r}"
            )
        else:
            check_unit(self.unit, self.quantity)
        if kind != "counter" and self.reset != "never":
            raise ValueError(f"reset: {self.quantity} is no counter; remove reset")

    def _check_state(self) -> None:
        if self.unit is not None:
            raise ValueError(f"unit: {self.quantity} is a state and has no unit; remove unit")
        allowed = {
            "mode": MODES,
            "action": ACTIONS,
            "online": ("true", "false"),
            "fan": None,
            "contact": ("open", "closed"),
        }
        known = allowed.get(self.quantity, ("on", "off"))
        for word in self.words.values():
            if known is not None and word and word not in known:
                raise ValueError(f"words: {word!r} is no {self.quantity}; {nearest(word, known)}")


class MapEntry(Part, frozen=True, kw_only=True):
    """The user's word on what one value of a payload is."""

    path: Text = "@"
    """JMESPath into the payload; ``@`` is a bare value."""
    quantity: str
    unit: str | None = None
    """The source's unit; none for a state."""
    scale: float = 1.0
    """Multiplied first."""
    channel: str | None = None
    """By default the family's."""
    reset: Reset = "never"

    def __post_init__(self) -> None:
        self.emit()

    def emit(self) -> Emit:
        """Return the same as a row of a device file."""
        return Emit(quantity=self.quantity, path=self.path, unit=self.unit, scale=self.scale, reset=self.reset)


class DecodeConfig(Part, frozen=True, kw_only=True):
    """What the user says of a device: the unit of its temperatures, and values its messages do not explain."""

    temp_unit: Literal["C", "F"] = "C"
    map: tuple[MapEntry, ...] = ()
    """Added to what the device's family emits by itself; device and channel stay the family's."""

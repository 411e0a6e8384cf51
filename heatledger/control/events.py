"""What happens to a request, as rows of a log that is only added to."""

from __future__ import annotations

from typing import Final, Literal, Protocol

import msgspec

from heatledger.control.envelope import By, Request
from heatledger.control.moment import Moment

Kind = Literal[
    "asked", "waits", "sent", "confirmed", "unconfirmed", "failed", "refused", "expired", "replaced", "overruled",
    "person", "rival", "lies", "retained", "mended",
]  # fmt: skip
"""Asked for; not yet (why); sent (before it leaves); the device says it is so; sent to a device that never answers; not
confirmed after every try; refused (why); too old; another request took its place; somebody chose otherwise; somebody
changed the device; another controller does; the device says what its power or room does not bear out; the broker keeps
a command for the device; what one of these two said is so no longer."""
OVER: Final = frozenset(("confirmed", "unconfirmed", "failed", "refused", "expired", "replaced", "overruled"))
"""After one of these a request is done with."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One row.

    Attributes
    ----------
    id : int
        Its place in the log; 0 before it is there.
    request : int
        The row that asked; 0 where nothing was asked.
    home, zone : str
        Where.
    at : Moment
        When.
    setpoint, mode : float or None, str or None
        What was asked or sent, or what the device says. [°C]
    by, who, why : str
        Who asked and for what reason.
    valid_s : float
        For how long it is worth doing. [s]
    note : str
        The reason, and the mend, for who reads it.
    key : str
        A second row of the same key is not taken in; empty: any number.
    """

    kind: Kind
    home: str
    zone: str
    at: Moment
    id: int = 0
    request: int = 0
    setpoint: float | None = None
    mode: str | None = None
    by: By = "person"
    who: str = ""
    why: str = ""
    valid_s: float = 0.0
    note: str = ""
    key: str = ""

    def asked(self) -> Request:
        """Return what this row asks."""
        return Request(
            zone=self.zone,
            at=self.at,
            valid_s=self.valid_s,
            setpoint=self.setpoint,
            mode=self.mode,
            by=self.by,
            who=self.who,
            why=self.why,
        )


class Log(Protocol):
    """Keeps events: on disk when `add` returns."""

    def add(self, event: Event) -> Event:
        """Keep a row and return it with its place; place 0 where a row of its key is there already."""
        ...

    def since(self, home: str, after: int) -> list[Event]:
        """Return a home's rows after a place, in order."""
        ...

"""What `heatledger report` was asked to do with letters."""

from __future__ import annotations

from typing import NamedTuple


class Asked(NamedTuple):
    """One of: try the mail server (to an address only), send, list what was sent, stop or resume an address."""

    test: bool = False
    to: str | None = None
    send: bool = False
    sent: bool = False
    stop: str | None = None
    resume: str | None = None
    as_json: bool = False

    @property
    def acts(self) -> bool:
        """Whether it is more than to print a letter."""
        return bool(self.test or self.send or self.sent or self.stop or self.resume)

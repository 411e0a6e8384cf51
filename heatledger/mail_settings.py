"""What settings.toml may say of mail: the server that takes it, and who gets which letters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

_ADDRESS: Final = re.compile(r"[!-~]+@[!-~]+")
_NO_PART: Final = frozenset('@,;:<>()[]\\"')
_SUBMISSION: Final = {"starttls": 587, "tls": 465, "none": 25}


def _check_addresses(key: str, addresses: Sequence[str]) -> None:
    """Refuse what is no address, and what could smuggle a second one into a header."""
    for address in addresses:
        name, _, domain = address.rpartition("@")
        if not _ADDRESS.fullmatch(address) or _NO_PART & {*name, *domain}:
            raise ValueError(f"{key}: {address!r} is no e-mail address; write it as name@example.org")


class MailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The server that takes our mail, and whom it is from; without a host nothing is sent.

    The password stands in none of these: it is in HEATLEDGER_MAIL_PASSWORD, or in a file (`password_file`, by default
    secrets/mail_password in the data folder). `ca_file` names the authority of a server with a certificate of its own.
    """

    host: str = ""
    port: Annotated[int, Meta(ge=0, le=65535)] = 0
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password_file: str = ""
    sender: str = ""
    sender_name: str = "heatledger"
    reply_to: str = ""
    ca_file: str = ""
    timeout_s: Annotated[float, Meta(gt=0, le=600)] = 30.0

    def __post_init__(self) -> None:
        """Refuse a server without a sender, and a password that would be sent in the clear."""
        if self.host and not self.sender:
            raise ValueError('sender: whom is the mail from? write an address, such as sender = "home@example.org"')
        _check_addresses("sender", [self.sender] if self.sender else [])
        _check_addresses("reply_to", [self.reply_to] if self.reply_to else [])
        if self.user and self.security == "none":
            raise ValueError("security: none would send the password in the clear; use starttls or tls, or no user")

    @property
    def service(self) -> int:
        """The port: as stated, else the usual one of its security."""
        return self.port or _SUBMISSION[self.security]


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class DigestSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a home's week is sent, on which day, and to whom.

    Attributes
    ----------
    on : bool
        Off unless asked for.
    weekday : str
        It tells of the seven days before this one, and leaves on it.
    to : tuple of str
        Who gets it; empty: whoever gets the home's statements.
    days : int
        After an outage one is still sent on so many days, its own among them; an older one is news to nobody. [d]
    """

    on: bool = False
    weekday: Weekday = "monday"
    to: tuple[str, ...] = ()
    days: Annotated[int, Meta(ge=1, le=7)] = 3

    def __post_init__(self) -> None:
        """Refuse what is no address."""
        _check_addresses("to", self.to)


class FleetSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To whom the week of all homes goes, worst first, and on which day; to nobody unless stated.

    Attributes
    ----------
    to : tuple of str
        Who gets it: an installer, or whoever looks after the homes of this installation.
    weekday, days : str, int
        As of a home's own.
    """

    to: tuple[str, ...] = ()
    weekday: Weekday = "monday"
    days: Annotated[int, Meta(ge=1, le=7)] = 3

    def __post_init__(self) -> None:
        """Refuse what is no address."""
        _check_addresses("to", self.to)


class ReportSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who gets what by mail, from which hour of the home's own day.

    Attributes
    ----------
    to, homes : tuple of str, dict
        Who gets the statement of every home, and, by the home's id, who gets it instead.
    correction : Decimal
        A statement that was sent is corrected by mail from this difference of the bill on. [currency]
    hour : int
        From when on letters leave. [h, local]
    digest, fleet : DigestSettings, FleetSettings
        The weekly letters: of each home, and of all of them.
    """

    to: tuple[str, ...] = ()
    homes: dict[str, tuple[str, ...]] = {}
    correction: Decimal = Decimal("1.00")
    hour: Annotated[int, Meta(ge=0, le=23)] = 7
    digest: DigestSettings = DigestSettings()
    fleet: FleetSettings = FleetSettings()

    def __post_init__(self) -> None:
        """Refuse what is no address, and a threshold below nothing."""
        if self.correction < 0:
            raise ValueError("correction: cannot be below 0; write the least difference that is worth a letter")
        for key, addresses in (("to", self.to), *self.homes.items()):
            _check_addresses(key, addresses)

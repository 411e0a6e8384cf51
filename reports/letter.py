"""Writes a letter: text, HTML with its pictures, attachments, and the headers that name it and say how to stop it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final, NamedTuple
from urllib.parse import quote

from heatledger.mail_settings import MailSettings
from heatledger.store.sent import Key

_DIGITS: Final = 24


class Attachment(NamedTuple):
    """A file that comes with a letter."""

    name: str
    kind: str
    content: bytes


class Body(NamedTuple):
    """What a letter says: plain text, and HTML that names its pictures by ``cid:`` and their names."""

    subject: str
    text: str
    html: str
    pictures: dict[str, bytes]

    @property
    def page(self) -> str:
        """The HTML with its pictures inside, for a file of its own."""
        page = self.html
        for name, picture in self.pictures.items():
            page = page.replace(f"cid:{name}", f"data:image/png;base64,{base64.b64encode(picture).decode()}")
        return page


def message_id(key: Key, sender: str) -> str:
    """Return the name of a letter, the same whenever it is sent: from what it is and to whom.

    Examples
    --------
    >>> from datetime import date
    >>> key = Key("bill", "maple", date(2025, 12, 3), date(2026, 1, 3), "ann@example.org", 1)
    >>> message_id(key, "home@example.org") == message_id(key, "home@example.org")
    True
    """
    said = "\n".join(str(part) for part in key)
    digest = hashlib.sha256(said.encode()).hexdigest()[:_DIGITS]
    return f"<{key.kind}.{key.start:%Y%m%d}.{key.version}.{digest}@{sender.rpartition('@')[2]}>"


def letter(
    body: Body,
    key: Key,
    mail: MailSettings,
    *,
    at: datetime,
    stop_url: str = "",
    attachments: Sequence[Attachment] = (),
) -> EmailMessage:
    """Write a letter.

    Parameters
    ----------
    body : Body
        What it says.
    key : Key
        What it is and to whom; the Message-ID comes from it.
    mail : MailSettings
        Whom it is from.
    at : datetime
        Its date, aware.
    stop_url : str
        Where one click stops it; empty without a public address.
    attachments : sequence of Attachment
        In order.
    """
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(mail.sender_name, addr_spec=mail.sender)
    made["To"] = Address(addr_spec=key.recipient)
    made["Subject"] = body.subject
    made["Date"] = format_datetime(at)
    made["Message-ID"] = message_id(key, mail.sender)
    if mail.reply_to:
        made["Reply-To"] = Address(addr_spec=mail.reply_to)
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers
    for name, value in _stopping(key, mail, stop_url):
        made[name] = value
    made.set_content(body.text, cte="quoted-printable")
    made.add_alternative(body.html, subtype="html", cte="quoted-printable")
    page: EmailMessage = made.get_payload()[-1]  # type: ignore[index, assignment] # the part just added
    for name, picture in body.pictures.items():
        page.add_related(picture, "image", "png", cid=f"<{name}>", filename=f"{name.partition('@')[0]}.png",
                         disposition="inline")  # fmt: skip
    for attached in attachments:
        main, _, sub = attached.kind.partition("/")
        made.add_attachment(attached.content, main, sub, filename=attached.name)
    return made


def _stopping(key: Key, mail: MailSettings, stop_url: str) -> list[tuple[str, str]]:
    """Return how to stop its kind: by a mail to whom it is from, and by one click (RFC 2369, RFC 8058)."""
    by_mail = f"<mailto:{mail.reply_to or mail.sender}?subject={quote(_asked(key))}>"
    if not stop_url:
        return [("List-Unsubscribe", by_mail)]
    return [("List-Unsubscribe", f"<{stop_url}>, {by_mail}"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")]


def _asked(key: Key) -> str:
    """Return the subject of a mail that asks to stop it: a bill's statements by the home alone, as they always were."""
    return f"stop {key.home}" if key.kind == "bill" else f"stop {key.kind} {key.home}"

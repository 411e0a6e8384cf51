"""How a letter says why it came, and how to stop its kind."""

from __future__ import annotations

from heatledger import formatting as fmt
from heatledger.config import Config
from heatledger.store.sent import Subscriber
from heatledger.wording import say


def stop_url(config: Config, person: Subscriber) -> str:
    """Return where one click stops the letters; empty where the page has no public address."""
    public = config.settings.dashboard.public_url
    return f"{public}stop/{person.token}" if public else ""


def said_of(config: Config, person: Subscriber) -> list[str]:
    """Return since when somebody gets these letters, and whom to write to where no link stops them."""
    said = [say("Sent because this address was entered on {day}.", day=fmt.day(person.since, year=True))]
    mail = config.settings.mail
    if not config.settings.dashboard.public_url:
        said.append(say("To stop these e-mails, write to {address}.", address=mail.reply_to or mail.sender))
    return said

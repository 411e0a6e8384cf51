"""Telling devices what to do: what they can be told, and the messages that tell them.

Everything here is a pure function of the device files and of what is known; who may tell what to whom, and when, is
decided elsewhere. docs/control.md tells the whole story.
"""

from heatledger.control.messages import Message, Taken, Wanted, messages
from heatledger.control.offers import Offer, offers
from heatledger.control.target import CommandError, Confirmation, Known

__all__ = ["CommandError", "Confirmation", "Known", "Message", "Offer", "Taken", "Wanted", "messages", "offers"]

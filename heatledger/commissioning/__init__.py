"""Commissioning: whether everything is wired, mapped and measuring right, and the machine does what it should."""

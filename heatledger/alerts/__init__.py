"""Alerts as pure rules: what was observed, which of it is worth a message, in whose words, once for each episode."""

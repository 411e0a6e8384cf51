"""The guided test run: its steps as data, what of them the readings show, how it ends, and what it proves."""

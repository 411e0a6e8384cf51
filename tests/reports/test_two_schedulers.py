"""Two whole `heatledger reports` on one data folder and one real mail server: everybody gets each letter once."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta

import pytest

from heatledger.store.sent import EVERY_HOME, Sent
from reports.due import last_over
from tests.reports.mail_server import LOUD, PASSWORD, Server, certificate

pytestmark = [pytest.mark.server, pytest.mark.enable_socket, *LOUD]
PEOPLE = ("ann@example.org", "bob@example.org", "carol@example.org")
PATIENCE_S, ENDS_S = 300, 120
SETTINGS = """
[mail]
host = "localhost"
port = {port}
user = "ann"
sender = "home@example.org"
ca_file = "{pem}"
[reports]
to = ["ann@example.org", "bob@example.org", "carol@example.org"]
hour = 0
[reports.digest]
on = true
weekday = "{weekday}"
days = 7
[reports.fleet]
to = ["ann@example.org", "bob@example.org", "carol@example.org"]
weekday = "{weekday}"
days = 7
"""
LETTERS = 3 * len(PEOPLE)
"""A statement, a home's week and the week of all homes, to each."""


class Scheduler:
    """A `heatledger reports`; `said` is its log, a line each as it comes."""

    def __init__(self, data):
        environ = {**os.environ, "HEATLEDGER_DATA": str(data), "HEATLEDGER_MAIL_PASSWORD": PASSWORD}
        command = [sys.executable, "-m", "cli", "reports"]
        self._process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
        self.said = []
        self._reading = threading.Thread(target=lambda: self.said.extend(self._process.stderr))
        self._reading.start()

    def stop(self):
        """Stop in order; at worst kill: nothing here waits for ever."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(ENDS_S)
        finally:
            self._process.kill()
            self._reading.join(60)
            self._process.stderr.close()


def test_two_whole_schedulers_send_each_letter_once(config, use, data, tmp_path):
    home = config.homes["maple"]
    now = datetime.now(UTC)
    use(config, last_over(home, now).start)
    with closing(Sent(config.sent_path)) as sent:
        for kind, whose in (("bill", "maple"), ("digest", "maple"), ("fleet", EVERY_HOME)):
            for person in PEOPLE:
                sent.meet(kind, whose, person, at=now - timedelta(days=60))
    pem, everything = certificate(tmp_path), threading.Event()
    with ExitStack() as ends, Server(pem) as server:
        server.taken = lambda _: everything.set() if len(server.letters) >= LETTERS else None
        settings = SETTINGS.format(port=server.port, pem=pem[0], weekday=now.strftime("%A").lower())
        (data / "config" / "settings.toml").write_text(settings, encoding="utf-8")
        both = [Scheduler(data) for _ in range(2)]
        for one in both:
            ends.callback(one.stop)
        came = everything.wait(PATIENCE_S)
        codes = [one.stop() for one in both]  # what is being sent is finished first
        ends.pop_all()
    said = "".join(line for one in both for line in one.said)
    assert came, said
    assert codes == [0, 0], said
    assert Counter((to, letter["Message-ID"]) for to, letter in server.letters).most_common(1)[0][1] == 1, said
    assert Counter(to for to, _ in server.letters) == dict.fromkeys(PEOPLE, 3), said
    with closing(Sent(config.sent_path)) as sent:
        rows = [row for kind, whose in (("bill", "maple"), ("digest", "maple"), ("fleet", EVERY_HOME))
                for row in sent.deliveries(kind, whose)]  # fmt: skip
    assert Counter(row.state for row in rows) == {"accepted": LETTERS}
    assert {row.attempts for row in rows} == {1}
    assert "Traceback" not in said

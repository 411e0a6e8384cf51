"""Each recipient gets each statement once, whoever dies when; where SMTP itself allows no better, under one name."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.mail_settings import MailSettings
from heatledger.store.sent import Delivery, Key, Sent
from reports.letter import Body, letter, message_id
from reports.post import LONGEST, Letter, again, alone, deliver, is_due
from reports.smtp import Postbox
from tests.reports import sender
from tests.reports.mail_server import LOUD, PASSWORD, Server

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.server, pytest.mark.enable_socket, *LOUD]
NOW = datetime(2026, 1, 4, 13, tzinfo=UTC)
KILLS = 50
PEOPLE = 100


def end(process):
    with contextlib.suppress(ProcessLookupError):  # it was done before
        os.kill(process, signal.SIGKILL)


class Senders:
    """Starts processes that send, one after the other; `running` is the one at work."""

    def __init__(self, folder, port, pem, count=PEOPLE):
        command = [sys.executable, ROOT / "tests" / "reports" / "sender.py", folder, str(port), pem[0], str(count)]
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, env=environ, stdin=pipe, stdout=pipe, text=True, bufsize=1)
        self.running = []

    def start(self):
        self._process.stdin.write("go\n")
        self.running = [int(self._process.stdout.readline())]

    def wait(self):
        code = int(self._process.stdout.readline())
        self.running = []
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()


@pytest.mark.slow
def test_fifty_kills_between_taking_and_noting_lose_nobody_and_double_under_one_name(tmp_path, pem):
    """The server kills the sender that it took a letter of: before, while or after its answer arrives and is noted."""
    chance, killed, codes = random.Random(9), [], []
    with Server(pem) as server, Senders(tmp_path, server.port, pem) as senders:

        def kill(recipient):
            if len(killed) < KILLS and senders.running:
                killed.append(recipient)
                process = senders.running.pop()
                threading.Timer(chance.uniform(0, 0.02), end, (process,)).start()

        server.taken = kill
        while len(killed) < KILLS or codes[-1] != 0:
            senders.start()
            codes.append(senders.wait())
        got = Counter(recipient for recipient, _ in server.letters)
        names = {(recipient, taken["Message-ID"]) for recipient, taken in server.letters}
    assert codes.count(-signal.SIGKILL) >= KILLS - 5  # a sender may be done before the signal comes
    assert set(got) == {key.recipient for key in sender.keys(PEOPLE)}
    assert len(names) == PEOPLE
    doubled = {recipient: count for recipient, count in got.items() if count > 1}
    assert set(doubled) <= set(killed)
    assert sum(doubled.values()) - len(doubled) <= KILLS
    rows = Sent(tmp_path / "sent.db").deliveries("bill", "maple")
    assert [row.state for row in rows] == ["accepted"] * PEOPLE


def test_two_senders_at_once_send_each_once(tmp_path, pem):
    with (
        Server(pem) as server,
        Senders(tmp_path, server.port, pem, 20) as one,
        Senders(tmp_path, server.port, pem, 20) as other,
    ):
        one.start()
        other.start()
        codes = sorted((one.wait(), other.wait()))
        one.start()
        assert one.wait() == 0
    assert codes in ([0, 0], [0, 3])
    assert Counter(recipient for recipient, _ in server.letters) == {key.recipient: 1 for key in sender.keys(20)}


def test_a_lock_is_let_go_when_its_holder_is_killed(tmp_path):
    code = "import sys, time, pathlib; from reports.post import alone\nwith alone(pathlib.Path(sys.argv[1])):\n" \
        "    print('mine', flush=True); time.sleep(60)"  # fmt: skip
    command = [sys.executable, "-c", code, tmp_path / "sent.lock"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"mine\n"
        with alone(tmp_path / "sent.lock") as mine:
            assert not mine
        holder.kill()
        holder.wait(60)
        with alone(tmp_path / "sent.lock") as mine:
            assert mine


def settings(port, pem):
    return MailSettings(host="localhost", port=port, user="ann", sender="home@example.org", ca_file=str(pem[0]))


def letters(mail, count=3):
    body = Body("December", "text\n", "<p>text</p>", {})
    return [Letter(key, "340.17", lambda key=key: letter(body, key, mail, at=NOW)) for key in sender.keys(count)]


def test_a_bounced_recipient_keeps_nobody_waiting_and_is_not_tried_again(tmp_path, pem):
    sent = Sent(tmp_path / "sent.db")
    with Server(pem) as server:
        server.answer = lambda address: "550 5.1.1 no such mailbox" if address.startswith("person0") else "250 OK"
        mail = settings(server.port, pem)
        box = Postbox(mail, PASSWORD)
        made = deliver(letters(mail), sent, box, now=lambda: NOW)
        box.close()
    assert [row.state for row in made] == ["refused", "accepted", "accepted"]
    assert made[0].said == "person0@example.org: refused, 550 5.1.1 no such mailbox"
    assert [recipient for recipient, _ in server.letters] == ["person1@example.org", "person2@example.org"]
    rows = {row.key.recipient: row for row in sent.deliveries("bill", "maple")}
    assert not is_due(rows["person0@example.org"], NOW + timedelta(days=400))
    assert not is_due(rows["person1@example.org"], NOW + timedelta(days=400))


def test_a_server_that_is_away_costs_one_try_and_everybody_is_tried_again_later(tmp_path, pem):
    sent = Sent(tmp_path / "sent.db")
    with Server(pem) as server:
        mail = settings(server.port, pem)
    at = time.monotonic()
    made = deliver(letters(mail), sent, Postbox(mail, PASSWORD), now=lambda: NOW)
    assert time.monotonic() - at < 30
    assert [row.state for row in made] == ["waiting"] * 3
    rows = sent.deliveries("bill", "maple")
    assert all(timedelta(minutes=2.5) <= row.again_at - NOW <= timedelta(minutes=5) for row in rows)
    assert len({row.again_at for row in rows}) == 3
    assert not any(is_due(row, NOW + timedelta(minutes=2)) for row in rows)
    assert all(is_due(row, NOW + timedelta(minutes=5)) for row in rows)


def test_what_was_taken_is_never_claimed_again(tmp_path):
    sent = Sent(tmp_path / "sent.db")
    (key,) = sender.keys(1)
    assert [sent.claim(key, at=NOW), sent.claim(key, at=NOW)] == [1, 2]
    sent.accepted(key, at=NOW, said="taken", total="1.00")
    assert sent.claim(key, at=NOW + timedelta(days=900)) is None


@given(st.integers(1, 500), st.integers(0, 40_000))
def test_no_wait_is_longer_than_six_hours_and_a_clock_set_back_keeps_nothing_waiting(attempt, days):
    now = NOW + timedelta(days=days)
    when = again(attempt, now)
    assert timedelta(minutes=2.5) <= when - now <= LONGEST
    row = Delivery(sender.keys(1)[0], "waiting", attempt, now, when, "", None)
    assert is_due(row, when)
    assert is_due(row, now - timedelta(days=365))


@given(st.lists(st.tuples(st.dates(), st.emails(), st.integers(1, 9)), min_size=2, max_size=9, unique=True))
def test_every_letter_has_a_name_of_its_own_and_the_same_every_time(rows):
    made = [Key("bill", "maple", day, day, address, version) for day, address, version in rows]
    names = [message_id(key, "home@example.org") for key in made]
    assert names == [message_id(key, "home@example.org") for key in made]
    assert len(set(names)) == len(names)
    assert all(len(name) < 100 and name.isascii() for name in names)

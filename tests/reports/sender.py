"""A process that sends what is owed, as the schedule's child does: a new one of it for each line of its input.

    python sender.py FOLDER PORT PEM RECIPIENTS

It has imported everything and forks, so that one can be started, and killed, fifty times in seconds. It answers each
line with the new process's id, and with its exit code when it has ended.
"""

import os
import sys
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from heatledger.mail_settings import MailSettings
from heatledger.store.sent import Key, Sent
from reports.letter import Body, letter
from reports.post import Letter, alone, deliver, is_due
from reports.smtp import Postbox

CYCLE = (date(2025, 12, 3), date(2026, 1, 3))


def keys(count):
    return [Key("bill", "maple", *CYCLE, f"person{number}@example.org", 1) for number in range(count)]


def send(folder, port, pem, count):
    mail = MailSettings(host="localhost", port=port, user="ann", sender="home@example.org", ca_file=pem)
    now = datetime.now(UTC)
    with alone(folder / "sent.lock") as mine:
        if not mine:
            return 3
        sent, box = Sent(folder / "sent.db"), Postbox(mail, "correct horse")
        known = {row.key: row for row in sent.deliveries("bill", "maple")}
        body = Body("December: $340.17", "text\n", "<p>text</p>", {})
        letters = [
            Letter(key, "340.17", partial(letter, body, key, mail, at=now))
            for key in keys(count)
            if is_due(known.get(key), now)
        ]
        deliver(letters, sent, box, now=lambda: datetime.now(UTC))
        box.close()
        sent.close()
    return 0


def main():
    folder, port, pem, count = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    for _ in sys.stdin:
        process = os.fork()
        if not process:
            os._exit(send(folder, port, pem, count))
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

"""The letter as a mail program takes it apart: every part, every header, the same figures in all of them."""

import csv
import io
import re
import shutil
import subprocess
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from heatledger.config import load
from heatledger.mail_settings import MailSettings
from heatledger.reader import Reader, reading
from heatledger.store.sent import Key, Sent
from heatledger.store.state import State
from reports.due import BILL, asked_for, made, owed
from reports.letter import letter, message_id
from reports.monthly import render
from reports.publish import _write
from reports.sending import letters, send
from tests.reports.mail_server import LOUD, PASSWORD
from tests.statement.december import HOME, ISSUED, LINES, SUMMARY, reconciled

pytestmark = [pytest.mark.server, pytest.mark.enable_socket, *LOUD]
CLOSED = datetime(2026, 1, 4, 13, tzinfo=UTC)  # 7 am in Chicago
CYCLE = (date(2025, 12, 3), date(2026, 1, 3))
SETTINGS = """
[dashboard]
public_url = "https://home.example.org/"
[mail]
host = "localhost"
port = {port}
user = "ann"
sender = "home@example.org"
sender_name = "Heat & Läuse"
ca_file = "{pem}"
[reports]
to = ["bob@example.org"]
"""


@pytest.fixture
def place(tmp_path, server, pem):
    """A data folder with a closed December: `make` writes its statement, `post` sends what is owed."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.toml").write_text(SETTINGS.format(port=server.port, pem=pem[0]), encoding="utf-8")
    state, sent = State(tmp_path / "state.db"), Sent(tmp_path / "sent.db")

    class Place:
        config = load(data_dir=tmp_path, environ={})
        home = HOME

        def __init__(self):
            self.state, self.sent = state, sent

        def settings(self, **changes):
            report = msgspec.structs.replace(self.config.settings.reports, **changes)
            settings = msgspec.structs.replace(self.config.settings, reports=report)
            self.config = msgspec.structs.replace(self.config, settings=settings)

        def make(self, summary=SUMMARY, at=CLOSED):
            return _write(self.config, self, *CYCLE, summary, at)

        def post(self, at, **asked):
            environ = {"HEATLEDGER_MAIL_PASSWORD": PASSWORD}
            return send(self.config, self.home, self.state, self.sent, environ=environ, now=at, **asked)

        def meet(self, address="bob@example.org", at=datetime(2025, 11, 2, 18, tzinfo=UTC)):
            return self.sent.meet("bill", self.home.id, address, at=at)

    with closing(state), closing(sent):
        yield Place()


def amounts(text):
    return sorted(re.findall(r"[−+]?\$[\d,]+\.\d\d\b", text))


def test_every_part_of_the_letter(place, server):
    person = place.meet()
    place.make()
    (outcome,) = place.post(CLOSED)
    assert (outcome.state, outcome.said) == ("accepted", f"taken by localhost:{server.port} (TLSv1.3)")
    ((recipient, taken),) = server.letters
    assert recipient == "bob@example.org"
    assert taken["Subject"] == "December: $340.17"
    assert str(taken["From"]) == "Heat & Läuse <home@example.org>"
    assert taken["To"] == "bob@example.org"
    assert taken["Message-ID"] == message_id(outcome.key, "home@example.org")
    assert taken["Auto-Submitted"] == "auto-generated"
    assert taken["Date"].datetime == CLOSED
    stop = f"https://home.example.org/stop/{person.token}"
    assert taken["List-Unsubscribe"].strip() == f"<{stop}>, <mailto:home@example.org?subject=stop%20maple>"
    assert taken["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    kinds = [part.get_content_type() for part in taken.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "image/png", "image/png", "application/pdf", "text/csv"]
    assert [part.get_content_type() for part in taken.walk() if part.is_multipart()] == [
        "multipart/mixed",
        "multipart/alternative",
        "multipart/related",
    ]
    page = taken.get_body(("html",)).get_content()
    text = taken.get_body(("plain",)).get_content()
    assert "Sent because this address was entered on Nov 2, 2025." in " ".join(text.split())
    assert f"Stop these e-mails: {stop}" in text
    assert "https://home.example.org/bill?home=maple&period=cycle&at=2025-12-03" in text
    assert stop in page
    pictures = {part["Content-ID"].strip("<>"): part for part in taken.walk() if part.get_content_type() == "image/png"}
    assert set(re.findall(r'src="cid:([^"]+)"', page)) == set(pictures)
    assert all(part.get_content_disposition() == "inline" for part in pictures.values())
    assert all(part.get_content()[:8] == b"\x89PNG\r\n\x1a\n" for part in pictures.values())
    assert len(page.encode()) < 100_000
    assert len(taken.as_bytes()) < 250_000


def test_text_page_paper_and_table_say_the_same_money(place, server, tmp_path):
    place.meet()
    place.make()
    place.post(CLOSED)
    ((_, taken),) = server.letters
    text = taken.get_body(("plain",)).get_content()
    page = re.sub(r"<[^>]*>", " ", taken.get_body(("html",)).get_content().partition("<body")[2])
    assert amounts(page) == amounts(text)
    assert "$340.17" in text
    pdf, table = [part for part in taken.iter_attachments() if part.get_content_disposition() == "attachment"]
    assert (pdf.get_filename(), table.get_filename()) == ("maple-2025-12-03.pdf", "maple-2025-12-03.csv")
    rows = list(csv.DictReader(io.StringIO(table.get_content())))
    assert [row["amount"] for row in rows[:-1]] == [row.amount for row in LINES]
    assert sum(Decimal(row["amount"]) for row in rows[:-1]) == Decimal(rows[-1]["amount"]) == Decimal("340.17")
    if shutil.which("pdftotext"):
        (tmp_path / "statement.pdf").write_bytes(pdf.get_content())
        read = subprocess.run(
            ["pdftotext", "-layout", tmp_path / "statement.pdf", "-"], capture_output=True, check=True
        )
        assert {f"${row.amount}" for row in LINES} | {"$340.17"} <= set(amounts(read.stdout.decode()))


def test_it_is_sent_once_and_not_before_its_hour(place, server):
    place.meet()
    place.make(at=CLOSED - timedelta(hours=6))
    assert place.post(CLOSED - timedelta(minutes=1)) == []  # 6:59 am in Chicago
    assert len(place.post(CLOSED)) == 1
    assert place.post(CLOSED + timedelta(days=1)) == []
    assert place.post(CLOSED + timedelta(days=1), asked="bill") == []
    assert len(server.letters) == 1


def test_who_was_entered_later_gets_what_closes_from_then_on_unless_it_is_asked_for(place, server):
    place.make()
    late = CLOSED + timedelta(days=3)
    assert place.post(late) == []
    assert len(place.post(late, asked="bill")) == 1
    assert len(server.letters) == 1


def test_a_correction_above_the_threshold_is_sent_with_its_difference_and_one_below_is_not(place, server):
    place.meet()
    place.make()
    place.post(CLOSED)
    for cents, later in (("340.67", 1), ("342.03", 2)):
        peak = Decimal("86.98") + Decimal(cents) - Decimal("340.17")
        lines = [msgspec.structs.replace(row, amount=str(peak)) if "peak" in row.label[-5:] and "mid" not in row.label
                 and "off" not in row.label else row for row in LINES]  # fmt: skip
        bill = msgspec.structs.replace(SUMMARY.bill, total=cents, lines=lines, by_day=[])
        place.make(msgspec.structs.replace(SUMMARY, bill=bill), CLOSED + timedelta(days=later))
        place.post(CLOSED + timedelta(days=later))
    first, second = (taken for _, taken in server.letters)
    assert second["Subject"] == "December, corrected: $342.03"
    assert second["Message-ID"] != first["Message-ID"]
    text = " ".join(second.get_body(("plain",)).get_content().split())
    assert "WHAT THIS VERSION CORRECTS Energy, peak: $86.98 → $88.84" in text
    rows = place.sent.deliveries(BILL, "maple")
    assert [(row.key.version, row.total) for row in rows] == [(1, "340.17"), (3, "342.03")]


def test_who_stopped_gets_no_more_until_they_resume(place, server):
    person = place.meet()
    place.make()
    place.sent.stop("bill", "maple", person.recipient, at=CLOSED)
    assert place.post(CLOSED) == []
    place.sent.resume("bill", "maple", person.recipient)
    assert len(place.post(CLOSED)) == 1


def test_without_a_public_address_the_letter_says_whom_to_write_to(place, server):
    dashboard = msgspec.structs.replace(place.config.settings.dashboard, public_url="")
    settings = msgspec.structs.replace(place.config.settings, dashboard=dashboard)
    place.config = msgspec.structs.replace(place.config, settings=settings)
    place.meet()
    place.make()
    place.post(CLOSED)
    ((_, taken),) = server.letters
    assert taken["List-Unsubscribe"].strip() == "<mailto:home@example.org?subject=stop%20maple>"
    assert taken["List-Unsubscribe-Post"] is None
    text = " ".join(taken.get_body(("plain",)).get_content().split())
    assert "To stop these e-mails, write to home@example.org." in text
    assert "https:" not in text


def test_a_home_speaks_its_own_language(place, server):
    place.home = msgspec.structs.replace(HOME, language="de")
    place.meet()
    place.make()
    place.post(CLOSED)
    ((_, taken),) = server.letters
    assert taken["Subject"] == "Dezember: 340,17\u00a0$"
    text = taken.get_body(("plain",)).get_content()
    assert "WOHIN ES GING" in text
    assert "THE LINES" not in text
    assert 'lang="de"' in taken.get_body(("html",)).get_content()


def test_equality_with_the_utility_is_said_after_reconciliation_only():
    with reading(Reader()):
        before, after = render(SUMMARY, HOME), render(reconciled(), HOME)
    assert "utility’s bill." not in before.text.partition("EACH DAY")[0]
    assert "The same to the cent as your utility’s bill." in " ".join(after.text.split())
    assert after.subject == "December: $340.17, the same as the utility"


def test_a_name_cannot_put_a_line_into_the_head():
    home = msgspec.structs.replace(HOME, name="x\r\nBcc: evil@example.org")
    mail = MailSettings(host="localhost", sender="home@example.org", sender_name="x\r\nBcc: evil@example.org")
    key = Key(BILL, "maple", *CYCLE, "bob@example.org", 1)
    with pytest.raises(ValueError, match=r"(?i)invalid|newline|header"):
        letter(render(SUMMARY, home), key, mail, at=ISSUED)
    kind = msgspec.structs.replace(mail, sender_name="Home")
    assert "Bcc" not in letter(render(SUMMARY, home), key, kind, at=ISSUED)


def test_a_statement_whose_files_are_gone_is_sent_to_nobody(place):
    place.meet()
    path = place.make()
    path.with_suffix(".json").unlink()
    assert made(place.config, place.state, "maple") == []
    assert owed(place.config, HOME, place.state, place.sent, CLOSED) == []
    assert asked_for(place.config, HOME, place.state, place.sent, CLOSED) == []


def test_letters_are_written_when_they_are_sent_and_not_before(place):
    place.meet()
    place.make()
    found = owed(place.config, HOME, place.state, place.sent, CLOSED)
    (one,) = letters(place.config, HOME, found, place.sent, now=CLOSED)
    assert one.total == "340.17"
    assert one.write()["Subject"] == "December: $340.17"

"""A home's weekly letter: made once, sent once to each, never late, and stopped without stopping the statements."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli import options
from cli.main import app
from dashboard.app import create_app
from heatledger.config import load
from heatledger.mail_settings import DigestSettings, Weekday
from heatledger.store.sent import Sent
from reports.letter import message_id
from reports.sending import make_and_send
from reports.weekly import kept
from reports.weeks import due_end, lacks, newest_end, week_path
from tests.dashboard.asgi import Client
from tests.reports.mail_server import LOUD, PASSWORD

pytestmark = [pytest.mark.server, pytest.mark.enable_socket, *LOUD]
CHICAGO = ZoneInfo("America/Chicago")
MONDAY = datetime(2026, 11, 9, 13, 0, tzinfo=UTC)  # 7 am in Chicago
WEEK = (date(2026, 11, 2), date(2026, 11, 9))
ENTERED = datetime(2026, 10, 1, tzinfo=UTC)
SETTINGS = """
[dashboard]
public_url = "https://home.example.org/"
[mail]
host = "localhost"
port = {port}
user = "ann"
sender = "home@example.org"
ca_file = "{pem}"
[reports]
to = ["ann@example.org", "bob@example.org"]
[reports.digest]
on = true
"""
ENVIRON = {"HEATLEDGER_MAIL_PASSWORD": PASSWORD}


@pytest.fixture
def place(data, use, server, pem):
    """A home whose main meter counted 0.05 kWh in each five minutes of October and November."""
    (data / "config" / "settings.toml").write_text(SETTINGS.format(port=server.port, pem=pem[0]), encoding="utf-8")

    class Place:
        config = load(data_dir=data, environ={})
        home = config.homes["maple"]

        def digest(self, **changes):
            report = self.config.settings.reports
            report = msgspec.structs.replace(report, digest=msgspec.structs.replace(report.digest, **changes))
            settings = msgspec.structs.replace(self.config.settings, reports=report)
            self.config = msgspec.structs.replace(self.config, settings=settings)

        def post(self, at, **asked):
            return make_and_send(self.config, self.home, environ=ENVIRON, now=at, **asked)[1]

        def lacks(self, at):
            with closing(Sent(self.config.sent_path)) as sent:
                return lacks(self.config, self.home, sent, at)

        def meet(self, *kinds, people=("ann@example.org", "bob@example.org"), at=ENTERED):
            with closing(Sent(self.config.sent_path)) as sent:
                return [sent.meet(kind, "maple", address, at=at) for kind in kinds for address in people]

    for month in (10, 11):
        use(Place.config, date(2026, month, 1))
    return Place()


def digests(outcomes):
    return [row for row in outcomes if row.key.kind == "digest"]


def test_each_gets_the_week_once_with_its_figures_and_its_own_way_to_stop(place, server):
    ann, _ = place.meet("digest")
    assert place.lacks(MONDAY)
    early = MONDAY - timedelta(minutes=1)  # 6:59
    assert not place.lacks(early)
    assert digests(place.post(early)) == []
    assert [row.state for row in digests(place.post(MONDAY))] == ["accepted", "accepted"]
    assert not place.lacks(MONDAY)
    for hours in (0, 1, 24, 48):
        assert digests(place.post(MONDAY + timedelta(hours=hours))) == []
    letters = [taken for _, taken in server.letters if taken["Subject"].startswith("Week")]
    assert [to for to, taken in server.letters if taken in letters] == ["ann@example.org", "bob@example.org"]
    taken = letters[0]
    # 7 days of 288 × 0.05 kWh = 100.8 kWh at 14.18 ¢ = $14.293, 7 × $0.4931 = $3.452: $17.745 of November's bill. The
    # week before has an hour more, as clocks went back: 101.4 kWh, $17.830
    assert taken["Subject"] == "Week to Nov 8: $17.75"
    assert taken["Message-ID"] == message_id(digests(place_ledger(place))[0].key, "home@example.org")
    stop = f"https://home.example.org/stop/{ann.token}"
    assert taken["List-Unsubscribe"].strip() == f"<{stop}>, <mailto:home@example.org?subject=stop%20digest%20maple>"
    assert taken["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [part.get_content_type() for part in taken.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    text = " ".join(taken.get_body(("plain",)).get_content().split())
    assert "Living room $5.72 $5.75" in text
    assert "Total $17.75 $17.83" in text
    assert "$0.08 less than the week before." in text
    assert "outdoor_temperature in the home file names its sensor" in text
    assert "https://home.example.org/bill?home=maple&from=2026-11-02&through=2026-11-08" in text
    assert "$17.75" in taken.get_body(("html",)).get_content()


def place_ledger(place):
    with closing(Sent(place.config.sent_path)) as sent:
        return sent.deliveries("digest", "maple")


def test_after_an_outage_it_is_caught_up_but_never_older_than_so_many_days(place):
    place.meet("digest")
    wednesday, thursday = MONDAY + timedelta(days=2), MONDAY + timedelta(days=3)
    assert not place.lacks(thursday)
    assert digests(place.post(thursday)) == []
    assert place.lacks(wednesday)
    assert len(digests(place.post(wednesday))) == 2


def test_what_is_tried_again_says_the_same_and_is_given_up_when_it_is_old(place, server):
    place.meet("digest")
    server.answer = lambda address: "451 4.3.0 later" if address.startswith("ann") else "250 OK"
    assert [row.state for row in digests(place.post(MONDAY))] == ["waiting", "accepted"]
    week = kept(week_path(place.config, place.home, WEEK[1]))
    later = MONDAY + timedelta(hours=7)
    assert digests(place.post(later))[0].state == "waiting"
    assert kept(week_path(place.config, place.home, WEEK[1])) == week
    server.answer = lambda _: "250 OK"
    assert digests(place.post(MONDAY + timedelta(days=4))) == []
    assert digests(place.post(MONDAY + timedelta(days=2)))[0].state == "accepted"


def test_a_bounced_recipient_keeps_nobody_waiting(place, server):
    place.meet("digest")
    server.answer = lambda address: "550 5.1.1 no such mailbox" if address.startswith("ann") else "250 OK"
    assert [row.state for row in digests(place.post(MONDAY))] == ["refused", "accepted"]
    assert digests(place.post(MONDAY + timedelta(days=1))) == []


def test_who_stops_the_week_goes_on_getting_statements_and_the_other_way_round(place):
    ann, bob = place.meet("digest")
    place.meet("bill")
    client = Client(create_app(place.config).server, address="192.0.2.20", host="home.example:8050")
    asked = client.get(f"/stop/{ann.token}")
    assert "ann@example.org will get no more weekly letters of this home; its statements go on." in asked.text
    assert "ann@example.org gets no more weekly letters" in client.post(f"/stop/{ann.token}").text
    with closing(Sent(place.config.sent_path)) as sent:
        sent.stop("bill", "maple", bob.recipient, at=MONDAY)
        assert sent.meet("bill", "maple", ann.recipient, at=MONDAY).stopped_at is None
    assert [row.key.recipient for row in digests(place.post(MONDAY))] == ["bob@example.org"]


def test_a_changed_weekday_tells_of_no_day_twice(place):
    place.meet("digest")
    assert len(digests(place.post(MONDAY))) == 2
    place.digest(weekday="thursday")
    assert digests(place.post(MONDAY + timedelta(days=3))) == []
    assert {row.key.end for row in digests(place.post(MONDAY + timedelta(days=10)))} == {date(2026, 11, 19)}


def test_who_is_entered_gets_the_next_week_and_the_newest_at_once_where_it_is_asked_for(place):
    place.meet("digest", at=MONDAY)
    assert digests(place.post(MONDAY)) == []
    assert len(digests(place.post(MONDAY + timedelta(days=1), asked="digest"))) == 2
    assert digests(place.post(MONDAY + timedelta(days=1), asked="digest")) == []


def test_it_is_off_unless_asked_for_and_goes_to_whom_it_names(place):
    assert not DigestSettings().on
    place.digest(on=False)
    assert not place.lacks(MONDAY)
    place.digest(on=True, to=("Carol@example.org", "carol@example.org"))
    place.meet("digest", people=("carol@example.org",))
    assert [row.key.recipient for row in digests(place.post(MONDAY))] == ["carol@example.org"]


def test_a_week_of_which_nothing_was_heard_says_so_and_invents_nothing(place, server):
    place.meet("digest")
    silent = MONDAY + timedelta(days=35)
    assert len(digests(place.post(silent))) == 2
    (taken,) = (taken for to, taken in server.letters if to == "ann@example.org" and "not known" in taken["Subject"])
    text = taken.get_body(("plain",)).get_content()
    said = " ".join(text.split())
    assert "Nothing was heard in this period." in said
    assert "$0.00" not in said


def test_the_command_prints_sends_and_stops_it(place, server, monkeypatch, data):
    monkeypatch.setattr(options, "utc_now", lambda: MONDAY)
    monkeypatch.setattr("cli.reports.utc_now", lambda: MONDAY)
    for name, value in {"HEATLEDGER_DATA": str(data), **ENVIRON}.items():
        monkeypatch.setenv(name, value)
    run = CliRunner().invoke
    printed = run(app, ["report", "--digest", "--html", str(data / "week.html")])
    assert "Your week: $17.75" in printed.output
    assert "$17.75" in (data / "week.html").read_text(encoding="utf-8")
    assert server.letters == []
    assert "leave --month, --pdf, --csv and one out" in str(
        run(app, ["report", "--digest", "--month", "2026-10"]).exception
    )
    test = run(app, ["report", "--digest", "--send-test", "--to", "eve@example.org"])
    assert "eve@example.org: taken by" in test.output
    assert server.letters[0][1]["Subject"] == "Week to Nov 8: $17.75"
    assert place_ledger(place) == []  # a test is not noted
    assert "ann@example.org: taken by" in run(app, ["report", "--digest", "--send"]).output
    assert "everybody has the newest one" in run(app, ["report", "--digest", "--send"]).output
    assert "digest  2026-11-02  v1  ann@example.org  accepted" in run(app, ["report", "--sent"]).output
    stopped = run(app, ["report", "--digest", "--stop", "bob@example.org"])
    assert "bob@example.org gets no more weekly letters of maple" in stopped.output
    with closing(Sent(place.config.sent_path)) as sent:
        assert sent.meet("bill", "maple", "bob@example.org", at=MONDAY).stopped_at is None


def test_a_ledger_of_an_earlier_program_keeps_who_gets_statements_and_their_links(tmp_path):
    path = tmp_path / "sent.db"
    Sent(path).close()
    with closing(sqlite3.connect(path)) as file:  # as the first program wrote it
        file.executescript("""
            DROP TABLE subscription;
            CREATE TABLE subscriber (home TEXT NOT NULL, recipient TEXT NOT NULL, token TEXT NOT NULL UNIQUE,
                since TEXT NOT NULL, stopped_at TEXT, PRIMARY KEY (home, recipient)) WITHOUT ROWID;
            INSERT INTO subscriber VALUES ('maple', 'ann@example.org', 'secret', '2025-11-02T18:00:00+00:00', NULL);
            UPDATE meta SET value = '1' WHERE key = 'version';
        """)
    with closing(Sent(path)) as sent:
        known = sent.known("secret")
        assert (known.kind, known.home, known.recipient) == ("bill", "maple", "ann@example.org")
        assert sent.meet("digest", "maple", "ann@example.org", at=MONDAY).token != "secret"


ZONES = sorted(available_timezones())
MOMENTS = st.integers(1_700_000_000, 1_950_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))


@given(st.sampled_from(Weekday.__args__), st.sampled_from(ZONES), MOMENTS, st.integers(1, 7), st.integers(0, 23))
def test_every_moment_has_one_newest_week_and_its_letter_leaves_on_its_days_only(weekday, zone, now, days, hour):
    zone = ZoneInfo(zone)
    local = now.astimezone(zone)
    end = newest_end(weekday, zone, now)
    assert end.strftime("%A").lower() == weekday
    assert timedelta(0) <= local.date() - end < timedelta(days=7)
    may = local.hour >= hour and (local.date() - end).days < days
    assert due_end(weekday, days, hour, zone, now) == (end if may else None)

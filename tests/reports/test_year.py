"""A year of billing cycles by the clock: each statement once, across clock changes, leap day and short months."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
import time_machine

from heatledger.config import load
from heatledger.home import Cycle
from heatledger.mail_settings import MailSettings
from heatledger.store.sent import Sent
from heatledger.store.state import State
from reports.due import last_over, owed
from reports.letter import Body, letter
from reports.post import Letter, alone, deliver
from reports.smtp import Postbox
from tests.reports.mail_server import Server
from tests.statement.december import HOME

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]
FIRST = datetime(2027, 12, 20, tzinfo=UTC)  # 2028 has a leap day
READ = tuple(date(2027 + month // 12, month % 12 + 1, 28 + month % 3) for month in range(10, 26) if month % 12 != 1)
CYCLES = [
    pytest.param(Cycle(day=29), "America/Chicago", id="the 29th"),
    pytest.param(Cycle(day=31), "Europe/Berlin", id="the 31st, or the last"),
    pytest.param(Cycle(calendar=True), "Pacific/Auckland", id="the calendar month, a day ahead"),
    pytest.param(Cycle(read_dates=READ), "America/Chicago", id="meter readings on the 28th to 30th"),
]


@pytest.mark.parametrize(("cycle", "timezone"), CYCLES)
def test_every_cycle_of_a_year_is_owed_once_and_at_its_hour(tmp_path, cycle, timezone):
    home = msgspec.structs.replace(HOME, cycle=cycle, timezone=timezone)
    (tmp_path / "config").mkdir()
    with Server(None, security="none", auth=False) as server:
        (tmp_path / "config" / "settings.toml").write_text(
            f'[mail]\nhost = "localhost"\nport = {server.port}\nsecurity = "none"\nsender = "home@example.org"\n'
            '[reports]\nto = ["bob@example.org"]\n',
            encoding="utf-8",
        )
        config = load(data_dir=tmp_path, environ={})
        with closing(State(config.state_path)) as state, closing(Sent(config.sent_path)) as sent:
            sent.meet("bill", home.id, "bob@example.org", at=FIRST)
            left = _year(config, home, state, sent)
    starts = [key.start for key, _ in left]
    ends = [key.end for key, _ in left]
    assert len(left) == len(set(starts)) == len(server.letters)
    assert starts[1:] == ends[:-1]  # no cycle is left out
    assert len(left) in (12, 13, 14)
    assert any(start <= date(2028, 2, 29) < end for start, end in zip(starts, ends, strict=True))
    for key, at in left:
        local = at.astimezone(ZoneInfo(timezone))
        assert local.hour >= 7
        assert timedelta(0) <= local.date() - (key.end + timedelta(days=1)) <= timedelta(days=1)


def _year(config, home, state, sent):
    """Ask about twice a day where cycles end and else every third day, the clock set back a day once a month."""
    found, box, at = [], Postbox(config.settings.mail, None), FIRST
    while at < FIRST + timedelta(days=380):
        clocks = [at, at - timedelta(days=1)] if at.day == 2 else [at]
        for clock in clocks:
            with time_machine.travel(clock, tick=False), alone(config.data_dir / "sent.lock"):
                found += _ask(config, home, state, sent, box, datetime.now(UTC))
        at += timedelta(hours=13) if at.day <= 4 or at.day >= 26 else timedelta(days=2, hours=13)
    box.close()
    return found


def _ask(config, home, state, sent, box, now):
    cycle = last_over(home, now)
    known = {(row.start, row.end) for row in state.reports(home.id)}
    if (cycle.start, cycle.end) not in known:  # what closing and publishing do, without their arithmetic
        path = config.data_dir / "reports" / f"{home.id}-{cycle.start}-v1.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text('{"bill": {"total": "340.17"}}', encoding="utf-8")
        state.add_report(home.id, cycle.start, cycle.end, made_at=now, path=path.with_suffix(".txt").name)
    mail, body = MailSettings(host="localhost", sender="home@example.org"), Body("A bill", "text\n", "<p>text</p>", {})
    letters = [
        Letter(row.key, row.statement.total, lambda key=row.key: letter(body, key, mail, at=now))
        for row in owed(config, home, state, sent, now)
    ]
    return [(made.key, now) for made in deliver(letters, sent, box, now=lambda: now) if made.state == "accepted"]

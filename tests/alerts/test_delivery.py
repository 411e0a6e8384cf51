"""Messages on their way: a real web server takes them once; a channel that fails is tried again and holds none back."""

import datetime as dt
import threading
from contextlib import closing

import msgspec
import pytest

from heatledger.alerts.table import AlertSettings, Rules
from heatledger.config import Config
from heatledger.settings import DashboardSettings, Settings
from heatledger.store.alerts import CLAIMED, WORTH
from heatledger.store.state import State
from reports.alerts import AGAIN, take_in, tell
from reports.channels import ChannelError, address, send
from tests.alerts.house import HOME, NOW, full, quiet_for, seen
from tests.conftest import free_port

MINUTES = dt.timedelta(minutes=5)
NIGHT = dt.datetime(2026, 1, 15, 5, 0, tzinfo=dt.UTC)  # 11 pm in Chicago
MORNING = dt.datetime(2026, 1, 15, 13, 0, tzinfo=dt.UTC)  # 7 am


def config(tmp_path, *channels, **rules):
    table = msgspec.convert(rules, Rules)
    alerts = AlertSettings(channels=channels, rules=table)
    return Config(
        data_dir=tmp_path,
        settings=Settings(alerts=alerts, dashboard=DashboardSettings(public_url="http://192.0.2.10:8050/")),
        homes={"maple": HOME},
        tariffs={},
        devices=(),
    )


@pytest.fixture
def state(tmp_path):
    with closing(State(tmp_path / "state.db")) as state:
        yield state


class Channels:
    """Channels that take a message, or do not."""

    def __init__(self, *, away=()):
        self.away, self.took = set(away), []

    def __call__(self, channel, title, body):
        if channel in self.away:
            raise ChannelError(f"channel {channel}: away")
        self.took.append((channel, title, body))


def run(config, state, channels, observed):
    take_in(config, state, [observed], now=observed.now)
    return tell(config, state, channels, now=observed.now)


@pytest.mark.server
def test_a_webhook_takes_one_message_with_figures_and_a_link(tmp_path, state, webhook):
    set_up = config(tmp_path, "hook")
    where = f"json://127.0.0.1:{webhook.server_port}/alert"

    def to_hook(channel, title, body):
        send(channel, where, title, body)

    for number in range(4):
        run(set_up, state, to_hook, seen(NOW + number * MINUTES, disk=full(0.93)))
    ((path, said),) = webhook.got
    assert path == "/alert"
    assert said["title"] == "Maple Street 14: The disk is nearly full"
    assert "is 93% full: 4.5 of 64 GB are free" in said["message"]
    assert "Noticed on Wed Jan 14, 12:00.\nhttp://192.0.2.10:8050/devices" in said["message"]


@pytest.mark.server
@pytest.mark.parametrize(
    ("where", "says"),
    [
        (
            "json://127.0.0.1:{port}/broken",
            "channel hook: Failed to send JSON POST notification: Internal server error, error=500; it is tried",
        ),
        ("json://127.0.0.1:{closed}/x", "channel hook: A Connection error occurred"),
        ("carrier-pigeon://loft", "channel hook: its address is not understood; compare docs/alerts.md"),
        ("tgram://no-token-here", "channel hook: its address is not understood; compare docs/alerts.md"),
    ],
)
def test_what_goes_wrong_is_one_line(webhook, where, says):
    with pytest.raises(ChannelError) as refused:
        send("hook", where.format(port=webhook.server_port, closed=free_port()), "Title", "Body")
    assert str(refused.value).startswith(says)
    assert "\n" not in str(refused.value)


@pytest.mark.server
def test_no_part_of_an_address_that_may_be_a_secret_stands_in_a_message(webhook):
    with pytest.raises(ChannelError) as refused:
        send("hook", f"json://user:s3cretWord@127.0.0.1:{webhook.server_port}/broken?x=t0kenOfMine", "T", "B")
    assert "s3cretWord" not in str(refused.value)
    assert "t0kenOfMine" not in str(refused.value)


def test_an_address_comes_from_a_file_or_the_environment_only(tmp_path):
    with pytest.raises(ChannelError, match=r"no address; write it into .*secrets/alert_phone"):
        address("phone", tmp_path, {})
    file = tmp_path / "secrets" / "alert_phone"
    file.parent.mkdir()
    file.write_text("ntfys://ntfy.example.org/attic\n")
    assert address("phone", tmp_path, {}) == "ntfys://ntfy.example.org/attic"
    assert address("phone", tmp_path, {"HEATLEDGER_ALERT_PHONE": "json://hook"}) == "json://hook"
    other = tmp_path / "other"
    other.write_text("json://there")
    assert address("phone", tmp_path, {"HEATLEDGER_ALERT_PHONE_FILE": str(other)}) == "json://there"
    file.write_text("")
    with pytest.raises(ChannelError, match="is empty"):
        address("phone", tmp_path, {})


def test_a_channel_that_fails_is_tried_again_and_holds_no_other_back(tmp_path, state):
    set_up, channels = config(tmp_path, "mail", "phone"), Channels(away=["mail"])
    said = run(set_up, state, channels, seen(NOW, disk=full(0.93)))
    assert [channel for channel, *_ in channels.took] == ["phone"]
    assert "maple: The disk is nearly full: not sent: channel mail: away" in said
    for number in range(12):
        run(set_up, state, channels, seen(NOW + number * MINUTES, disk=full(0.93)))
    assert [channel for channel, *_ in channels.took] == ["phone"]
    (row,) = state.alerts.all()
    tries = {told.channel: (told.tries, told.error) for told in row.told}
    assert tries["mail"][0] == 4, f"at once, then after {AGAIN[0]}, {AGAIN[1]}, {AGAIN[2]} within the hour"
    assert tries["mail"][1] == "channel mail: away"
    channels.away.clear()
    run(set_up, state, channels, seen(NOW + dt.timedelta(hours=2), disk=full(0.93)))
    assert sorted(channel for channel, *_ in channels.took) == ["mail", "phone"]
    run(set_up, state, channels, seen(NOW + dt.timedelta(hours=9), disk=full(0.93)))
    assert len(channels.took) == 2


def test_a_channel_that_hangs_holds_no_other_back(tmp_path, state):
    set_up, gone, phone = config(tmp_path, "mail", "phone"), threading.Event(), threading.Event()

    def hangs(channel, _title, _body):
        if channel == "mail":
            assert phone.wait(60), "the phone was not told while mail hung"
            gone.set()
        phone.set()

    run(set_up, state, hangs, seen(NOW, disk=full(0.93)))
    assert gone.is_set()


def test_a_rule_may_name_its_channels(tmp_path, state):
    rule = {"threshold": 90, "hysteresis": 3, "quiet": "", "channels": ["phone"]}
    channels = Channels()
    run(config(tmp_path, "mail", "phone", disk=rule), state, channels, seen(NOW, disk=full(0.93)))
    assert [channel for channel, *_ in channels.took] == ["phone"]


def test_in_quiet_hours_a_message_is_held_and_sent_after_also_when_it_is_over_by_then(tmp_path, state):
    set_up, channels = config(tmp_path, "phone"), Channels()
    course = [0, 30, 61, 90, 5, 10, 15, 20, 25, 0, 0, 0]
    for number, quiet in enumerate(course):
        run(set_up, state, channels, seen(NIGHT + 4 * number * MINUTES, devices=quiet_for(quiet)))
    assert channels.took == []
    run(set_up, state, channels, seen(MORNING, devices=quiet_for(0)))
    run(set_up, state, channels, seen(MORNING + MINUTES, devices=quiet_for(0)))
    ((_, title, body),) = channels.took
    assert title == "Maple Street 14: attic/plug is not heard any more"
    assert "Noticed on Wed Jan 14, 23:40. It was over on Thu Jan 15, 01:20." in body


def test_two_processes_at_once_send_one_message(tmp_path):
    set_up, channels, ready = config(tmp_path, "phone"), Channels(), threading.Barrier(8)
    State(tmp_path / "state.db").close()

    def process():
        with closing(State(tmp_path / "state.db")) as own:
            for number in range(5):
                ready.wait()
                run(set_up, own, channels, seen(NOW + number * MINUTES, disk=full(0.93)))

    threads = [threading.Thread(target=process) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(channels.took) == 1
    with closing(State(tmp_path / "state.db")) as own:
        assert len(own.alerts.all()) == 1


def test_who_dies_between_sending_and_noting_it_leaves_the_message_to_the_next(tmp_path, state):
    set_up, channels = config(tmp_path, "phone"), Channels()

    def dies(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(set_up, state, dies, seen(NOW, disk=full(0.93)))
    run(set_up, state, channels, seen(NOW + MINUTES, disk=full(0.93)))
    assert channels.took == [], "it still belongs to the one that may be at it"
    run(set_up, state, channels, seen(NOW + CLAIMED + MINUTES, disk=full(0.93)))
    run(set_up, state, channels, seen(NOW + 2 * CLAIMED + MINUTES, disk=full(0.93)))
    assert len(channels.took) == 1


def test_what_no_channel_took_for_three_days_is_given_up(tmp_path, state):
    set_up, channels = config(tmp_path, "phone"), Channels(away=["phone"])
    run(set_up, state, channels, seen(NOW, disk=full(0.93)))
    channels.away.clear()
    assert run(set_up, state, channels, seen(NOW + WORTH, disk=full(0.93))) == []


def test_episodes_of_a_home_that_is_no_longer_described_are_over(tmp_path, state):
    set_up = config(tmp_path)
    run(set_up, state, Channels(), seen(NOW, disk=full(0.93)))
    take_in(msgspec.structs.replace(set_up, homes={}), state, [], now=NOW + MINUTES)
    (row,) = state.alerts.all()
    assert row.episode.closed_at == NOW + MINUTES


def test_a_home_is_told_in_its_own_language(tmp_path, state):
    set_up, channels = config(tmp_path, "phone"), Channels()
    german = msgspec.structs.replace(HOME, language="de")
    set_up = msgspec.structs.replace(set_up, homes={"maple": german})
    run(set_up, state, channels, seen(NOW, disk=full(0.93))._replace(home=german))
    ((_, title, body),) = channels.took
    assert title == "Maple Street 14: Der Datenträger ist fast voll"
    assert "4,5 von 64 GB sind frei" in body
    assert "Bemerkt am" in body

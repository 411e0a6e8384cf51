import asyncio
import json
from itertools import pairwise

import pytest

from dashboard import push
from dashboard.components import Prop
from dashboard.feed import Feed
from dashboard.push import Outbox
from tests.dashboard.house import key, latest
from tests.dashboard.scene import live_messages


def test_full_state_first_then_only_changes():
    outbox = Outbox()
    assert outbox.due({Prop("a", "children"): "1", Prop("b", "style"): {}}, 0.0) == (
        {"a": {"children": "1"}, "b": {"style": {}}},
        None,
    )
    assert outbox.due({Prop("a", "children"): "1", Prop("b", "style"): {}}, 1.0) == ({}, None)
    assert outbox.due({Prop("a", "children"): "2", Prop("b", "style"): {}}, 2.0) == ({"a": {"children": "2"}}, None)


def test_an_element_is_sent_four_times_a_second_in_the_long_run_and_its_last_value_always():
    outbox, sent, at_s = Outbox(), [], 0.0
    for number in range(1000):
        at_s = number * 0.01
        ready, _ = outbox.due({Prop("a", "children"): str(number)}, at_s)
        sent += [(at_s, values["children"]) for values in ready.values()]
    assert [number for _, number in sent[: push.AT_ONCE]] == ["0", "1", "2"]
    assert len(sent) == pytest.approx(4 * 10 + push.AT_ONCE, abs=1)
    assert all(later - earlier >= push.GAP_S - 1e-9 for (earlier, _), (later, _) in pairwise(sent[push.AT_ONCE :]))
    _, later_s = outbox.due({Prop("a", "children"): "last"}, at_s)
    assert at_s < later_s <= at_s + push.GAP_S
    assert outbox.due({Prop("a", "children"): "last"}, later_s)[0] == {"a": {"children": "last"}}


def test_a_neighbours_cent_does_not_hold_back_an_elements_own_change():
    outbox = Outbox()
    for at_s, words in ((0.0, "$0.32"), (0.9, "$0.33"), (1.0, "$0.38")):
        assert outbox.due({Prop("a", "children"): words}, at_s) == ({"a": {"children": words}}, None)


def test_one_busy_element_does_not_hold_back_another():
    outbox = Outbox()
    for number in range(push.AT_ONCE):
        outbox.due({Prop("a", "children"): str(number)}, 0.0)
    ready, later_s = outbox.due({Prop("a", "children"): "last", Prop("b", "children"): "1"}, 0.1)
    assert (ready, later_s) == ({"b": {"children": "1"}}, 0.25)


class _Browser:
    """Answers what page it shows, then is gone."""

    def __init__(self, *pages):
        self.pages = list(pages)

    async def get_prop(self, _component, _prop, timeout=30.0):
        if not self.pages:
            raise TimeoutError
        return self.pages.pop(0)


def test_nothing_is_sent_before_the_page_stands_and_the_stream_ends_with_the_browser(monkeypatch):
    sent: list[tuple[str, dict]] = []
    monkeypatch.setattr(push, "set_props", lambda name, values: sent.append((name, values)))
    monkeypatch.setattr(push, "_ASK_S", 0.2)
    monkeypatch.setattr(push, "BEAT_S", 0.05)
    pages = {"now": lambda: {Prop("now-cost", "children"): "$1.09"}}
    asyncio.run(push.stream(_Browser(None, None, "now", "now"), Feed("mqtt://127.0.0.1"), pages, paces={}))
    assert sent[0] == ("now-cost", {"children": "$1.09"})
    assert [name for name, _ in sent].count("now-cost") == 1
    assert [name for name, _ in sent].count("now-beat") >= 1


class _Slow(_Browser):
    """Answers only when it has drawn what it was sent, which takes a while; then is gone."""

    async def get_prop(self, component, prop, timeout=30.0):
        await asyncio.sleep(0.3)
        return await super().get_prop(component, prop, timeout)


def test_a_browser_that_is_slow_is_sent_no_more_than_it_can_draw(monkeypatch):
    sent: list[str] = []
    monkeypatch.setattr(push, "set_props", lambda name, values: sent.append(name))
    monkeypatch.setattr(push, "_ASK_S", 0.0)
    number = iter(range(1_000_000))
    pages = {"now": lambda: {Prop(f"now-{next(number)}", "children"): "1"}}
    feed = Feed("mqtt://127.0.0.1")

    async def busy():
        streaming = asyncio.create_task(push.stream(_Slow("now", "now", "now"), feed, pages, paces={}))
        while not streaming.done():
            feed.ring()
            await asyncio.sleep(0.001)

    asyncio.run(busy())
    assert sum(name not in ("now-beat", push.REFUSED) for name in sent) == 3  # one an answer, however often it rang


def test_a_message_is_heard_and_rings():
    async def heard() -> bool:
        with feed.bell() as bell:
            for topic, payload in live_messages(latest()).items():
                feed.hear(topic, payload)
            await asyncio.wait_for(bell.wait(), 1)
            return bell.is_set()

    feed = Feed("mqtt://127.0.0.1")
    assert asyncio.run(heard())
    assert feed.latest()[key("plug1", "power")].value == 963.5


@pytest.mark.parametrize("payload", [b"\xff\xfe", b"{", b"[]", b'{"home":1}', b'"' + b"x" * 100_000, b"nan"])
@pytest.mark.parametrize(
    "topic", ["heatledger/maple/live/tasmota/plug1", "heatledger/ingest", "heatledger/maple/intervals"]
)
def test_nonsense_is_left_aside(topic, payload):
    feed = Feed("mqtt://127.0.0.1")
    feed.hear(topic, payload)
    assert feed.latest() == {}


def test_ingest_says_whether_it_is_there():
    feed = Feed("mqtt://127.0.0.1")
    for said, online in (
        (b'{"online": true}', True),
        (json.dumps({"online": False}).encode(), False),
    ):
        feed.hear("heatledger/ingest", said)
        assert feed.ingest_online is online

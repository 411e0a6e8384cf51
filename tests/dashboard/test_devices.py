"""The page of devices as a component tree, in its states."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.devices_answer import answer
from dashboard.devices_strip import Stretch, Strip
from dashboard.pages import devices
from heatledger.hearing import LiveValue
from heatledger.readings import Flag, SeriesKey
from tests.dashboard.devices_house import BARE, row_of, said, shown, topic, words
from tests.dashboard.house import AT_US, key, latest, spoken

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "\u202egnp.exe\u200f",
    "\x00\x1b[2J\r\n",
    "x" * 10_000,
    "\ud800",
    "{a}+#",
    "",
)


def test_everything_is_heard():
    made = shown()
    assert answer(made) == ("Everything is heard.", "The bill is right: the main meter is heard.")
    assert said(made, "devices-live") == "Live"
    assert (said(made, "devices-heard"), said(made, "devices-stored")) == ("218,406", "1,102,930")
    assert said(made, "devices-heard-aside") == "since 12:00 am"
    assert said(made, "topics-empty") == "Everything heard is understood."
    assert not any(row.source.silent for row in made.rows)


def test_silent_devices_come_first_and_the_bill_is_still_right():
    made = shown(latest(desk_temp=spoken(16.1, ago_s=2040), desk_action=spoken("idle", ago_s=2040)))
    assert answer(made) == (
        "One of 8 devices is silent.",
        "Desk since 6:08 pm. The bill is still right: the main meter is heard.",
    )
    assert made.rows[0].name == "Desk"
    row = row_of(made, "Desk")
    assert said(made, f"{row.id}-age") == "34 min"
    assert said(made, f"{row.id}-usual") == " / 10 s"
    assert said(made, f"{row.id}-issue").split() == ["silent"]
    assert devices.render(made)[row.id].className == "row silent"


def test_a_silent_main_meter_hurts_the_bill():
    made = shown(latest(main_a=spoken(1500.0, ago_s=2040), main_b=spoken(1.0, ago_s=2040)))
    assert answer(made).rest == "em since 6:08 pm. The bill is hurt: Main meter is not heard."


def test_who_is_silent_is_named_the_latest_first_and_the_rest_counted():
    values = latest()
    gone = {where: spoken(1.0, ago_s=600 + 60 * number) for number, where in enumerate(values)}
    rest = answer(shown(gone)).rest
    assert rest.startswith("em since 6:32 pm, plug1 since")
    assert "and 6 more." in rest
    assert answer(shown(gone)).strong == "All 8 devices are silent."


def test_what_the_home_file_names_and_nobody_heard_is_said():
    made = shown({where: value for where, value in latest().items() if where.device != "pm1"})
    row = row_of(made, "pm1")
    assert (said(made, f"{row.id}-age"), row.place) == ("never", "outdoor unit")
    assert "never heard" in said(made, f"{row.id}-issue")
    assert "pm1 never heard." in answer(made).rest


@pytest.mark.parametrize(
    ("given", "strong", "rest"),
    [
        ({"connected": False}, "The broker is not reached", "since 6:37 pm"),
        ({"said": b'{"online":false}'}, "Ingest is stopped.", "heatledger ingest"),
        ({"values": {}, "home": BARE, "described": False}, "Nothing is heard yet.", "within seconds"),
        ({"values": {}, "home": BARE, "read": False}, "Listening.", "being read"),
        ({"values": {}, "home": BARE, "heard": [topic()]}, "Nothing is understood yet.", "One topic is heard."),
        ({"home": BARE, "described": False}, "Nine devices are heard.", "heatledger discover --write home.toml"),
    ],
)
def test_the_answer_in_each_state(given, strong, rest):
    found = answer(shown(given.pop("values", None), **given))
    assert found.strong == strong
    assert rest in found.rest


def test_while_reading_the_page_is_a_skeleton_and_says_so():
    tree = devices.render(shown({}, home=BARE, read=False, said=b""))
    assert "skeleton" in tree["devices-table"].className
    assert words(tree["topics-empty"]) == "Reading the topics …"
    assert words(tree["devices-heard"]) == "Not known"


def test_nothing_heard_at_all():
    made = shown({}, home=BARE, said=b"")
    assert said(made, "topics-empty") == "No topic is heard yet."
    assert said(made, "devices-empty") == "No device is understood yet."
    assert said(made, "devices-heard-aside") == "ingest has not said yet"


def test_what_waits_for_the_store_is_said_with_its_reason():
    waits = b'{"online":true,"heard":9,"stored":4,"since_us":1,"spool_readings":1203,"trouble":"the disk is full"}'
    made = shown(said=waits)
    assert (said(made, "devices-waiting"), said(made, "devices-waiting-aside")) == ("1,203", "the disk is full")
    assert "attn" in devices.render(made)["devices-waiting"].className


def test_a_store_that_does_not_answer_is_said():
    assert said(shown(trouble="The store is not answering."), "devices-trouble") == "The store is not answering."


def test_many_values_of_one_device_are_folded_and_counted():
    crowd = {SeriesKey("maple", "mbmd", "meter", f"c{number}", "power"): spoken(1.0) for number in range(300)}
    made = shown(crowd, home=BARE)
    (row,) = made.rows
    assert (len(row.values), row.further) == (24, 276)
    assert "297 more" in words(devices.render(made)[row.id])


def test_a_device_the_home_file_does_not_name_may_be_silent_without_harm():
    made = shown(latest(outdoor=spoken(-7.2, ago_s=90_000)))
    assert answer(made).strong == "Everything is heard."
    row = row_of(made, "station")
    assert "chip outline" in str(devices.render(made)[f"{row.id}-issue"])


def test_only_retained_is_of_unknown_age():
    kept = {
        where: msgspec.structs.replace(live, flags=int(Flag.RETAINED))
        for where, live in latest().items()
        if where.device == "trv1"
    }
    made = shown(latest() | kept)
    row = row_of(made, "trv1")
    assert (said(made, f"{row.id}-age"), said(made, f"{row.id}-usual")) == ("not known", "")
    assert "kept by the broker" in said(made, f"{row.id}-issue")


def test_a_device_that_says_so_is_offline():
    made = shown(latest() | {key("plug1", "online"): LiveValue(value=False, time_us=AT_US)})
    assert "says offline" in said(made, f"{row_of(made, 'plug1').id}-issue")


def test_gaps_are_hatched_and_counted():
    gap = Strip(known=Stretch(0.0, 1.0), gaps=(Stretch(0.5, 0.02),), missing_s=2460.0, coverage=0.9715)
    made = shown(strips={("tasmota", "plug1"): gap})
    row = row_of(made, "plug1")
    drawn = devices.render(made)[f"{row.id}-strip"]
    assert [part.className for part in drawn.children] == ["known", "gap"]
    assert drawn.children[1].style == {"left": "50.00%", "width": "2.00%"}
    assert drawn.title == "heard 97.1% of the last 24 hours, 1 gap, 41 min"
    assert (said(made, f"{row.id}-cover"), said(made, f"{row.id}-issue").strip()) == ("97.1%", "1 gap, 41 min")
    assert made.rows[0].name == "plug1"


def test_a_topic_says_its_count_sample_note_guess_and_command():
    made = shown(heard=[topic()])
    (row,) = made.unknowns.rows
    assert said(made, f"{row.id}-count") == "41"
    assert said(made, f"{row.id}-when") == "last just now"
    assert said(made, f"{row.id}-sample") == "218.44"
    assert said(made, f"{row.id}-guess") == "looks like power, W"
    assert said(made, f"{row.id}-note") == "no device file knows this topic"
    assert row.command == "heatledger discover --map shellies/attic/relay/0/power"
    assert "heatledger discover --map shellies" in said(made, row.id)
    assert (said(made, "devices-unread"), said(made, "devices-unread-aside")) == ("41", "on 1 topic")


def test_shown_counts_add_up_to_the_printed_sum():
    made = shown(heard=[topic(f"t/{number}", count=number) for number in range(1, 30)])
    counts = [int(said(made, f"{row.id}-count")) for row in made.unknowns.rows]
    assert sum(counts) == int(said(made, "devices-unread")) == 435


def test_more_topics_than_the_page_lists_are_counted():
    made = shown(heard=[topic(f"t/{number}") for number in range(250)])
    assert len(made.unknowns.rows) == 200
    assert said(made, "topics-further") == "50 more topics: heatledger discover lists all."


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_and_payloads_are_on_one_line_and_escaped(name):
    values = {SeriesKey("maple", "tasmota", name, name, "mode"): spoken(name)}
    made = shown(values, home=BARE, heard=[topic(name, sample=name.encode("utf-8", "replace"), note=name)])
    text = words(devices.render(made))
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert len(text) < 6_000
    assert msgspec.json.encode(devices.render(made)["devices-answer"].children)


@given(st.text(max_size=80), st.binary(max_size=200), st.text(max_size=40))
def test_whatever_is_heard_can_be_shown(name, sample, note):
    made = shown(
        {SeriesKey("maple", "f", name, note, "power"): spoken(1.0)},
        home=BARE,
        heard=[topic(name, sample=sample, note=note)],
    )
    found = devices.props(made)
    texts = [value for prop, value in found.items() if prop.name == "children" and isinstance(value, str)]
    assert all(text.replace("\n", "").isprintable() for text in texts)
    assert all(prop.id.replace("-", "").isalnum() for prop in found)

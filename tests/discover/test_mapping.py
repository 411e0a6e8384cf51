"""A device file made by answers reads back as it was meant, whatever the topic, the payload and the names hold."""

import json
import tomllib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger.devices import DeviceFile
from heatledger.emits import Emit
from heatledger.survey import mapping
from heatledger.survey.mapping import Sample, Whose
from ingest.decode import Decoder

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=10)
LEVEL = TEXT.filter(lambda text: not set(text) & set("{}+#/\0"))
NAME = TEXT.filter(lambda text: not set(text) & set("{}") and all(text.split("/")))
PAYLOAD = st.dictionaries(
    TEXT, st.one_of(st.floats(0.5, 1e6), st.dictionaries(TEXT, st.floats(0.5, 1e6), min_size=1)), min_size=1, max_size=4
)


@settings(deadline=None, max_examples=150)
@given(st.lists(LEVEL, min_size=1, max_size=4), PAYLOAD, st.data())
def test_any_value_of_any_payload_can_be_mapped_and_the_file_reads_back(levels, payload, data):
    sample = Sample.of("/".join(["lab", *levels]), json.dumps(payload).encode())
    path, value = data.draw(st.sampled_from(mapping.values(sample)))
    emit = Emit(quantity="power", path=path, unit="W")
    level = data.draw(st.sampled_from([None, *range(1, len(levels) + 1)]))
    whose = Whose(data.draw(NAME) if level is None else levels[level - 1], level)
    plain = mapping.draft("made", sample, [emit], whose)
    readings = decode(plain, sample)
    assert [(each.device, each.quantity, each.value) for each in readings] == [(whose.device, "power", value)]
    file = mapping.draft("made", sample, [emit], whose, readings)
    again = msgspec.convert(tomllib.loads(mapping.render(file)), DeviceFile)
    assert again == file
    assert decode(again, sample) == readings


def decode(file, sample):
    decoder = Decoder([file])
    return decoder.decode(sample.topic, sample.payload.encode(), retain=False, received_us=1).readings


@pytest.mark.parametrize("topic", ["a/{b}", "a/#", "a/+/c", ""])
def test_a_topic_no_shape_can_write_is_refused(topic):
    with pytest.raises(ValueError, match="a device file cannot write a topic"):
        Sample.of(topic, b"1")


def test_a_payload_that_is_no_text_is_refused():
    with pytest.raises(ValueError, match="not UTF-8"):
        Sample.of("a", b"\xff")


def test_a_long_payload_offers_no_more_than_can_be_read():
    assert len(mapping.values(Sample.of("a", json.dumps(list(range(1000))).encode()))) == mapping.MOST_VALUES


def test_a_name_with_empty_levels_loses_them():
    sample = Sample.of("lab/0", b'{"p": 1.5}')
    plain = mapping.draft("made", sample, [Emit(quantity="power", path="p", unit="W")], Whose("/attic//fan/", None))
    assert [reading.device for reading in decode(plain, sample)] == ["attic/fan"]

"""A home file written by the program: tried before it counts, comments kept, nothing lost."""

import tomllib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.config import load
from heatledger.home import Home
from heatledger.keeping import forget_recipients, keep, keep_home, merged
from heatledger.misfit import ConfigError
from tests.dashboard.house import HOUSE

OURS = """# Ours since 1987
id = "maple"
name = "Maple"      # as the children say
timezone = "America/Chicago"
currency = "USD"

[[zones]]
id = "living"       # the one with the stove
name = "Living room"
"""
names = st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable())


@given(name=names, rooms=st.lists(names, max_size=4), budget=st.none() | st.decimals(0, 10_000, places=2))
def test_what_is_written_reads_back_as_it_was(name, rooms, budget):
    zones = [{"id": f"room{number}", "name": room} for number, room in enumerate(rooms)]
    raw = msgspec.to_builtins(HOUSE) | {"name": name, "zones": zones, "heat_pumps": [], "meters": [], "budget": budget}
    home = msgspec.convert(raw, Home, strict=False)
    for before in ("", OURS):
        assert msgspec.convert(tomllib.loads(merged(before, home)), Home) == home


def test_comments_stay_and_what_is_no_longer_said_goes():
    text = merged(OURS, HOUSE)
    for comment in ("# Ours since 1987", "# as the children say", "# the one with the stove"):
        assert comment in text
    assert msgspec.convert(tomllib.loads(text), Home) == HOUSE
    fewer = msgspec.structs.replace(HOUSE, budget=None, zones=(), meters=(), heat_pumps=())
    assert msgspec.convert(tomllib.loads(merged(text, fewer)), Home) == fewer


def test_a_home_that_cannot_be_used_changes_nothing(tmp_path):
    user = tmp_path / "config"
    path = keep_home(user, HOUSE, data_dir=tmp_path, environ={})
    before = path.read_bytes()
    wrong = msgspec.structs.replace(HOUSE, tariff="nowhere")
    with pytest.raises(ConfigError, match=r"maple\.toml: tariff: 'nowhere' is not there") as refused:
        keep_home(user, wrong, data_dir=tmp_path, environ={})
    assert str(path) in str(refused.value)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["maple.toml"]


def test_a_new_home_and_its_recipients_are_written_together_and_go_together(tmp_path):
    user, settings = tmp_path / "config", tmp_path / "config" / "settings.toml"
    with pytest.raises(ConfigError, match="is no e-mail address"):
        keep_home(user, HOUSE, recipients=["ann at home"], data_dir=tmp_path, environ={})
    assert not user.exists()
    keep_home(user, HOUSE, recipients=["ann@example.org"], data_dir=tmp_path, environ={})
    settings.write_text(f"# ours\n{settings.read_text()}")
    keep_home(user, HOUSE, recipients=[], data_dir=tmp_path, environ={})
    assert load(data_dir=tmp_path, environ={}).settings.reports.homes == {"maple": ()}
    forget_recipients(user, "maple")
    (user / "homes" / "maple.toml").unlink()
    assert load(data_dir=tmp_path, environ={}).homes == {}
    assert settings.read_text().startswith("# ours\n")


def test_the_version_before_is_beside_it_and_is_not_read(tmp_path):
    keep_home(tmp_path / "config", HOUSE, data_dir=tmp_path, environ={})
    path = keep_home(tmp_path / "config", msgspec.structs.replace(HOUSE, name="New"), data_dir=tmp_path, environ={})
    assert 'name = "Maple Street 14"' in path.with_name("maple.toml.old").read_text()
    assert [home.name for home in load(data_dir=tmp_path, environ={}).homes.values()] == ["New"]


def test_a_place_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "homes").write_text("a file")
    with pytest.raises(ConfigError, match="choose a place that can be written"):
        keep(tmp_path / "homes" / "home.toml", "")

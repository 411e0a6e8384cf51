"""What ships is overlaid by the user's files and the environment; what cannot be used is refused in one line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger import config
from heatledger.config import ConfigError, Settings, load, read_toml
from heatledger.home import Home

HOME = """
id = "maple"
name = "Maple Street 14"
timezone = "America/Chicago"
currency = "USD"
tariff = "flat"
[[zones]]
id = "living"
name = "Living room"
temperature = "faikin:Living"
[[meters]]
id = "main"
role = "import"
sum = ["main:a", "main:b"]
[[meters]]
id = "outdoor"
role = "outdoor_unit"
parent = "main"
points = ["plug1"]
[[heat_pumps]]
id = "split"
kind = "mini_split"
meter = "outdoor"
heads = [{zone = "living", device = "faikin:Living"}]
"""
TARIFF = """
name = "Flat"
currency = "USD"
source = "a test"
lines = [{kind = "energy", label = "Energy", rate = "0.15"}]
"""


@pytest.fixture
def shipped(tmp_path, monkeypatch) -> Path:
    """A shipped layer of the test's own."""
    monkeypatch.setattr(config, "shipped_dir", lambda: tmp_path / "shipped")
    return write(tmp_path / "shipped", "tariffs/flat.toml", TARIFF)


@pytest.fixture
def user(tmp_path, shipped) -> Path:
    """The user's layer, with a home."""
    return write(tmp_path / "data" / "config", "homes/maple.toml", HOME)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def read(user: Path, environ: dict[str, str] | None = None) -> config.Config:
    return load(data_dir=user.parent, environ=environ or {})


def refusal(user: Path, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        read(user, environ)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_what_ships_can_be_used_as_it_is(tmp_path):
    found = load(data_dir=tmp_path, environ={})
    assert found.settings == Settings(), "settings.toml states the defaults of the code"
    assert found.homes == {}
    assert found.store_url == f"sqlite:///{tmp_path}/heatledger.db"
    assert found.state_path == tmp_path / "state.db"


def test_a_home_is_read_whole(user):
    home = read(user).homes["maple"]
    assert home.meters[0].sum == ("main:a", "main:b")
    assert home.heat_pumps[0].heads[0].zone == "living"
    assert home.cycle.day == 1


def test_the_users_file_replaces_the_shipped_file_of_the_same_name(user, shipped):
    write(shipped, "tariffs/other.toml", TARIFF)
    write(user, "tariffs/flat.toml", TARIFF.replace("0.15", "0.30"))
    tariffs = read(user).tariffs
    assert set(tariffs) == {"flat", "other"}
    assert tariffs["flat"].lines[0].rate == "0.30"


def test_who_prices_nothing_reads_no_rate_plan_but_knows_which_there_are(user):
    write(user, "tariffs/flat.toml", "not a plan")
    unpriced = load(data_dir=user.parent, environ={}, plans=False)
    assert (unpriced.tariffs, set(unpriced.tariff_files)) == ({}, {"flat"})
    assert unpriced.homes["maple"].tariff == "flat"
    write(user, "homes/maple.toml", HOME.replace('tariff = "flat"', 'tariff = "flt"'))
    with pytest.raises(ConfigError, match=r"maple\.toml: tariff: 'flt' is not there; did you mean 'flat'\?"):
        load(data_dir=user.parent, environ={}, plans=False)


def test_a_rate_written_as_a_number_is_refused(user):
    write(user, "tariffs/flat.toml", TARIFF.replace('"0.15"', "0.1125"))
    with pytest.raises(ConfigError, match=r"lines\[0\]\.rate: a bare number; put it in quotes: rate ="):
        read(user)


def test_settings_merge_key_by_key(user, shipped):
    write(shipped, "settings.toml", '[dashboard]\nport = 8051\nhost = "::1"\n[mqtt]\nclient_id = "one"\n')
    write(user, "settings.toml", "[dashboard]\nport = 8052\n")
    settings = read(user).settings
    assert (settings.dashboard.port, settings.dashboard.host, settings.mqtt.client_id) == (8052, "::1", "one")


def test_the_environment_wins_over_files(user):
    write(user, "settings.toml", '[mqtt]\nurl = "mqtt://file:1883"\n[store]\nurl = "sqlite:///file"\n')
    given = {"HEATLEDGER_MQTT_URL": "mqtt://env:1883", "HEATLEDGER_STORE_URL": "sqlite:////env"}
    found = read(user, given)
    assert (found.settings.mqtt.url, found.store_url) == ("mqtt://env:1883", "sqlite:////env")
    assert read(user).store_url == "sqlite:///file"


def test_an_empty_variable_is_as_good_as_none(user):
    assert read(user, {"HEATLEDGER_STORE_URL": "", "HEATLEDGER_MQTT_URL": ""}).settings == Settings()


@pytest.mark.parametrize(("name", "scheme"), [("HEATLEDGER_MQTT_URL", "mqtt"), ("HEATLEDGER_STORE_URL", "influxdb")])
def test_a_secret_may_be_in_a_file_which_wins(user, tmp_path, name, scheme):
    write(tmp_path, "secret", f"{scheme}://in-the-file\n")
    found = read(user, {name: f"{scheme}://in-the-variable", f"{name}_FILE": str(tmp_path / "secret")})
    assert f"{scheme}://in-the-file" in {found.settings.mqtt.url, found.store_url.rstrip("/")}


def test_a_secret_file_that_is_not_there_is_named(user, tmp_path):
    said = refusal(user, {"HEATLEDGER_MQTT_URL_FILE": str(tmp_path / "none")})
    assert said == f"HEATLEDGER_MQTT_URL_FILE={tmp_path}/none: No such file or directory; name a file that may be read"


def test_the_data_directory_is_the_variable_or_the_users_own(tmp_path):
    assert config.default_data_dir({"HEATLEDGER_DATA": str(tmp_path)}) == tmp_path
    assert config.default_data_dir({"HEATLEDGER_DATA": "~/somewhere"}) == Path.home() / "somewhere"
    assert config.default_data_dir({}).name == "heatledger"


def test_the_configuration_folder_may_be_named(user, tmp_path):
    elsewhere = load(data_dir=tmp_path / "empty", environ={"HEATLEDGER_CONFIG": str(user)})
    assert set(elsewhere.homes) == {"maple"}
    assert set(load(data_dir=tmp_path / "empty", config_dir=user, environ={}).homes) == {"maple"}


def test_a_named_configuration_folder_must_exist(user, tmp_path):
    said = refusal(user, {"HEATLEDGER_CONFIG": str(tmp_path / "none")})
    assert said == f"{tmp_path}/none: no such folder; make it, or leave out --config and HEATLEDGER_CONFIG"


# Each row: what is changed in the home file, and the one line that answers it after the file's name.
WRONG = [
    (
        'name = "Living room"',
        'name = "Living room"\nopen_to = "kitchn"',
        "zones[0].open_to: 'kitchn' is not there; known: none",
    ),
    ('zone = "living"', 'zones = "living"', "heat_pumps[0].heads[0]: unknown key 'zones'; did you mean 'zone'?"),
    (
        'currency = "USD"',
        'currency = "USD"\ncurency = "EUR"',
        "top level: unknown key 'curency'; did you mean 'currency'?",
    ),
    ('name = "Maple', 'xyzzy = 1\nname = "Maple', "top level: unknown key 'xyzzy'; remove it, or see"),
    ('name = "Maple Street 14"', "name = 14", "name: expected `str`, got `int`"),
    ('timezone = "America/Chicago"', "", "top level: object missing required field `timezone`"),
    ('currency = "USD"', 'currency = "dollars"', "currency: expected `str` matching regex '^[A-Z]{3}$'"),
    ('role = "import"', 'role = "imports"', "meters[0].role: invalid enum value 'imports'"),
    ('id = "living"', 'id = "Living Room"', "zones[0].id: expected `str` matching regex"),
    ('id = "maple"', 'id = "oak"', "id is 'oak' but the file is maple.toml; make them the same"),
    ("America/Chicago", "America/Chicagoo", "timezone: 'America/Chicagoo' is not known; write one like Europe/Berlin"),
    ("America/Chicago", "../../etc/passwd", "timezone: '../../etc/passwd' is not known"),
    ("America/Chicago", "America", "timezone: 'America' is not known"),
    ("America/Chicago", "", "timezone: '' is not known"),
    ('tariff = "flat"', 'tariff = "flats"', "tariff: 'flats' is not there; did you mean 'flat'?"),
    ('currency = "USD"', 'currency = "EUR"', "currency: EUR, but tariff 'flat' is in USD; use one"),
    ('parent = "main"', 'parent = "mains"', "meters[1].parent: 'mains' is not there; did you mean 'main'?"),
    ('parent = "main"', 'parent = "outdoor"', "meters[1].parent: 'outdoor' is not there; known: main"),
    ('points = ["plug1"]', 'zone = "attic"\npoints = ["plug1"]', "meters[1].zone: 'attic' is not there; known: living"),
    ('points = ["plug1"]', 'of = "nothing"\npoints = ["plug1"]', "meters[1].of: 'nothing' is not there; known: main"),
    ('points = ["plug1"]', 'sum = ["a"]\npoints = ["plug1"]', "meters[1]: give either points or sum"),
    ('points = ["plug1"]', "", "meters[1]: give either points or sum"),
    ('meter = "outdoor"', 'meter = "outdor"', "heat_pumps[0].meter: 'outdor' is not there; did you mean 'outdoor'?"),
    ('zone = "living"', 'zone = "attic"', "heat_pumps[0].heads[0].zone: 'attic' is not there; known: living"),
    ('id = "outdoor"', 'id = "main"', "meters: id 'main' stands twice; give each its own"),
    (
        'sum = ["main:a", "main:b"]',
        'sum = ["a"]\nparent = "outdoor"',
        "is its own ancestor through parent; break the ring",
    ),
    ('name = "Living room"', "name = Living", "not TOML: Invalid value (at line 9, column 8)"),
]


@pytest.mark.parametrize(("right", "wrong", "says"), WRONG, ids=[says[:48] for *_, says in WRONG])
def test_a_wrong_home_file_is_answered_in_one_line_with_file_key_and_mend(user, right, wrong, says):
    assert right in HOME
    write(user, "homes/maple.toml", HOME.replace(right, wrong, 1))
    said = refusal(user)
    assert said.startswith(f"{user}/homes/maple.toml: ")
    assert says in said


def test_a_ring_beside_the_meter_that_leads_into_it_ends(user):
    ring = "".join(
        f'[[meters]]\nid = "{name}"\nrole = "circuit"\nparent = "{parent}"\npoints = ["{name}"]\n'
        for name, parent in [("leaf", "one"), ("one", "two"), ("two", "one")]
    )
    write(user, "homes/maple.toml", HOME + ring)
    assert "break the ring" in refusal(user)


def test_a_file_that_is_not_utf8_is_named(user):
    (user / "homes" / "maple.toml").write_bytes(b'name = "\xff"')
    assert refusal(user) == f"{user}/homes/maple.toml: not UTF-8 at byte 8; save the file as UTF-8"


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ConfigError, match=re.escape("none.toml: No such file or directory; check that")):
        read_toml(tmp_path / "none.toml", Home)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[dashboard]\nprot = 1\n", "dashboard: unknown key 'prot'; did you mean 'port'?"),
        ("[dashboard]\nport = 70000\n", "dashboard.port: expected `int` <= 65535"),
        ("[dashbord]\nport = 1\n", "top level: unknown key 'dashbord'; did you mean 'dashboard'?"),
        ("mqtt = 3\n", "mqtt: expected `object`, got `int`"),
        ("[reports]\nhour = 31\n", "reports.hour: expected `int` <= 23"),
    ],
)
def test_wrong_settings_are_answered_in_one_line(user, text, says):
    write(user, "settings.toml", text)
    assert refusal(user) == f"{user}/settings.toml: {says}"


@given(st.binary(max_size=64))
def test_no_bytes_make_a_traceback(tmp_path_factory, junk):
    path = tmp_path_factory.mktemp("junk") / "home.toml"
    path.write_bytes(junk)
    with pytest.raises(ConfigError, match=r"^[^\n]*$"):
        read_toml(path, Home)

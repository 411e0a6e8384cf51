"""InfluxDB's organization, bucket and token: from settings, the environment or a secret file, never on the screen."""

import pytest

from heatledger.config import ConfigError, load
from heatledger.store import shown


def read(tmp_path, settings="", **environ):
    folder = tmp_path / "config"
    folder.mkdir(exist_ok=True)
    (folder / "settings.toml").write_text(settings)
    return load(data_dir=tmp_path, environ={f"HEATLEDGER_STORE_{name}": value for name, value in environ.items()})


INFLUX = '[store]\nurl = "influxdb://nas:8086"\norg = "home"\nbucket = "energy"\n'


def test_settings_say_organization_bucket_and_token(tmp_path):
    found = read(tmp_path, INFLUX + 'token = "a/b+c=="\n')
    assert found.store_url == "influxdb://:a%2Fb%2Bc%3D%3D@nas:8086/energy?org=home"
    assert shown(found.store_url) == "influxdb://nas:8086/energy?org=home"


def test_the_environment_wins_key_by_key(tmp_path):
    found = read(tmp_path, INFLUX + 'token = "old"\n', TOKEN="new", BUCKET="other", ORG="")
    assert found.store_url == "influxdb://:new@nas:8086/other?org=home"


def test_the_token_from_a_file_named_by_the_environment(tmp_path):
    (tmp_path / "token").write_text("from-a-file\n")
    assert ":from-a-file@" in read(tmp_path, INFLUX, TOKEN_FILE=str(tmp_path / "token")).store_url


def test_the_token_from_a_file_named_in_the_settings(tmp_path):
    (tmp_path / "token").write_text("named\n")
    assert ":named@" in read(tmp_path, f'{INFLUX}token_file = "{tmp_path}/token"\n').store_url


def test_the_token_from_its_place_in_the_data_folder_unless_another_is_given(tmp_path):
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "store_token").write_text("placed\n")
    assert ":placed@" in read(tmp_path, INFLUX).store_url
    assert ":given@" in read(tmp_path, INFLUX, TOKEN="given").store_url


def test_what_the_url_says_itself_stays(tmp_path):
    url = "influxdbs://me:mine@cloud/own?org=theirs"
    assert read(tmp_path, INFLUX + 'token = "t"\n', URL=url).store_url == url


def test_a_sqlite_store_takes_no_notice(tmp_path):
    assert read(tmp_path, '[store]\ntoken = "t"\nbucket = "b"\n').store_url == f"sqlite:///{tmp_path}/heatledger.db"


@pytest.mark.parametrize("environ", [{"TOKEN_FILE": "/nowhere/token"}, {}])
def test_a_token_file_that_is_not_there_is_one_line(tmp_path, environ):
    settings = INFLUX + ("" if environ else 'token_file = "/nowhere/token"\n')
    with pytest.raises(ConfigError, match=r"/nowhere/token: .*name a file that may be read") as caught:
        read(tmp_path, settings, **environ)
    assert "\n" not in str(caught.value)

"""What makes heatledger an app: a manifest and a worker that hold under any path, and icons of our own."""

import json
import struct
import zlib

import numpy as np
import pytest

from dashboard import installed
from dashboard.app import create_app
from heatledger import config as configuration
from tests.dashboard import scene
from tests.dashboard.asgi import Client
from tests.project.test_house_rules import script

ICONS = installed._ASSETS / "icons"


def client(tmp_path, path, **options):
    scene.write_config(tmp_path)
    (tmp_path / "config" / "settings.toml").write_text(f'[dashboard]\npath = "{path}"\n')
    return Client(create_app(configuration.load(data_dir=tmp_path, environ={})).server, **options)


def pixels(path):
    """Decode a PNG of eight bits a channel and no filter, as ours are."""
    data = path.read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    at, packed = 8, b""
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        packed += data[at + 8 : at + 8 + size] if data[at + 4 : at + 8] == b"IDAT" else b""
        at += size + 12
    rows = np.frombuffer(zlib.decompress(packed), dtype=np.uint8).reshape(height, 1 + 4 * width)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, 4)


@pytest.mark.parametrize("path", ["/", "/heatledger/"])
def test_everything_of_the_app_is_under_the_path_and_open_to_who_is_not_let_in_yet(tmp_path, path):
    stranger = client(tmp_path, path, address="192.0.2.7", host="192.0.2.1")
    answer = stranger.get("/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    said = answer.json()
    assert (said["start_url"], said["scope"], said["display"]) == ("./?wall", "./", "fullscreen")
    assert {icon["purpose"] for icon in said["icons"]} == {"any", "maskable"}
    for icon in said["icons"]:
        found = stranger.get(f"/{icon['src']}")
        assert found.status_code == 200
        assert found.body == (ICONS / icon["src"].rpartition("/")[2]).read_bytes()
    worker = stranger.get("/worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    head = dict(line.removeprefix("const ").rstrip(";").split(" = ", 1) for line in worker.text.splitlines()[:4])
    assert json.loads(head["SCOPE"]) == path
    for kept in [json.loads(head["OFFLINE"]), *json.loads(head["SHELL"])]:
        assert kept.startswith(path)
        assert stranger.get("/" + kept.removeprefix(path).partition("?")[0]).status_code == 200
    page = stranger.get("/offline").text
    assert f'href="{path}manifest.webmanifest"' in page
    assert "Maple" not in page


def test_the_page_names_its_manifest_and_loads_no_worker_as_a_script(tmp_path):
    page = client(tmp_path, "/heatledger/").get("/").text
    assert 'rel="manifest" href="/heatledger/manifest.webmanifest"' in page
    assert 'href="/heatledger/assets/icons/icon.svg"' in page
    assert "assets/installed.js" in page
    assert "assets/worker.js" not in page
    assert "assets/offline.js" not in page


def test_another_build_is_another_worker():
    assert installed.worker("/", "one") != installed.worker("/", "two")


def test_the_icons_are_their_drawing_and_a_mask_cuts_none_of_it():
    drawn = script("icons")
    assert (ICONS / "icon.svg").read_text() == drawn.drawing(), "run scripts/icons.py"
    for name, look in drawn.FILES.items():
        found = pixels(ICONS / name)
        assert np.array_equal(found, drawn.pixels(*look)), "run scripts/icons.py"
        assert found.shape == (look[0], look[0], 4)
        if name.startswith("maskable"):  # W3C, Web Application Manifest: the safe zone is a circle of 40 % radius
            assert (found[..., 3] == 255).all()
            rows, columns = np.nonzero((found[..., :3] != found[0, 0, :3]).any(axis=2))
            middle = (look[0] - 1) / 2
            assert np.hypot(rows - middle, columns - middle).max() < 0.4 * look[0]

"""The doors between the pages: every page that there is, and what is only for some behind its right."""

import re
from pathlib import Path

import dash
import pytest

from dashboard import manual, rights
from dashboard.app import create_app
from dashboard.rail import DOORS, FURTHER, rail
from heatledger import config as configuration
from tests.dashboard import scene
from tests.dashboard.asgi import Client
from tests.dashboard.trees import find, walk

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    data = tmp_path_factory.mktemp("home")
    scene.write_config(data)
    return Client(create_app(configuration.load(data_dir=data, environ={})).server)


def test_every_door_leads_to_a_page_and_asks_for_the_right_that_the_page_asks_for(client):
    pages = {page["path"] for page in dash.page_registry.values()}
    for door in (*DOORS, *FURTHER):
        path = door.href.removeprefix(".")
        assert path in pages or client.get(path).status_code == 200
        asked = rights.of_route("GET", path)
        assert (door.right, asked) in {("own", "own"), ("set_up", "set_up"), ("look", "look"), ("look", "open")}


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_a_page_marks_its_own_door_and_offers_all_others(door):
    tree = rail(door.name, query="?period=year")
    assert {one.href.partition("?")[0] for one in find(tree, "here") if hasattr(one, "href")} == {door.href}
    assert {one.href.partition("?")[0] for one in walk(tree) if hasattr(one, "href")} == {
        one.href for one in (*DOORS, *FURTHER)
    }


def test_every_page_of_docs_is_in_the_manual_and_needs_nothing_from_elsewhere(client):
    assert set(manual.names()) == {page.stem for page in DOCS.glob("*.md")}
    assert manual.names()[0] == "wall-tablet"
    shown = client.get("/help").text
    for name in manual.names():
        title, _ = manual.page(name)
        assert f'href="/help/{name}"' in shown
        page = client.get(f"/help/{name}")
        assert page.status_code == 200
        assert f"<h1>{title[:6]}" in page.text
        assert "<img" not in page.text
        for link in re.findall(r"<article.*?</article>", page.text, re.DOTALL)[0].split('href="')[1:]:
            to = link.partition('"')[0].partition("#")[0]
            assert to == "" or to in manual.names() or to.startswith(("http://", "https://")), (name, to)


def test_an_unknown_page_of_the_manual_is_the_list_of_those_there_are(client):
    answer = client.get("/help/..%2Fsettings")
    assert answer.status_code == 404
    assert client.get("/help/nothing").status_code == 404
    assert "wall-tablet" in client.get("/help/nothing").text

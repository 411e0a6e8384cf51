"""The bill as PDF, where its page offers it: the same bill, in the reader's language, for whoever may look."""

import shutil
import subprocess
import sys

import pytest

from dashboard import bill_cards
from dashboard.app import create_app
from heatledger import config as configuration
from heatledger import formatting
from tests.dashboard import scene
from tests.dashboard.asgi import Client
from tests.dashboard.books import view
from tests.dashboard.house import key
from tests.dashboard.trees import walk

MAIN = {key("em", "power", "a"): 900.0, key("em", "power", "b"): 400.0, key("plug1", "power"): 500.0}
STATEMENT = "/bill/statement.pdf"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    data = tmp_path_factory.mktemp("paper")
    scene.write_config(data)
    scene.write_history(data, MAIN, days=3)
    return create_app(configuration.load(data_dir=data, environ={}))


@pytest.fixture
def client(app):
    return Client(app.server)


def test_the_page_leads_to_the_paper_of_the_same_question():
    tree = walk(bill_cards.lines(view(period="month", at="2025-12-01")))
    (link,) = (one for one in tree if getattr(one, "children", None) == "PDF")
    assert link.href.startswith(f".{STATEMENT}?")
    assert "period=month" in link.href
    assert "at=2025-12-01" in link.href


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="apt-get install poppler-utils")
@pytest.mark.parametrize(
    ("cookie", "title"),
    [("", "Electricity and heat statement"), ("heatledger-reading=de.-.-.auto", "Abrechnung von Strom und Wärme")],
)
def test_the_paper_has_the_total_of_the_page_in_the_readers_language(client, tmp_path, cookie, title):
    client.cookie = cookie
    home = client.get("/api/v1/summary", params={"period": "cycle"}).json()
    made = client.get(STATEMENT, params={"period": "cycle", "home": home["home"]})
    assert (made.status_code, made.headers["content-type"]) == (200, "application/pdf")
    assert made.headers["content-disposition"].startswith(f'attachment; filename="{home["home"]}-20')
    (tmp_path / "bill.pdf").write_bytes(made.body)
    command = ["pdftotext", "-layout", tmp_path / "bill.pdf", "-"]
    text = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout
    assert title in text
    if not cookie:
        assert "Bill so far" in text
        assert formatting.money(home["bill"]["total"], "USD") in text
        assert all(line["label"] in text for line in home["bill"]["lines"])


def test_a_wrong_question_is_answered_in_a_line_and_a_stranger_not_at_all(app, client):
    wrong = client.get(STATEMENT, params={"period": "decade"})
    assert wrong.status_code == 400
    assert "decade" in wrong.json()["error"]
    away = Client(app.server, address="192.0.2.20", host="home.example:8050")  # RFC 5737
    assert away.get(STATEMENT).status_code == 401


def test_a_dashboard_that_is_asked_for_no_paper_never_loads_the_typesetter():
    asked = [sys.executable, "-c", "import dashboard.app, sys; print('typst' in sys.modules)"]
    assert subprocess.run(asked, capture_output=True, check=True, encoding="utf-8").stdout.strip() == "False"

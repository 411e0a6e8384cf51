"""Who is let in: this machine, who reads the log, who has a password, who was invited; and who is not."""

import logging
import re
import time

import argon2
import pytest

from dashboard import doors as doors_module
from dashboard.app import create_app
from dashboard.gate import LARGEST_BODY
from heatledger import config as configuration
from heatledger import passwords
from heatledger.config import ConfigError
from heatledger.store.state import State
from tests.dashboard import scene
from tests.dashboard.asgi import Client

AWAY = "192.0.2.20"  # RFC 5737: an address of documentation
HOST = "home.example:8050"
PASSWORD = "four words in a row"
HTML = {"accept": "text/html,*/*"}


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    """Hashes that cost little: their cost is not what is tested."""
    monkeypatch.setattr(passwords, "_HASHER", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def made(data, **settings):
    scene.write_config(data)
    if settings:
        rows = "".join(f"{key} = {value}\n" for key, value in settings.items())
        (data / "config" / "settings.toml").write_text(f"[dashboard]\n{rows}")
    return create_app(configuration.load(data_dir=data, environ={})).server


@pytest.fixture
def server(tmp_path):
    return made(tmp_path)


@pytest.fixture
def people(tmp_path, server):
    return State(tmp_path / "state.db").people


@pytest.fixture
def here(server):
    return Client(server)


@pytest.fixture
def away(server):
    return Client(server, address=AWAY, host=HOST)


def me(client):
    known = client.get("/me").json()
    return known["name"], known["role"]


def guard(here, name="Ada"):
    answer = here.post("/password", {"name": name, "password": PASSWORD, "again": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/people"), answer.text


def log_in(client, name="Ada", password=PASSWORD, **more):
    return client.post("/login", {"name": name, "password": password, **more}, **HTML)


def test_without_a_password_this_machine_is_the_owner(here):
    assert me(here) == ("this machine", "owner")
    assert here.get("/people").status_code == 200


@pytest.mark.parametrize("path", ["/", "/devices", "/people", "/setup"])
def test_any_other_address_gets_only_the_page_that_asks_the_code_of_the_log(away, path):
    answer = away.get(path, **HTML)
    assert answer.status_code == 401
    assert "Code from the log" in answer.text
    assert "Maple" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "rebound.example"},  # a name that DNS turned to this machine
        {"x_forwarded_for": "127.0.0.1"},  # a proxy on this machine that nobody trusts
        {"forwarded": "for=127.0.0.1"},
        {"via": "1.1 somebody"},
    ],
)
def test_a_proxy_or_a_foreign_name_is_not_this_machine(here, headers):
    assert here.get("/api/v1/summary", **headers).status_code == 401


def test_the_code_of_the_log_lets_in_once(away, server, caplog):
    caplog.set_level(logging.WARNING)
    away.get("/", **HTML)
    (code,) = re.findall(r"pairing code (\w{4}-\w{4}):", caplog.text)
    away.get("/", **HTML)
    assert caplog.text.count("pairing code") == 1
    assert away.post("/pair", {"code": "2222-2222"}).status_code == 401
    typed = code.lower().replace("-", " ")
    answer = away.post("/pair", {"code": typed, "name": "Kitchen", "to": "/devices"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/devices")
    assert me(away) == ("Kitchen", "owner")
    another = Client(server, address="192.0.2.21", host=HOST)
    assert another.post("/pair", {"code": code}).status_code == 401


def test_a_code_of_the_log_is_over_after_a_quarter_of_an_hour(away, caplog, monkeypatch):
    away.get("/", **HTML)
    (code,) = re.findall(r"pairing code (\S+):", caplog.text)
    now_s = time.monotonic()
    monkeypatch.setattr(doors_module.time, "monotonic", lambda: now_s + 901)
    assert away.post("/pair", {"code": code}).status_code == 401


def test_once_a_password_exists_this_machine_is_trusted_no_more_than_others(here, server, away):
    guard(here)
    assert me(here) == ("Ada", "owner")
    assert Client(server).get("/me").status_code == 401
    assert "Password" in Client(server).get("/", **HTML).text
    assert away.post("/pair", {"code": "2222-2222"}).status_code == 401
    assert log_in(away).status_code == 303
    assert away.get("/people").status_code == 200


def test_a_cookie_is_kept_from_scripts_and_from_other_sites(here):
    guard(here)
    given = log_in(here).headers["set-cookie"]
    assert "; HttpOnly; SameSite=Lax" in given
    assert "Secure" not in given


def test_guessing_is_slowed_by_address_and_the_right_password_waits_too(here, away):
    guard(here)
    answers = [log_in(away, password=f"guess {n}").status_code for n in range(8)]
    assert answers == [401] * 5 + [429] * 3
    assert log_in(away).status_code == 429


def test_guessing_from_many_addresses_is_slowed_by_name(here, server):
    guard(here)
    codes = [log_in(Client(server, address=f"192.0.2.{n}", host=HOST), password="wrong").status_code for n in range(24)]
    assert codes.count(429) >= 3


def test_an_ipv6_subscriber_is_one_guesser(here, server):
    guard(here)
    codes = [
        log_in(Client(server, address=f"2001:db8:1:2::{n:x}", host=HOST), password="wrong").status_code
        for n in range(1, 8)
    ]
    assert codes[5:] == [429, 429]


def test_a_name_that_nobody_has_costs_as_much_to_refuse(here, server, monkeypatch):
    class Counting(argon2.PasswordHasher):
        verified = 0

        def verify(self, *given):
            Counting.verified += 1
            return super().verify(*given)

    guard(here)
    monkeypatch.setattr(passwords, "_HASHER", Counting(time_cost=1, memory_cost=8, parallelism=1))
    for number, name in enumerate(("Ada", "Bob"), 1):
        assert log_in(Client(server, address=f"192.0.2.{number}", host=HOST), name, "wrong").status_code == 401
        assert Counting.verified == number


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", f"https://{HOST}"])
def test_a_form_of_another_site_changes_nothing(here, away, people, origin):
    guard(here)
    log_in(away)
    answer = away.ask("POST", "/people/revoke", body=b"name=Ada", origin=origin)
    assert (answer.status_code, answer.json()["error"][:21]) == (403, "asked for by another ")
    silent = away.ask("POST", "/people/revoke", body=b"name=Ada")
    assert silent.status_code == 403
    assert people.person("Ada")


def test_a_browser_on_this_machine_that_shows_another_site_changes_nothing(here, people):
    answer = here.ask("POST", "/password", body=b"name=x", origin="http://elsewhere.example")
    assert answer.status_code == 403
    fetched = here.ask("POST", "/password", body=b"name=x", sec_fetch_site="cross-site")
    assert fetched.status_code == 403
    assert not people.guarded()


@pytest.mark.parametrize("to", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example"])
def test_after_logging_in_the_browser_stays_here(here, away, to):
    guard(here)
    assert log_in(away, to=to).headers["location"] == "/"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"password": "short", "again": "short"}, "at least 10"),
        ({"password": PASSWORD, "again": "another one entirely"}, "two passwords differ"),
        ({"password": "aaaaaaaaaaaa", "again": "aaaaaaaaaaaa"}, "too easy"),
        ({"name": "x" * 61, "password": PASSWORD, "again": PASSWORD}, "1 to 60"),
    ],
)
def test_a_password_that_will_not_do_is_one_line(here, people, given, says):
    answer = here.post("/password", {"name": "Ada", **given})
    assert answer.status_code == 400
    assert says in answer.text
    assert not people.guarded()


def test_an_installer_is_invited_comes_in_and_is_revoked(here, away):
    guard(here)
    page = here.post("/people/invite", {"name": "Heat & Sons", "role": "installer"}).text
    (code,) = re.findall(r'id="new-code">([^<]+)<', page)
    assert "<svg" in page
    welcome = away.get("/join", {"code": code})
    assert "Heat &amp; Sons" in welcome.text
    assert away.post("/join", {"code": code, "password": "short", "again": "short"}).status_code == 400
    answer = away.post("/join", {"code": code, "password": PASSWORD, "again": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert me(away) == ("Heat & Sons", "installer")
    assert away.get("/people", **HTML).status_code == 403
    assert Client(away._application, address="192.0.2.9", host=HOST).get("/join", {"code": code}).status_code == 401
    away.get("/devices")
    assert "looked at /devices" in here.get("/people").text
    assert here.post("/people/revoke", {"name": "Heat & Sons"}).status_code == 303
    assert away.get("/me").status_code == 401
    assert log_in(away, "Heat & Sons").status_code == 401


def test_a_wall_screen_needs_no_password_and_can_change_nothing(here, away):
    page = here.post("/people/screen", {"name": "Hall"}).text
    (code,) = re.findall(r'id="new-code">([^<]+)<', page)
    answer = away.post("/join", {"code": code})
    assert (answer.status_code, answer.headers["location"]) == (303, "/?wall")
    assert me(away) == ("Hall", "wall")
    assert away.post("/password", {"password": PASSWORD, "again": PASSWORD}).status_code == 400
    (number,) = re.findall(r'name="number" value="(\d+)"', here.get("/people").text)
    here.post("/people/end", {"number": number, "name": "Hall"})
    assert away.get("/me").status_code == 401


def test_a_screen_cannot_take_a_persons_name(here, people):
    guard(here)
    answer = here.post("/people/screen", {"name": "Ada"})
    assert answer.status_code == 400
    assert "Ada is a person" in answer.text
    people.open_session("Ada", "wall", "screen", at_us=scene.utc_us())
    assert {row.role for row in people.sessions() if row.way == "screen"} == {"wall"}


def test_a_token_asks_the_api_and_its_role_holds(here, away):
    guard(here)
    page = here.post("/people/token", {"name": "Prometheus", "role": "viewer"}).text
    (token,) = re.findall(r'id="new-token">([^<]+)<', page)
    shown = {"authorization": f"Bearer {token}"}
    assert away.get("/metrics", **shown).status_code == 200
    assert away.get("/api/v1/summary", **shown).status_code == 200
    assert away.get("/people", **shown).status_code == 403
    assert away.get("/metrics", authorization="Bearer hl_wrong").status_code == 401
    here.post("/people/revoke", {"name": "Prometheus"})
    assert away.get("/metrics", **shown).status_code == 401


def test_a_wrong_token_is_not_saved_by_being_on_this_machine(here):
    assert here.get("/me", authorization="Bearer hl_wrong").status_code == 401


def test_the_only_owner_cannot_be_revoked(here, people):
    guard(here)
    answer = here.post("/people/revoke", {"name": "Ada"})
    assert answer.status_code == 400
    assert "only owner" in answer.text
    assert people.guarded()


def test_health_is_told_to_everybody_and_no_more_than_yes_or_no(here, away):
    assert set(away.get("/healthz").json()) == {"ok"}
    assert "spool" in here.get("/healthz").json()
    guard(here)
    assert set(Client(here._application).get("/healthz").json()) == {"ok"}
    assert "spool" in here.get("/healthz").json()


def test_a_changed_password_ends_the_other_browsers_of_that_person(here, away):
    guard(here)
    log_in(away)
    other = "another four words in a row"
    assert here.post("/password", {"password": other, "again": other}).status_code == 303
    assert here.get("/me").status_code == 200
    assert away.get("/me").status_code == 401


def test_forwarded_headers_count_from_a_trusted_proxy_only(tmp_path):
    server = made(tmp_path, trusted_proxies='["127.0.0.1", "10.0.0.0/8"]')
    forwarded = {"x_forwarded_for": f"203.0.113.5, {AWAY}, 10.1.2.3", "x_forwarded_proto": "https"}
    through = Client(server, address="127.0.0.1", host="127.0.0.1", x_forwarded_host="home.example", **forwarded)
    assert through.get("/me").status_code == 401
    people = State(tmp_path / "state.db").people
    code = people.invite("Hall", "wall", until_us=scene.utc_us() + 10**9)
    answer = through.ask("POST", "/join", body=f"code={code}".encode(), origin="https://home.example")
    assert "; Secure" in answer.headers["set-cookie"]
    assert "strict-transport-security" in answer.headers
    assert [row.address for row in people.sessions()] == [AWAY]
    lying = Client(server, address=AWAY, host=HOST, x_forwarded_for="127.0.0.1", x_forwarded_host="localhost")
    assert lying.get("/me").status_code == 401


def test_a_trusted_proxy_that_names_this_machine_is_this_machine(tmp_path):
    server = made(tmp_path, trusted_proxies='["127.0.0.1"]')
    assert Client(server, x_forwarded_for="127.0.0.1", x_forwarded_host="localhost").get("/me").status_code == 200


def test_a_proxy_that_is_no_address_is_one_line(tmp_path):
    with pytest.raises(ConfigError, match=r"dashboard\.trusted_proxies: 'router' is no address"):
        made(tmp_path, trusted_proxies='["router"]')


def test_every_answer_is_secured(here, away):
    for answer in (here.get("/"), here.get("/people"), away.get("/", **HTML), away.get("/api/v1/summary")):
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "'unsafe-inline'" not in policy.partition("style-src")[0]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    assert "cache-control" not in away.get("/assets/1-tokens.css").headers


def test_more_than_a_megabyte_is_refused(here):
    answer = here.ask("POST", "/password", body=b"x" * (LARGEST_BODY + 1))
    assert answer.status_code == 413


def test_nonsense_is_refused_in_one_line(here, away):
    guard(here)
    for headers in ({"cookie": "heatledger=\x00;;="}, {"cookie": "x" * 5000}, {"authorization": "Basic eDp5"}):
        assert away.get("/me", **headers).status_code == 401
    assert here.post("/people/end", {"number": "1e9"}).status_code == 303
    assert here.post("/people/dance").status_code == 404

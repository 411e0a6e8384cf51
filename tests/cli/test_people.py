"""`heatledger people` on a data folder, as it is used where a password was forgotten."""

import io
import json
import os
import subprocess
import sys

import pytest

from cli.main import main
from heatledger import passwords
from heatledger.store.state import State

PASSWORD = "four words in a row"


@pytest.fixture
def people(tmp_path):
    def run(*arguments, said=""):
        environ = {**os.environ, "HEATLEDGER_DATA": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-m", "cli", "people", *arguments], env=environ, input=said, capture_output=True, text=True
        )
        assert "Traceback" not in done.stderr
        return done

    return run


def test_access_is_given_listed_changed_and_taken(people, tmp_path):
    assert "nobody has a password" in people().stdout
    assert people("add", "Ada", "--role", "owner", said=f"{PASSWORD}\n").stdout == "Ada may log in as owner\n"
    assert people("add", "Heat & Sons", "--role", "installer", said=f"{PASSWORD}\n").returncode == 0
    token = people("token", "Prometheus").stdout.strip()
    state = State(tmp_path / "state.db")
    secret = state.people.open_session("Heat & Sons", "installer", "password", at_us=1)
    assert state.people.token(token).role == "viewer"
    assert people("password", "Heat & Sons", said="another four words\n").stdout.endswith("installer\n")
    assert state.people.session(secret, at_us=2) is None
    assert passwords.matches(state.people.person("Heat & Sons").password, "another four words")
    listed = json.loads(people("list", "--json").stdout)
    assert [row["role"] for row in listed["people"]] == ["owner", "installer"]
    assert listed["tokens"] == [{"name": "Prometheus", "role": "viewer"}]
    assert PASSWORD not in (tmp_path / "state.db").read_bytes().decode("latin-1")
    assert people("revoke", "Heat & Sons").returncode == 0
    assert [person.name for person in state.people.all()] == ["Ada"]


@pytest.mark.parametrize(
    ("arguments", "said", "line"),
    [
        (("dance",), "", "no action 'dance'; use one of list, add, password, token, revoke"),
        (("add",), "", "whose?"),
        (("add", "Ada", "--role", "king"), PASSWORD, "role: 'king' is none; use one of viewer, installer, owner"),
        (("add", "Ada", "--role", "owner"), "short", "at least 10"),
        (("add", "Bob"), PASSWORD, "the first with a password must be an owner"),
        (("password", "Ada"), PASSWORD, "nobody has that name; heatledger people add Ada"),
        (("revoke", "Ada"), "", "nobody has that name"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path, monkeypatch, capsys, arguments, said, line):
    monkeypatch.setenv("HEATLEDGER_DATA", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{said}\n"))
    monkeypatch.setattr(sys, "argv", ["heatledger", "people", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert line in told
    assert told.count("\n") == 1

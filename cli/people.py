"""`heatledger people`: who has access, on the machine itself, where no browser helps."""

from __future__ import annotations

import sys
import time
from typing import Annotated, Final

import msgspec
import typer

from cli.options import CommandError, ConfigOption, JsonOption, utc_now
from heatledger import passwords
from heatledger.config import load
from heatledger.people import PeopleError, checked_name, checked_password, checked_role
from heatledger.store.people import People
from heatledger.store.state import State

ACTIONS: Final = ("list", "add", "password", "token", "revoke")
_ActionArgument = Annotated[str, typer.Argument(metavar="ACTION", help="list, add, password, token or revoke.")]


def people(
    action: _ActionArgument = "list",
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose access; of a token, its name.")] = "",
    role: Annotated[str, typer.Option("--role", help="owner, installer or viewer; for add and token.")] = "viewer",
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List who has access, give it (add, token), take it (revoke), or set a forgotten password.

    A password is asked for on the terminal, or read as one line from standard input. It holds at once.
    """
    if action not in ACTIONS:
        raise CommandError(f"people: no action {action!r}; use one of {', '.join(ACTIONS)}")
    if action != "list" and not name:
        raise CommandError(f"people {action}: whose? write heatledger people {action} NAME")
    state = State(load(config_dir=config).state_path)
    try:
        if action == "list":
            _list(state.people, as_json=json)
        else:
            _change(state.people, action, checked_name(name), role)
    except PeopleError as error:
        raise CommandError(str(error)) from error
    finally:
        state.close()


def _change(known: People, action: str, name: str, role: str) -> None:
    now_us, person = time.time_ns() // 1000, known.person(name)
    if action == "add" and person is not None:
        raise CommandError(f"{name} has access already; heatledger people password {name} sets the password anew")
    if action == "password" and person is None:
        raise CommandError(f"{name}: nobody has that name; heatledger people add {name} --role owner gives access")
    if action == "revoke":
        known.revoke(name)
        typer.echo(f"{name} is no longer let in; open pages close within a second")
    elif action == "token":
        typer.echo(known.add_token(name, checked_role(role, allowed=("viewer", "installer", "owner")), at_us=now_us))
    else:
        kept = checked_role(role, allowed=("viewer", "installer", "owner")) if person is None else person.role
        known.keep(name, kept, passwords.hashed(checked_password(_password(), name=name)), at_us=now_us)
        typer.echo(f"{name} may log in as {kept}")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _list(known: People, *, as_json: bool) -> None:
    shown: dict[str, list[dict[str, object]]] = {
        "people": [{"name": row.name, "role": row.role} for row in known.all()],
        "browsers": [{"name": row.name, "role": row.role, "from": row.address} for row in known.sessions()],
        "tokens": [{"name": row.name, "role": row.role} for row in known.tokens()],
        "invited": [
            {"name": row.name, "role": row.role}
            for row in known.invitations(at_us=int(utc_now().timestamp() * 1_000_000))
        ],
    }
    if as_json:
        typer.echo(msgspec.json.encode(shown).decode())
        return
    if not shown["people"]:
        typer.echo("nobody has a password: this machine is let in, others are asked for the code in the log")
    for kind, rows in shown.items():
        for row in rows:
            typer.echo(f"{kind:9} {row['name']} ({row['role']}){' from ' + str(row['from']) if 'from' in row else ''}")

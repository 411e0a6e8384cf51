"""The `heatledger` command: each subcommand is a module of its own, loaded only when it is asked for."""

from __future__ import annotations

import gc
import importlib
import sys
from types import ModuleType
from typing import Final, cast

import typer
from typer.core import TyperCommand, TyperGroup

from cli.options import CommandError
from heatledger.broker import BusError
from heatledger.config import ConfigError
from heatledger.store import StoreError
from heatledger.tariff.load import BillError

COMMANDS: Final = {
    "demo": "cli.demo:demo",
    "up": "cli.up:up",
    "ingest": "cli.ingest:ingest",
    "dashboard": "cli.dashboard:dashboard",
    "reports": "cli.reports:reports",
    "control": "cli.control:control",
    "set": "cli.set_:set_",
    "commands": "cli.commands:commands",
    "savings": "cli.savings:savings",
    "report": "cli.reports:report",
    "summary": "cli.summary:summary",
    "explain": "cli.explain:explain",
    "compare": "cli.compare:compare",
    "bill": "cli.bill:bill",
    "tariff": "cli.tariff:tariff",
    "close": "cli.billing:close",
    "reconcile": "cli.billing:reconcile",
    "alerts": "cli.alerts:alerts",
    "people": "cli.people:people",
    "check": "cli.check:check",
    "commission": "cli.commission:commission",
    "discover": "cli.discover:discover",
    "decode": "cli.decode:decode",
    "export": "cli.export:export",
    "delete": "cli.delete:delete",
    "import": "cli.import_:import_",
    "backup": "cli.backup:backup",
    "restore": "cli.backup:restore",
    "_simulate": "cli.demo:simulate",
    "_broker": "cli.broker:serve",
}
_USAGE = 2


class _Commands(TyperGroup):
    """Loads a subcommand's module on its first use, so that ingest never pays for accounts, nor reports for Dash."""

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002 - click's signature
        return [name for name in COMMANDS if not name.startswith("_")]

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        module, function = COMMANDS[cmd_name].split(":")
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        single.command(cmd_name)(getattr(_loaded(module), function))
        return cast("TyperCommand", typer.main.get_command(single))


def _loaded(name: str) -> ModuleType:
    """Import a module without looking for garbage: what a program is made of is none, neither now nor later."""
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        gc.freeze()
        gc.enable()


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Energy monitoring and a running bill for homes with heat pumps. Start with: heatledger demo",
)


@app.callback()
def _root() -> None:
    pass


def main() -> None:
    """Run the command; what cannot be used is one line on standard error and exit code 2."""
    try:
        app()
    except (CommandError, ConfigError, StoreError, BusError, BillError) as error:
        sys.stderr.write(f"heatledger: {error}\n")
        raise SystemExit(_USAGE) from None
    except BrokenPipeError:  # the reader of our output, head say, has seen enough
        sys.stderr.close()
        raise SystemExit(0) from None

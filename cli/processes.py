"""Several processes run as one: started together, started again when they die, stopped in the reverse order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import typer

_GRACE_S = 8.0
_STEADY_S = 30.0
_USAGE = 2


class Program(NamedTuple):
    """A process to keep running: its name for messages, command line, additions to its environment, and log file."""

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str] = {}
    log: Path | None = None


class _Running:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.deaths = 0
        self.due = 0.0
        self.start()

    def start(self) -> None:
        self.since = time.monotonic()
        # a session of its own: Ctrl-C reaches only the supervisor, which stops the others in order
        with self.program.log.open("ab") if self.program.log else nullcontext() as log:
            self.process = subprocess.Popen(
                self.program.command,
                env={**os.environ, **self.program.environ},
                start_new_session=True,
                stdout=log,
                stderr=log,
            )


def heatledger(*arguments: str) -> tuple[str, ...]:
    """Return the command line of another process of this installation."""
    return (sys.executable, "-m", "cli", *arguments)


class Supervisor:
    """Keeps programs running until it is told to stop.

    A program that ends is started again after 1, 2, 4 … 30 s; one that ends with exit code 2 was misconfigured and says
    why itself: everything stops and its code is passed on.
    """

    def __init__(self) -> None:
        self._running: list[_Running] = []
        self._stop = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    def start(self, program: Program) -> None:
        """Start a program and keep it running."""
        self._running.append(_Running(program))

    def run(self, *, every: Callable[[], None] | None = None) -> int:
        """Watch until a signal comes or a program was misconfigured; return the exit code."""
        code = 0
        while not self._stop and not code:
            code = max((self._watch(running) for running in self._running), default=0)
            if every is not None:
                every()
            time.sleep(0.1)
        return code

    @property
    def stopping(self) -> bool:
        """Whether a signal has come."""
        return self._stop

    def stop(self) -> None:
        """End every program, last started first; one that does not end in time is killed."""
        for running in reversed(self._running):
            if running.process.poll() is None:
                running.process.terminate()
            try:
                running.process.wait(_GRACE_S)
            except subprocess.TimeoutExpired:
                typer.echo(f"{running.program.name} does not stop; ending it", err=True)
                running.process.kill()
                running.process.wait()

    def _watch(self, running: _Running) -> int:
        code = running.process.poll()
        now = time.monotonic()
        if code is None:
            if running.deaths and now - running.since > _STEADY_S:
                running.deaths = 0
            return 0
        if code == _USAGE:
            return _USAGE
        if running.due <= running.since:
            wait_s = min(2.0**running.deaths, 30.0)
            running.due = now + wait_s
            running.deaths += 1
            typer.echo(f"{running.program.name} stopped ({_how(code)}); starting it again in {wait_s:.0f} s", err=True)
        elif now >= running.due:
            running.start()
        return 0

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop = True


def _how(code: int) -> str:
    return f"exit {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def run_all(programs: Sequence[Program]) -> int:
    """Run programs together until Ctrl-C; return the exit code."""
    supervisor = Supervisor()
    try:
        for program in programs:
            supervisor.start(program)
        return supervisor.run()
    finally:
        supervisor.stop()

"""The supervisor: what dies is started again, what is misconfigured ends it all, what ends is ended in order."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

RUN = """
import sys
from cli.processes import Program, run_all
sys.exit(run_all([Program(f"p{n}", (sys.executable, "-c", code)) for n, code in enumerate(sys.argv[1:])]))
"""


def start(*programs: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", RUN, *programs], stderr=subprocess.PIPE, text=True, cwd=Path.cwd())


def wait_for(condition, seconds=60.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_program_that_dies_is_started_again(tmp_path):
    mark = tmp_path / "mark"
    code = f"open({str(mark)!r}, 'a').write('x'); raise SystemExit(3)"
    running = start(code)
    wait_for(lambda: mark.exists() and len(mark.read_text()) >= 2)
    running.send_signal(signal.SIGTERM)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 0
    assert "p0 stopped (exit 3); starting it again in 1 s" in said


def test_a_program_that_was_misconfigured_ends_everything(tmp_path):
    mark = tmp_path / "pid"
    sleeper = f"import os, time, pathlib; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(60)"
    waits = (
        f"import pathlib, time\nwhile not pathlib.Path({str(mark)!r}).exists(): time.sleep(0.02)\nraise SystemExit(2)"
    )
    running = start(sleeper, waits)
    running.communicate(timeout=60)
    assert running.returncode == 2
    assert not psutil.pid_exists(int(mark.read_text()))


def test_ctrl_c_ends_them_in_the_reverse_order(tmp_path):
    log = tmp_path / "log"
    code = (
        "import signal, sys, time, pathlib\n"
        "def end(*_):\n    pathlib.Path({log!r}).open('a').write({name!r})\n    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\npathlib.Path({mark!r}).touch()\ntime.sleep(60)"
    )
    marks = [tmp_path / name for name in "ab"]
    running = start(*(code.format(log=str(log), name=mark.name, mark=str(mark)) for mark in marks))
    wait_for(lambda: all(mark.exists() for mark in marks))
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == 0
    assert log.read_text() == "ba"

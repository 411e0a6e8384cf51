"""The commands of a clone: executable, parseable, and clear about what they lack."""

from __future__ import annotations

import os
import subprocess
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMANDS = [
    "scripts/demo",
    "scripts/test",
    "scripts/check",
    "scripts/bench",
    "scripts/lock",
    "scripts/environment",
    ".ci/run",
]


def command(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def clone(tmp_path) -> Path:
    """A clone with the scripts only, and a PATH of its own."""
    for name in ("demo", "environment"):
        target = tmp_path / "scripts" / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes((ROOT / "scripts" / name).read_bytes())
        target.chmod(0o755)
    (tmp_path / "requirements.lock").write_text("# nothing\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    for tool in ("dirname", "cat", "cksum", "rm", "sh", "env"):
        (tmp_path / "bin").mkdir(exist_ok=True)
        found = next(Path(folder) / tool for folder in ("/usr/bin", "/bin") if (Path(folder) / tool).exists())
        (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def run(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=clone, env={"PATH": str(clone / "bin")}, capture_output=True, text=True)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_executable_and_parses(name):
    path = ROOT / name
    assert os.access(path, os.X_OK)
    shell = path.read_text(encoding="utf-8").partition("\n")[0].split()[-1].rpartition("/")[2]
    assert shell in {"sh", "bash"}
    assert subprocess.run([shell, "-n", path], capture_output=True).returncode == 0


def test_an_old_python_is_refused_in_one_line(clone):
    command(clone / "bin" / "python3", 'case "$1" in --version) echo Python 3.9.2;; *) exit 1;; esac')
    found = run(clone, "scripts/demo")
    assert found.returncode == 2
    assert found.stderr == (
        "heatledger needs Python 3.11 or newer; found Python 3.9.2. Install one and run this again.\n"
    )
    assert not (clone / ".venv").exists()


def test_no_python_is_refused_in_one_line(clone):
    assert "found none. Install one" in run(clone, "scripts/demo").stderr


def test_a_python_that_cannot_make_environments_leaves_nothing_behind(clone):
    command(clone / "bin" / "python3", 'case "$2" in venv) mkdir -p .venv; exit 1;; esac')
    found = run(clone, "scripts/demo")
    assert found.returncode == 2
    assert "apt-get install python3-venv" in found.stderr
    assert not (clone / ".venv").exists()


def test_a_second_start_installs_nothing_and_a_new_lock_does(clone):
    command(clone / ".venv" / "bin" / "python", 'case "$1" in -m) echo "$@" >>pip.log;; esac')
    command(clone / ".venv" / "bin" / "heatledger", 'echo "started: $*"')
    first = run(clone, "scripts/demo", "--port", "8123")
    assert first.stdout.endswith("started: demo --port 8123\n"), first.stderr
    calls = (clone / "pip.log").read_text().splitlines()
    assert len(calls) == 3
    assert "--require-hashes --no-deps -r requirements.lock" in calls[0]
    assert "--no-deps" in calls[1]
    assert calls[2].startswith("-m compileall")
    assert run(clone, "scripts/demo").stdout == "started: demo\n"
    assert len((clone / "pip.log").read_text().splitlines()) == 3
    (clone / "requirements.lock").write_text("# something else\n")
    run(clone, "scripts/demo")
    assert len((clone / "pip.log").read_text().splitlines()) == 6


def test_an_install_that_failed_is_tried_again(clone):
    command(clone / ".venv" / "bin" / "python", 'case "$1" in -m) echo "$@" >>pip.log; exit 1;; esac')
    assert run(clone, "scripts/demo").returncode != 0
    assert run(clone, "scripts/demo").returncode != 0
    assert len((clone / "pip.log").read_text().splitlines()) == 2


def test_an_environment_that_is_there_is_honoured(clone):
    venv.create(clone / ".venv", with_pip=False)
    marker = clone / ".venv" / "mine"
    marker.touch()
    run(clone, "scripts/environment")
    assert marker.exists()


def test_what_is_left_out_is_said_and_in_ci_nothing_may_be(tmp_path):
    clone = tmp_path / "clone"
    (clone / "scripts").mkdir(parents=True)
    text = (ROOT / "scripts" / "test").read_text(encoding="utf-8").replace(":/usr/sbin:/sbin", "")
    command(clone / "scripts" / "environment", "true")
    (clone / "scripts" / "test").write_text(text)
    for tool in ("ruff", "mypy", "lint-imports", "python"):
        command(clone / ".venv" / "bin" / tool, f'echo "{tool} $*"')
    for tool in ("bash", "dirname", "id", "env"):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / tool).symlink_to(Path("/usr/bin") / tool)
    here = {"PATH": str(tmp_path / "bin")}
    bash = [str(tmp_path / "bin" / "bash"), "scripts/test", "tests/store"]
    free = subprocess.run(bash, cwd=clone, env=here, capture_output=True, text=True)
    assert free.returncode == 0, free.stderr
    assert "LEFT OUT: the tests that need mosquitto; to run them too: apt-get install mosquitto" in free.stderr
    for package in ("chromium", "influxdb", "nginx", "postfix", "poppler-utils"):
        assert f"LEFT OUT: the tests that need {package}" in free.stderr
    left_out = "-m not server and not browser and not long tests/store"
    assert f"python -m pytest -n 2 --dist loadfile --no-loadscope-reorder {left_out}" in free.stdout
    strict = subprocess.run(bash, cwd=clone, env={**here, "CI": "true"}, capture_output=True, text=True)
    assert strict.returncode == 1
    assert "pytest" not in strict.stdout


def test_one_failed_step_fails_the_run_after_all_others_ran(tmp_path):
    command(tmp_path / "scripts" / "environment", "true")
    (tmp_path / "scripts" / "test").write_bytes((ROOT / "scripts" / "test").read_bytes())
    servers = ("mosquitto", "chromium", "influxd", "nginx", "postfix", "pdftotext")
    for tool in ("ruff", "mypy", "lint-imports", "python", *servers):
        folder = tmp_path / ".venv" / "bin" if tool not in servers else tmp_path / "bin"
        command(folder / tool, f'echo "{tool} $*"' + ("; exit 1" if tool == "mypy" else ""))
    found = subprocess.run(
        ["bash", "scripts/test"],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 1
    assert "python -m pytest" in found.stdout
    assert "FAILED: mypy" in found.stderr


def test_as_root_what_is_missing_is_installed_and_no_service_is_started(tmp_path):
    policy = tmp_path / "policy-rc.d"
    text = (ROOT / "scripts" / "test").read_text(encoding="utf-8")
    command(tmp_path / "scripts" / "environment", "true")
    (tmp_path / "scripts" / "test").write_text(
        text.replace(":/usr/sbin:/sbin", "").replace("/usr/sbin/policy-rc.d", str(policy))
    )
    for tool in ("ruff", "mypy", "lint-imports", "python"):
        command(tmp_path / ".venv" / "bin" / tool, f'echo "{tool} $*"')
    tools = tmp_path / "bin"
    command(tools / "id", "echo 0")
    for tool in ("chromium", "nginx", "postfix", "pdftotext"):
        command(tools / tool, "true")
    command(
        tools / "apt-get",
        f'echo "$*" >>{tmp_path}/apt.log; [ -x {policy} ] && echo guarded >>{tmp_path}/apt.log\n'
        f'case "$*" in *mosquitto) cp {tools}/chromium {tools}/mosquitto;; '
        f"*influxdb) cp {tools}/chromium {tools}/influxd;; esac",
    )
    for tool in ("bash", "sh", "dirname", "env", "tee", "chmod", "rm", "cp", "xargs"):
        (tools / tool).symlink_to(Path("/usr/bin") / tool)
    found = subprocess.run(
        [str(tools / "bash"), "scripts/test"],
        cwd=tmp_path,
        env={"PATH": str(tools), "CI": "true"},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    said = (tmp_path / "apt.log").read_text().splitlines()
    assert said == [
        "update -qq",
        "guarded",
        "install -y -qq --no-install-recommends mosquitto",
        "guarded",
        "install -y -qq --no-install-recommends influxdb",
        "guarded",
        "install -y -qq --no-install-recommends fonts-inter",
        "guarded",
    ]
    assert not policy.exists()
    assert "LEFT OUT" not in found.stderr

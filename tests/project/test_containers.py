"""The image and the compose file, as far as a parser can tell: services, health, commands, no password."""

from __future__ import annotations

import fnmatch
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
PROCESSES = ("ingest", "dashboard", "reports")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def instructions(name: str) -> list[str]:
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.partition(" ")[2].strip() for line in joined.splitlines() if line.split(" ")[0] == name]


def test_the_services_are_a_broker_a_database_and_the_three_processes():
    assert set(SERVICES) == {"mosquitto", "influxdb", *PROCESSES}
    assert [name for name, service in SERVICES.items() if "profiles" in service] == ["influxdb"]


def test_one_image_serves_three_commands():
    assert {SERVICES[name]["image"] for name in PROCESSES} == {"heatledger"}
    assert [SERVICES[name]["command"][0] for name in PROCESSES] == list(PROCESSES)


@pytest.mark.parametrize("name", PROCESSES)
def test_each_command_is_one_the_program_has_with_its_options(name):
    command, *options = SERVICES[name]["command"]
    said = subprocess.run(
        [sys.executable, "-c", "import sys; from cli.main import main; main()", command, "--help"],
        cwd=ROOT,
        env={"COLUMNS": "200", "TERM": "dumb", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stderr[-1000:]
    assert [option for option in options if option.startswith("--") and option not in said.stdout] == []


@pytest.mark.parametrize("name", ["mosquitto", "influxdb", "ingest", "dashboard"])
def test_each_server_has_a_health_check_and_each_process_waits_for_the_broker(name):
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    for process in PROCESSES:
        assert SERVICES[process]["depends_on"]["mosquitto"]["condition"] == "service_healthy"
        assert SERVICES[process]["environment"]["HEATLEDGER_MQTT_URL"].endswith("mqtt://mosquitto:1883}")


def test_ports_are_published_on_this_machine_only():
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert [
        port for port in published if not re.match(r"127\.0\.0\.1:|\$\{HEATLEDGER_BIND:-127\.0\.0\.1\}:", port)
    ] == []


def test_every_volume_is_declared_and_every_mounted_file_is_there():
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./docker/"):
                assert (ROOT / source).is_file()
            elif not source.startswith("./"):
                assert source in COMPOSE["volumes"]


def test_no_password_ships():
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|TOKEN|SECRET|_KEY", key):
                assert str(value).startswith("/run/secrets/"), key
            assert not re.search(r"://[^/\s]*:[^/\s]*@", str(value)), key
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
    assert "/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_the_image_runs_as_nobody_in_particular_from_locked_packages():
    assert instructions("FROM") == ["python:3.12-slim"]
    assert instructions("USER") == ["heatledger"]
    runs = " ".join(instructions("RUN"))
    assert "--require-hashes -r requirements.lock" in runs
    assert "fonts-inter" in runs
    (health,) = instructions("HEALTHCHECK")
    assert health.endswith('CMD ["heatledger", "check"]')


def test_everything_the_image_copies_is_there_and_let_through():
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = [line[1:] for line in ignore if line.startswith("!")]
    for instruction in instructions("COPY"):
        for source in shlex.split(instruction)[:-1]:
            assert (ROOT / source).exists(), source
            assert any(fnmatch.fnmatch(source, pattern) for pattern in let_through), source


def test_ci_runs_what_everybody_runs():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    assert [step.get("run") for step in workflow["jobs"]["test"]["steps"] if "run" in step] == [".ci/run"]
    assert "scripts/test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_hooks_run_the_tools_of_the_test_run():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    assert {hook["entry"].split()[0] for hook in hooks} == {
        ".venv/bin/ruff",
        ".venv/bin/mypy",
        ".venv/bin/lint-imports",
    }

"""The image and the compose file, as far as a parser can tell: services, health, commands, no password."""

from __future__ import annotations

import fnmatch
import getpass
import os
import re
import shlex
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from heatledger import bus, config
from tests.conftest import free_port

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
PROCESSES = ("ingest", "dashboard", "reports", "control")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def instructions(name: str) -> list[str]:
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.partition(" ")[2].strip() for line in joined.splitlines() if line.split(" ")[0] == name]


def test_the_services_are_a_broker_a_database_and_the_four_processes():
    assert set(SERVICES) == {"secrets", "mosquitto", "influxdb", *PROCESSES}
    assert [name for name, service in SERVICES.items() if "profiles" in service] == [], "one command starts all"


def test_one_image_serves_four_commands():
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
    assert SERVICES[name]["depends_on"]["secrets"]["condition"] == "service_completed_successfully"
    for process in PROCESSES:
        for server in ("mosquitto", "influxdb"):
            assert SERVICES[process]["depends_on"][server]["condition"] == "service_healthy"


def default(value: str) -> str:
    """What compose puts in for a variable that is not set."""
    found = re.fullmatch(r"\$\{\w+:?-(.*)\}", value)
    return found[1] if found else value


@pytest.mark.server
def test_the_processes_read_broker_and_token_from_files_that_the_secrets_service_makes(tmp_path):
    environ = {name: default(value) for name, value in SERVICES["ingest"]["environment"].items()}
    assert "process_secrets:/secrets:ro" in SERVICES["ingest"]["volumes"]
    make_secrets(tmp_path)
    here = {k: v.replace("/secrets", str(tmp_path / "heatledger")) for k, v in environ.items()}
    read = config.load(data_dir=tmp_path / "data", environ=here)
    secret = (tmp_path / "mosquitto" / "heatledger").read_text()
    assert read.settings.mqtt.url == f"mqtt://heatledger:{secret}@mosquitto:1883"
    token = (tmp_path / "influxdb" / "token").read_text()
    assert read.store_url == f"influxdb://:{token}@influxdb:8086/heatledger?org=home"
    assert SERVICES["influxdb"]["environment"]["DOCKER_INFLUXDB_INIT_BUCKET"] == "heatledger"
    assert SERVICES["influxdb"]["environment"]["DOCKER_INFLUXDB_INIT_ORG"] == "home"


def make_secrets(folder: Path) -> dict[str, str]:
    path = f"{os.environ['PATH']}:/usr/sbin"
    subprocess.run([ROOT / "docker" / "secrets.sh", folder], check=True, env={**os.environ, "PATH": path})
    return {str(made.relative_to(folder)): made.read_text() for made in folder.rglob("*") if made.is_file()}


@pytest.mark.server
def test_secrets_are_made_once_are_long_and_private(tmp_path):
    first = make_secrets(tmp_path)
    assert make_secrets(tmp_path) == first
    for name in ("mosquitto/heatledger", "mosquitto/devices", "influxdb/password", "influxdb/token"):
        assert re.fullmatch(r"[0-9a-f]{48}", first[name]), name
    assert len(set(first.values())) == len(first) - 1, "only the token stands twice"
    assert {made.stat().st_mode & 0o077 for made in tmp_path.rglob("*")} == {0}
    assert make_secrets(tmp_path / "other") != first


@pytest.mark.server
@pytest.mark.enable_socket
def test_the_shipped_broker_lets_in_its_users_with_tls_too_and_nobody_else(make_mosquitto, tmp_path):
    """The shipped files themselves, with this machine's ports and folders in them."""
    made, broker, tls_port = make_secrets(tmp_path / "secrets"), make_mosquitto(), free_port()
    folder = tmp_path / "more"
    (folder / "tls").mkdir(parents=True)
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    keys = ["-keyout", folder / "tls" / "key.pem", "-out", folder / "tls" / "cert.pem"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *names, *keys]
    subprocess.run(command, check=True, capture_output=True)
    where = {"/secrets": str(tmp_path / "secrets" / "mosquitto"), "/mosquitto/config/more": str(folder)}
    where |= {"listener 1883": f"listener {broker.port} 127.0.0.1", "listener 8883": f"listener {tls_port} 127.0.0.1"}
    where |= {"/mosquitto/data/": f"{tmp_path}/"}
    shipped, example = (
        (ROOT / "docker" / name).read_text() for name in ("mosquitto.conf", "broker.d/tls.conf.example")
    )
    for given, ours in where.items():
        shipped, example = shipped.replace(given, ours), example.replace(given, ours)
    (folder / "tls.conf").write_text(example)
    broker.config.write_text(f"user {getpass.getuser()}\n{shipped}")
    broker.start()
    assert logs_in(f"mqtt://heatledger:{made['mosquitto/heatledger']}@127.0.0.1:{broker.port}")
    assert logs_in(f"mqtt://devices:{made['mosquitto/devices']}@127.0.0.1:{broker.port}")
    assert not logs_in(f"mqtt://127.0.0.1:{broker.port}")
    assert not logs_in(f"mqtt://heatledger:wrong@127.0.0.1:{broker.port}")
    trusted = ssl.create_default_context(cafile=folder / "tls" / "cert.pem")
    with socket.create_connection(("127.0.0.1", tls_port)) as plain:
        trusted.wrap_socket(plain, server_hostname="127.0.0.1").close()


def logs_in(url: str) -> bool:
    connection = bus.connect(url, client_id="test", clean=True)
    until = time.monotonic() + 1.5
    while time.monotonic() < until and not connection.connected:
        connection.poll(0.02)
    reached = connection.connected
    connection.close()
    return reached


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
                assert (ROOT / source).exists()
            elif not source.startswith("./"):
                assert source in COMPOSE["volumes"]


def test_no_password_ships():
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|TOKEN|SECRET|_KEY", key):
                assert default(str(value)).startswith("/secrets/"), key
            assert not re.search(r"://[^/\s]*:[^/\s]*@", str(value)), key
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/secrets/", "/docker/broker.d/*"} <= set(ignored)


def test_the_image_runs_as_nobody_in_particular_from_locked_packages():
    assert instructions("FROM") == ["python:3.12-slim"]
    assert instructions("USER") == ["heatledger"]
    runs = " ".join(instructions("RUN"))
    assert "--require-hashes --no-deps -r requirements.lock" in runs
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

"""Schemathesis asks the API what its OpenAPI document allows and what it does not, for each role's token.

    .venv/bin/python benchmarks/api.py [--examples 40]

Broker, ingest and dashboard are real. Every answer must be one the document tells of, in status, type and content, and
none may be a fault of the server's.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import paho.mqtt.client as paho

from heatledger import config as configuration
from heatledger.people import ROLES
from heatledger.store.state import State
from tests.conftest import Mosquitto, free_port
from tests.dashboard import scene
from tests.dashboard.house import key, latest

PHASES = "examples,coverage,fuzzing"
MAIN = {key("em", "power", "a"): 900.0, key("em", "power", "b"): 400.0, key("plug1", "power"): 500.0}


@contextmanager
def serving(data: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve the small house with a password set; yield the address and a token of each role."""
    scene.write_config(data)
    scene.write_history(data, MAIN, days=3)
    state = State(configuration.load(data_dir=data, environ={}).state_path)
    at_us = scene.utc_us()
    state.people.keep("owner", "owner", "a password of the benchmark's", at_us=at_us)
    tokens = {role: state.people.add_token(role, role, at_us=at_us) for role in ROLES if role != "wall"}
    (data / "broker").mkdir()
    broker, port = Mosquitto(data / "broker").start(), free_port()
    say_all(broker)
    dashboard = scene.Process(data, broker.url, "dashboard", "--port", str(port), log=data / "dashboard.log")
    try:
        url = f"http://127.0.0.1:{port}"
        scene.wait_until_served(f"{url}/healthz", dashboard)
        yield url, tokens
    finally:
        dashboard.stop()
        broker.stop()
        print((data / "dashboard.log").read_text(encoding="utf-8")[-4000:], file=sys.stderr)


def say_all(broker: Mosquitto) -> None:
    """Leave at the broker what ingest republishes of the house."""
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    at_us = scene.utc_us()
    values = {series: scene.LiveValue(live.value, at_us) for series, live in latest().items()}
    told = {**scene.live_messages(values), "heatledger/ingest": b'{"online":true}'}
    for topic, payload in told.items():
        client.publish(topic, payload, 1, retain=True).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


def asked(url: str, role: str, token: str, examples: int, folder: str) -> int:
    """Let schemathesis ask, with a folder for what it notes; return its exit code."""
    left_out = ["positive_data_acceptance"]  # a text may name no home, day or figure that there is: 400 says so
    left_out += ["unsupported_method"] if role != "owner" else []  # the gate refuses whoever may not write with 403
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/openapi.json"]
    command += ["--phases", PHASES, "--max-examples", str(examples), "--checks", "all", "--continue-on-failure"]
    command += ["--exclude-checks", ",".join(left_out), "--no-color", "--warnings", "off"]
    command += ["-H", f"Authorization: Bearer {token}"]
    return subprocess.run(command, check=False, cwd=folder).returncode


def main() -> int:
    """Ask as everybody; 1 where an answer is not as the document says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=40, help="questions of each kind and route")
    given = parser.parse_args()
    worst = 0
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as (url, tokens):
        for role, token in tokens.items():
            begun = time.monotonic()
            code = asked(url, role, token, given.examples, folder)
            worst = max(worst, code)
            verdict = "as the document says" if code == 0 else "NOT as the document says"
            print(f"{role:10} {verdict}, {time.monotonic() - begun:.0f} s", flush=True)
    return int(worst > 0)


if __name__ == "__main__":
    raise SystemExit(main())

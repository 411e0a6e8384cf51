"""`heatledger decode`: a line in, a line out, whatever the line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(tmp_path, *arguments, stdin=b""):
    environ = {"HEATLEDGER_DATA": str(tmp_path), "PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    return subprocess.run(
        [sys.executable, "-m", "cli", "decode", *arguments], cwd=ROOT, env=environ, input=stdin, capture_output=True
    )


def test_one_message_by_hand(tmp_path):
    done = run(tmp_path, "--topic", "shellies/Küche/relay/0/energy", "--payload", "60000", "--retain")
    assert done.returncode == 0, done.stderr
    (reading,) = json.loads(done.stdout)["readings"]
    assert reading.pop("time").endswith("Z")
    assert reading == {
        "family": "shelly_gen1",
        "device": "Küche",
        "channel": "0",
        "quantity": "energy",
        "value": 1.0,
        "unit": "kWh",
        "kind": "counter",
        "reset": "reboot",
        "flags": ["retained"],
    }
    assert done.stderr == b"understood\n"


LINES = [
    (b'{"topic":"tele/a/LWT","payload":"Online","retain":true}', [("a", None, "online", True)]),
    (b"", []),
    (b"not json", []),
    (b"\xff\xfe", []),
    (b"[]", []),
    (b'{"topic":"tele/a/LWT"}', []),
    (b'{"topic":7,"payload":"x"}', []),
    (b'{"topic":"tele/\\ud800/LWT","payload":"\\ud800"}', []),
    (b'{"topic":"tele/a/LWT","payload":"Online","received_at":1e300}', []),
    (b'{"topic":"tele/a/LWT","payload":"Online","config":{"temp_unit":"K"}}', []),
    (b'{"a":' * 50_000, []),
    (
        b'{"topic":"x/y/state","payload":"{\\"roomTemperature\\":68}","config":{"temp_unit":"F"}}',
        [("y", None, "temperature", 20.0)],
    ),
    (b'{"topic":"stat/a/POWER2","payload":"ON","extra":{"deep":[1]}}', [("a", "2", "switch", "on")]),
]


@pytest.mark.parametrize("by_file", [False, True])
def test_every_line_has_its_line_in_order(tmp_path, by_file):
    text = b"\n".join(line for line, _ in LINES) + b"\n"
    if by_file:
        (tmp_path / "in.jsonl").write_bytes(text)
    done = run(tmp_path, "--jsonl", *([str(tmp_path / "in.jsonl")] if by_file else []), stdin=b"" if by_file else text)
    assert (done.returncode, done.stderr) == (0, b"")
    answers = [json.loads(line)["readings"] for line in done.stdout.decode().splitlines()]
    got = [[(one["device"], one["channel"], one["quantity"], one["value"]) for one in answer] for answer in answers]
    assert got == [wanted for _, wanted in LINES]


def test_the_time_is_the_devices_own_where_it_can_be_believed(tmp_path):
    payload = json.dumps({"params": {"ts": 1772352000.25, "switch:0": {"output": True}}})
    lines = [
        {"topic": "p/events/rpc", "payload": payload, "received_at": said}
        for said in ("2026-03-01T08:00:05Z", 1772352005, "2026-03-01T09:00:05+01:00", "2026-03-02T08:00:05Z")
    ]
    done = run(tmp_path, "--jsonl", stdin="\n".join(json.dumps(line) for line in lines).encode())
    times = [json.loads(line)["readings"][0]["time"] for line in done.stdout.splitlines()]
    assert times == ["2026-03-01T08:00:00.250000Z"] * 3 + ["2026-03-02T08:00:05Z"]


@pytest.mark.parametrize(
    ("arguments", "mend"),
    [
        (("--topic", "a"), b"--jsonl"),
        (("--jsonl", "--topic", "a", "--payload", "b"), b"either"),
        (("--jsonl", "no-such-file"), b"no-such-file: No such file or directory; name a file that can be read"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(tmp_path, arguments, mend):
    done = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert mend in done.stderr
    assert done.stderr.count(b"\n") == 1

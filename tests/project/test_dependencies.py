"""What is locked is what is asked for, pinned with hashes, and may be given away with an Apache-2.0 program."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME, TEST = "requirements.lock", "requirements-test.lock"
PACKAGES = ("heatledger", "ingest", "dashboard", "reports", "control", "cli")
PLATFORMS = [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64")]

# Licences whose terms an Apache-2.0 program can meet by passing on their notices.
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "PSF-2.0", "Zlib",
}  # fmt: skip
# How packages without an SPDX expression say the same, in their classifier or their own words.
SPOKEN = {
    "Apache 2": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
EXCEPTIONS = {
    "certifi": "MPL-2.0 binds changes to its own files; it is a list of certificates, used unchanged",
}


@cache
def locked(lock: str) -> list[tuple[str, str, Marker | None, int]]:
    """Name, version, marker and number of hashes of each line of a lock."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / lock).read_text(encoding="utf-8"))
    found = []
    for entry in entries:
        pin = re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)(?: ; ([^\\\n]+))?", entry)
        if pin:
            marker = Marker(pin[3].strip()) if pin[3] else None
            found.append((canonicalize_name(pin[1]), pin[2], marker, entry.count("--hash=sha256:")))
    return found


def pinned(lock: str, environment: dict[str, str] | None = None) -> dict[str, str]:
    return {name: version for name, version, marker, _ in locked(lock) if not marker or marker.evaluate(environment)}


@pytest.mark.parametrize("lock", [RUNTIME, TEST])
def test_every_pin_has_hashes_and_no_line_says_where_from(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert len(locked(lock)) > 10
    assert [name for name, _, _, hashes in locked(lock) if hashes == 0] == []
    assert re.findall(r"https?:|file:|--find|--index| @ ", text) == []


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize(("system", "machine"), PLATFORMS)
def test_the_locks_satisfy_what_is_asked_for_on_each_platform(system, machine, python):
    environment = {
        "os_name": "posix",
        "platform_machine": machine,
        "platform_system": system.title(),
        "python_full_version": f"{python}.1",
        "python_version": python,
        "sys_platform": system,
    }
    asked = [
        (RUNTIME, PYPROJECT["project"]["dependencies"]),
        (TEST, PYPROJECT["dependency-groups"]["test"]),
    ]
    for lock, requirements in asked:
        pins = pinned(lock, environment)
        for requirement in map(Requirement, requirements):
            version = pins.get(canonicalize_name(requirement.name))
            assert version, f"{requirement} is not in {lock}: run scripts/lock"
            assert requirement.specifier.contains(version), (
                f"{requirement}, but {lock} pins {version}: run scripts/lock"
            )


def test_both_locks_pin_the_same_version_of_what_they_share():
    runtime, test = pinned(RUNTIME), pinned(TEST)
    assert {
        name: (runtime[name], test[name]) for name in runtime.keys() & test.keys() if runtime[name] != test[name]
    } == {}


def test_what_is_installed_is_what_is_locked():
    pins = {**pinned(TEST), **pinned(RUNTIME)}
    assert {name: pin for name, pin in pins.items() if importlib.metadata.version(name) != pin} == {}


def spdx(name: str) -> str:
    """The licence of an installed package as an SPDX expression, as well as it says."""
    told = importlib.metadata.metadata(name)
    if told.get("License-Expression"):
        return str(told["License-Expression"])
    classifiers = [line.split(" :: ")[-1] for line in told.get_all("Classifier", []) if line.startswith("License ::")]
    own = (told.get("License") or "").strip().partition("\n")[0].strip()
    return " OR ".join(SPOKEN.get(words, words) for words in classifiers or [own])


def permitted(expression: str) -> bool:
    return any(all(part.strip("() ") in ALLOWED for part in way.split(" AND ")) for way in expression.split(" OR "))


def test_every_runtime_licence_may_be_combined_with_ours():
    refused = {name: spdx(name) for name in pinned(RUNTIME) if not permitted(spdx(name))}
    assert refused.keys() == EXCEPTIONS.keys(), refused


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("MIT", True),
        ("EPL-2.0 OR BSD-3-Clause", True),
        ("BSD-3-Clause AND MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("AGPL-3.0-only", False),
        ("", False),
    ],
)
def test_a_licence_is_permitted_when_one_of_its_ways_is(expression, expected):
    assert permitted(expression) is expected


def imports() -> set[str]:
    """Every top-level name the program imports that is neither its own nor the standard library's."""
    found = set()
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found - set(PACKAGES) - sys.stdlib_module_names


def test_every_dependency_is_imported_and_every_import_is_declared():
    # Not imported by name: time zone data; uvicorn's WebSocket protocol; what is settled for the next store and charts.
    by_name = {"tzdata", "websockets", "influxdb-client", "plotly"}
    provides = importlib.metadata.packages_distributions()
    imported = {canonicalize_name(provides[name][0]) for name in imports()}
    declared = {canonicalize_name(Requirement(text).name) for text in PYPROJECT["project"]["dependencies"]}
    assert (imported - declared, declared - imported - by_name) == (set(), set())


def test_an_installed_wheel_finds_what_ships(tmp_path):
    def run(*command: str, env: dict[str, str] | None = None) -> str:
        found = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
        assert found.returncode == 0, found.stderr[-2000:]
        return found.stdout

    pip = (sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT))
    (wheel,) = tmp_path.glob("heatledger-*.whl")
    run(*pip, "install", "--no-deps", "--no-index", "--target", str(tmp_path / "site"), str(wheel))
    code = "from heatledger.config import load, shipped_dir; load(environ={}); print(shipped_dir())"
    said = run(sys.executable, "-c", code, env={"PYTHONPATH": str(tmp_path / "site"), "HOME": str(tmp_path)})
    assert said.strip() == str(tmp_path / "site" / "heatledger" / "shipped")
    shipped = {
        path.relative_to(ROOT / "grafana-free-config") for path in (ROOT / "grafana-free-config").rglob("*.toml")
    }
    installed = tmp_path / "site" / "heatledger" / "shipped"
    assert {path.relative_to(installed) for path in installed.rglob("*.toml")} == shipped
    assert (tmp_path / "site" / "heatledger-0.1.0.dist-info" / "licenses" / "LICENSE").stat().st_size > 10_000

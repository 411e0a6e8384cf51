"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("heatledger", "ingest", "dashboard", "reports", "control", "cli")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts(*suffixes: str) -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        if not suffixes or path.suffix in suffixes:
            raw = path.read_bytes()
            if b"\0" not in raw:
                found.append((path.relative_to(ROOT), raw.decode("utf-8")))
    return found


def lines_with(pattern: str, *suffixes: str) -> list[str]:
    wanted = re.compile(pattern)
    return [
        f"{path}:{number}: {line.strip()[:120]}"
        for path, text in texts(*suffixes)
        if path.name != Path(__file__).name
        for number, line in enumerate(text.splitlines(), 1)
        if wanted.search(line)
    ]


def script(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_package_registry_is_named():
    hosts = r"pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org|proxy\.golang\.org"
    assert lines_with(rf"--(extra-)?index-url|--find-links|(?i:{hosts})") == []


def test_no_path_of_one_machine_is_written():
    assert lines_with(r"""(?:^|[\s"'`(=:])/(?:work|root|Users)/|(?<![\w.])/home/(?!heatledger)[a-z]""") == []


def test_no_file_of_python_is_longer_than_400_lines():
    assert {str(path): len(text.splitlines()) for path, text in texts(".py") if len(text.splitlines()) > 400} == {}


def test_no_drawer_for_everything():
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "services"}
    assert [path for path in tracked() if path.suffix == ".py" and path.stem in drawers] == []


def test_nothing_is_left_to_do():
    assert lines_with(r"\b(TODO|FIXME|XXX)\b|NotImplementedError", ".py") == []


def test_every_module_says_what_it_knows():
    assert [
        str(path)
        for path, text in texts(".py")
        if path.parts[0] in PACKAGES and text.strip() and not ast.get_docstring(ast.parse(text))
    ] == []


def test_what_ships_is_data_not_code():
    shipped = [path for path in tracked() if "grafana-free-config" in path.parts]
    assert {path.suffix for path in shipped} <= {".toml", ".json", ".md"}
    assert [path for path in shipped if path.stat().st_mode & 0o111] == []


@pytest.mark.parametrize(
    "path", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/home-file.md", "grafana-free-config/README.md"]
)
def test_every_link_to_a_file_of_ours_resolves(path):
    page = ROOT / path
    targets = re.findall(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    ours = [target for target in targets if "://" not in target]
    assert [target for target in ours if not (page.parent / target).exists()] == []


def test_every_path_that_is_named_exists():
    named = lines_paths(ROOT / "CONTRIBUTING.md") | lines_paths(ROOT / "README.md")
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


def test_every_page_that_a_message_sends_the_reader_to_is_written():
    spoken = [text for path, text in texts(".py", ".toml", ".html") if path.parts[0] not in {"tests", "benchmarks"}]
    named = {page for text in spoken for page in re.findall(r"(?<![\w/])docs/[\w/-]+\.md", text)}
    assert sorted(page for page in named if not (ROOT / page).is_file()) == []


def test_the_home_file_of_the_manual_can_be_used(tmp_path):
    from heatledger.config import load

    page = (ROOT / "docs" / "home-file.md").read_text(encoding="utf-8")
    home, *more, tariff = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    for name, text in {"homes/home.toml": "".join((home, *more)), "tariffs/flat.toml": tariff}.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = load(data_dir=tmp_path, config_dir=tmp_path, environ={})
    assert found.homes["home"].heat_pumps[0].heads[0].zone in {zone.id for zone in found.homes["home"].zones}
    assert [anchor.kind for anchor in found.homes["home"].anchors] == ["resistance", "fuel"]
    assert found.tariffs["flat"].lines


def lines_paths(page: Path) -> set[str]:
    folders = "docs|scripts|heatledger|ingest|dashboard|reports|cli|grafana-free-config|benchmarks|tests|docker"
    written = re.findall(rf"`((?:{folders})/[\w./-]*)(?: [^`]*)?`", page.read_text(encoding="utf-8"))
    later = {"heatledger/store/influx.py"}  # its place is decided; it comes with the second engine
    return {path for path in written if "NNN" not in path} - later


def test_decisions_are_numbered_without_a_gap_and_stay_short():
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(page.name[:3]) for page in pages] == list(range(1, len(pages) + 1))
    assert {page.name for page in pages if len(page.read_text(encoding="utf-8").splitlines()) > 20} == set()


def test_the_nomenclature_page_is_what_the_code_says():
    page = (ROOT / "docs" / "nomenclature.md").read_text(encoding="utf-8")
    assert script("nomenclature").render(page) == page, "run scripts/nomenclature.py"


def test_the_nomenclature_page_explains_every_flag_and_role():
    from heatledger.home import Role
    from heatledger.readings import Flag

    page = (ROOT / "docs" / "nomenclature.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| (\w+) \|", page, re.MULTILINE))
    assert {str(flag.name).lower() for flag in Flag if flag.name} <= rows
    assert set(Role.__args__) <= rows


@pytest.mark.parametrize("name", ["device", "home", "settings", "tariff"])
def test_the_schemas_are_what_the_code_says(name):
    module = script("schema")
    written = (module.FOLDER / f"{name}.schema.json").read_text(encoding="utf-8")
    assert module.schema(module.KINDS[name]) == written, "run scripts/schema.py"


def test_settings_toml_states_every_setting():
    from heatledger.config import Settings

    stated = tomllib.loads((ROOT / "grafana-free-config" / "settings.toml").read_text(encoding="utf-8"))
    every = msgspec.to_builtins(Settings())
    assert {table: set(keys) for table, keys in stated.items()} == {table: set(keys) for table, keys in every.items()}


def test_the_import_contracts_hold():
    found = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout[-2000:]


def test_the_import_contract_sees_pandas_behind_a_library_module(tmp_path):
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(settings)["tool"]["importlinter"]["contracts"]
    contract = next(contract for contract in contracts if contract.get("id") == "no-frames")
    (tmp_path / "heatledger" / "columns.py").write_text("import pandas\n")
    (tmp_path / "heatledger" / "readings.py").write_text("from heatledger import columns\n")
    (tmp_path / "pyproject.toml").write_text(settings)
    found = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache", "--contract", contract["id"]],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 1
    assert "heatledger.columns -> pandas" in found.stdout


def test_ingest_runs_without_pandas_scipy_or_holidays(tmp_path):
    code = (
        "import importlib, pkgutil, sys, ingest\n"
        "for module in pkgutil.walk_packages(ingest.__path__, 'ingest.'):\n"
        "    importlib.import_module(module.name)\n"
        "from heatledger.config import load\n"
        "load(environ={'HEATLEDGER_DATA': sys.argv[1]}, plans=False)\n"  # as `heatledger ingest` reads it
        "print(sorted({'pandas', 'scipy', 'dash', 'influxdb_client', 'holidays'} & set(sys.modules)))\n"
    )
    found = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert found.stdout.strip() == "[]", found.stderr[-1000:]

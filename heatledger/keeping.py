"""Writes the user's files of configuration: whole or not at all, tried before they count, comments kept."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import tomlkit
from tomlkit.items import AoT

from heatledger.config import load
from heatledger.home import Home
from heatledger.misfit import ConfigError

_SETTINGS: Final = "settings.toml"
_TABLES: Final = ("zones", "meters", "heat_pumps", "comparison")


def keep(path: Path, text: str) -> None:
    """Write a file of the user's, whole or not at all; what it replaces stays beside it, ending in .old.

    Raises
    ------
    ConfigError
        If it cannot be written.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        if path.exists():
            shutil.copy2(path, path.with_name(f"{path.name}.old"))
        draft.replace(path)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; choose a place that can be written") from error


def keep_home(
    user: Path,
    home: Home,
    *,
    recipients: Sequence[str] | None = None,
    data_dir: Path,
    environ: Mapping[str, str] = os.environ,
) -> Path:
    """Write a home file into the user's layer once the whole configuration with it can be used.

    Parameters
    ----------
    user : Path
        The user's layer.
    home : Home
        What it says; comments and order of a file that is there stay.
    recipients : sequence of str, optional
        Who gets its statements from now on, for settings.toml; by default that stays as it is.
    data_dir : Path
        Where state lives.
    environ : mapping
        The environment.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ConfigError
        If the configuration with it could not be used: file, key, mend. Nothing is changed then.
    """
    name = f"homes/{home.id}.toml"
    path = user / name
    texts = {name: merged(path.read_text(encoding="utf-8") if path.is_file() else "", home)}
    if recipients is not None:
        settings = _settings(user)
        settings.setdefault("reports", {}).setdefault("homes", {})[home.id] = list(recipients)
        texts[_SETTINGS] = tomlkit.dumps(settings)
    _keep_all(user, texts, data_dir=data_dir, environ=environ)
    return path


def forget_recipients(user: Path, home_id: str) -> None:
    """Take a home's recipients out of settings.toml: it could not be used once the home is gone.

    Raises
    ------
    ConfigError
        If the file cannot be written.
    """
    settings = _settings(user)
    homes = settings.get("reports", {}).get("homes", {})
    if home_id in homes:
        del homes[home_id]
        keep(user / _SETTINGS, tomlkit.dumps(settings))


def keep_settings(
    user: Path, table: str, said: Mapping[str, object], *, data_dir: Path, environ: Mapping[str, str] = os.environ
) -> Path:
    """Write keys of one table into the user's settings.toml once the whole configuration with them can be used.

    Parameters
    ----------
    user : Path
        The user's layer.
    table : str
        Of settings.toml.
    said : mapping
        Its keys with their values; every other key, and comments, stay.
    data_dir : Path
        Where state lives.
    environ : mapping
        The environment.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ConfigError
        If the configuration with it could not be used. Nothing is changed then.
    """
    document = _settings(user)
    part = document.setdefault(table, tomlkit.table())
    for key, value in said.items():
        if part.get(key) != value:
            part[key] = value
    _keep_all(user, {_SETTINGS: tomlkit.dumps(document)}, data_dir=data_dir, environ=environ)
    return user / _SETTINGS


def _settings(user: Path) -> tomlkit.TOMLDocument:
    path = user / _SETTINGS
    return tomlkit.parse(path.read_text(encoding="utf-8") if path.is_file() else "")


def _keep_all(user: Path, texts: Mapping[str, str], *, data_dir: Path, environ: Mapping[str, str]) -> None:
    _try(user, texts, data_dir=data_dir, environ=environ)
    for name, text in texts.items():
        keep(user / name, text)


def keep_secret(path: Path, text: str) -> None:
    """Write a secret that nobody but its owner can read, whole or not at all.

    Raises
    ------
    ConfigError
        If it cannot be written.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123 - never readable by others, not for a moment
            file.write(text)
        draft.replace(path)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; choose a data folder that can be written") from error


def _try(user: Path, texts: Mapping[str, str], *, data_dir: Path, environ: Mapping[str, str]) -> None:
    """Refuse files with which the whole configuration could not be used, as if they stood where they are meant for."""
    with tempfile.TemporaryDirectory(prefix="heatledger-") as scratch:
        tried = Path(scratch) / "config"
        if user.is_dir():
            shutil.copytree(user, tried)
        for name, text in texts.items():
            (tried / name).parent.mkdir(parents=True, exist_ok=True)
            (tried / name).write_text(text, encoding="utf-8")
        try:
            load(data_dir=data_dir, config_dir=tried, environ=environ)
        except ConfigError as error:
            raise ConfigError(str(error).replace(str(tried), str(user))) from error


def merged(text: str, home: Home) -> str:
    r"""Return the text of a home file with what the home says now; what it says of nothing else stays.

    Examples
    --------
    >>> home = Home(id="home", name="New", timezone="UTC", currency="EUR")
    >>> print(merged('id = "home"\nname = "Old" # ours\ntimezone = "UTC"\ncurrency = "EUR"\n', home))
    id = "home"
    name = "New" # ours
    timezone = "UTC"
    currency = "EUR"
    <BLANKLINE>
    """
    document = tomlkit.parse(text)
    said = _stated(home)
    for key in [key for key in document if key not in said]:
        del document[key]
    for key, value in said.items():
        if key in _TABLES:
            document[key] = _rows(document.get(key), value)
        elif document.get(key) != value:
            document[key] = value
    return tomlkit.dumps(document)


def _rows(old: object, rows: list[dict[str, Any]]) -> AoT:
    """Return an array of tables: those of the same id stay where they are, with their comments."""
    known = {row.get("id"): row for row in old} if isinstance(old, AoT) else {}
    made = tomlkit.aot()
    for row in rows:
        table = known.get(row.get("id"), tomlkit.table())
        for key in [key for key in table if key not in row]:
            del table[key]
        for key, value in row.items():
            if table.get(key) != value:
                table[key] = value
        made.append(table)
    return made


def _stated(home: Home) -> dict[str, Any]:
    """Return what a home states beyond the defaults, as TOML has it: nothing that is not known."""
    given = msgspec.to_builtins(home, builtin_types=(bool,))
    plain: dict[str, Any] = _without_defaults(given, home)
    return plain


def _without_defaults(given: dict[str, Any], value: msgspec.Struct) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(type(value)):
        own, written = getattr(value, field.name), given[field.encode_name]
        if own is None or (not field.required and own == field.default):
            continue
        if isinstance(own, msgspec.Struct):
            written = _without_defaults(written, own)
        elif isinstance(own, tuple):
            written = [
                _without_defaults(row, one) if isinstance(one, msgspec.Struct) else row
                for row, one in zip(written, own, strict=True)
            ]
        found[field.encode_name] = written
    return found

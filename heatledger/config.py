"""The only reader of configuration: what ships, overlaid by the user's own files and the environment, validated."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import platformdirs

from heatledger.baseline.kinds import Alternative
from heatledger.baseline.kinds import misfit as alternative_misfit
from heatledger.broker import BusError, endpoint
from heatledger.devices import DeviceFile
from heatledger.heat.system import System, misfit
from heatledger.home import Home
from heatledger.home_references import check_home, refers
from heatledger.mail_settings import ReportSettings as ReportSettings
from heatledger.misfit import ConfigError as ConfigError
from heatledger.misfit import mend
from heatledger.settings import DiscoverySettings as DiscoverySettings
from heatledger.settings import Settings as Settings
from heatledger.settings import from_environment, with_secrets
from heatledger.store.address import complete
from heatledger.tariff.model import Tariff

T = TypeVar("T")


class Config(msgspec.Struct, frozen=True):
    """Everything the processes need to know, read once and validated."""

    data_dir: Path
    settings: Settings
    homes: Mapping[str, Home]
    tariffs: Mapping[str, Tariff]
    devices: tuple[DeviceFile, ...]
    systems: Mapping[str, System] = msgspec.field(default_factory=dict)
    tariff_files: Mapping[str, Path] = msgspec.field(default_factory=dict)
    alternatives: Mapping[str, Alternative] = msgspec.field(default_factory=dict)
    user: Path = Path()
    """The folder of the user's own layer, which may not be there yet."""

    @property
    def store_url(self) -> str:
        """The store's URL, with the token where it needs one: not to be printed (`heatledger.store.shown`)."""
        return self.complete(self.settings.store.url or f"sqlite:///{self.data_dir / 'heatledger.db'}")

    def complete(self, url: str) -> str:
        """Return a store's URL with the organization, bucket and token that the settings add to it."""
        store = self.settings.store
        return complete(url, org=store.org, bucket=store.bucket, token=store.token)

    @property
    def state_path(self) -> Path:
        """The file of small relational state, whatever the store."""
        return self.data_dir / "state.db"

    @property
    def sent_path(self) -> Path:
        """The ledger of what was sent, and to whom."""
        return self.data_dir / "sent.db"

    @property
    def control_lock(self) -> Path:
        """The file that the one process that sends commands keeps locked."""
        return self.data_dir / "control.lock"


def default_data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the directory of state: ``$HEATLEDGER_DATA``, else the user's data directory."""
    named = environ.get("HEATLEDGER_DATA")
    return (
        Path(named).expanduser().absolute()
        if named
        else Path(platformdirs.user_data_dir("heatledger", appauthor=False))
    )


def shipped_dir() -> Path:
    """Return the folder of configuration that ships: in a clone ``grafana-free-config``, installed a copy of it."""
    clone = Path(__file__).parent.parent / "grafana-free-config"
    return clone if clone.is_dir() else Path(__file__).parent / "shipped"


def user_dir(data_dir: Path, config_dir: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the user's layer of configuration: what is given, else ``$HEATLEDGER_CONFIG``, else in the data folder."""
    named = environ.get("HEATLEDGER_CONFIG")
    return config_dir or (Path(named).expanduser() if named else data_dir / "config")


def load(
    *,
    data_dir: Path | None = None,
    config_dir: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    plans: bool = True,
) -> Config:
    """Read both layers of configuration and the environment.

    Parameters
    ----------
    data_dir : Path, optional
        Where state lives; by default `default_data_dir`.
    config_dir : Path, optional
        The user's layer; by default ``$HEATLEDGER_CONFIG``, else ``config`` in the data directory.
    environ : mapping
        The environment.
    plans : bool
        Whether to read the rate plans: who prices nothing saves the calendars of holidays, 12 MB.

    Returns
    -------
    Config
        The validated values.

    Raises
    ------
    ConfigError
        On the first file that cannot be used: file, key, mend, in one line.
    """
    data = data_dir or default_data_dir(environ)
    user = user_dir(data, config_dir, environ)
    if (config_dir or environ.get("HEATLEDGER_CONFIG")) and not user.is_dir():
        raise ConfigError(f"{user}: no such folder; make it, or leave out --config and HEATLEDGER_CONFIG")
    layers = (shipped_dir(), user)
    tariff_files = {path.stem: path for path in _files(layers, "tariffs")}
    tariffs = {stem: read_toml(path, Tariff) for stem, path in tariff_files.items()} if plans else {}
    systems = {path.stem: _system(path) for path in _files(layers, "systems")}
    alternatives = {path.stem: _alternative(path, set(systems)) for path in _files(layers, "comparisons")}
    homes = {path.stem: read_toml(path, Home) for path in _files((user,), "homes")}
    for stem, home in homes.items():
        path = user / "homes" / f"{stem}.toml"
        refers(path, "tariff", home.tariff, set(tariff_files))
        check_home(path, home, tariffs, systems, alternatives)
    devices = tuple(read_toml(path, DeviceFile) for path in _files(layers, "devices"))
    settings = with_secrets(from_environment(_settings(layers), environ), data)
    try:
        endpoint(settings.mqtt.url)
    except BusError as error:
        raise ConfigError(f"mqtt.url: {error}") from error
    for home_id in settings.reports.homes:
        refers(user / "settings.toml", "reports.homes", home_id, set(homes))
    return Config(
        data_dir=data,
        settings=settings,
        homes=homes,
        tariffs=tariffs,
        devices=devices,
        systems=systems,
        tariff_files=tariff_files,
        alternatives=alternatives,
        user=user,
    )


def read_toml(path: Path, kind: type[T]) -> T:
    """Read a TOML file as a validated value.

    Parameters
    ----------
    path : Path
        The file.
    kind : type
        A msgspec Struct.

    Returns
    -------
    T
        The value.

    Raises
    ------
    ConfigError
        If the file cannot be read, is not TOML, or does not fit: file, key, mend.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; check that the file exists and may be read") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}; mend that line") from error
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {mend(str(error), kind)}") from error


def _system(path: Path) -> System:
    system = read_toml(path, System)
    if system.id != path.stem:
        raise ConfigError(f"{path}: id is {system.id!r} but the file is {path.name}; make them the same")
    wrong = misfit(system)
    if wrong is not None:
        raise ConfigError(f"{path}: {wrong}")
    return system


def _alternative(path: Path, systems: set[str]) -> Alternative:
    found = read_toml(path, Alternative)
    if found.id != path.stem:
        raise ConfigError(f"{path}: id is {found.id!r} but the file is {path.name}; make them the same")
    wrong = alternative_misfit(found, systems)
    if wrong is not None:
        raise ConfigError(f"{path}: {wrong}")
    return found


def _files(layers: tuple[Path, ...], folder: str) -> list[Path]:
    found = {path.stem: path for layer in layers for path in sorted((layer / folder).glob("*.toml"))}
    return [found[stem] for stem in sorted(found)]


def _settings(layers: tuple[Path, ...]) -> Settings:
    merged: dict[str, object] = {}
    for path in (layer / "settings.toml" for layer in layers):
        if path.is_file():
            given = msgspec.to_builtins(read_toml(path, Settings))
            merged = _over(merged, given, tomllib.loads(path.read_text(encoding="utf-8")))
    return msgspec.convert(merged, Settings)


def _over(under: object, given: Mapping[str, Any], stated: Mapping[str, Any]) -> dict[str, object]:
    """Return a table with the keys that the next layer states laid over it, tables within tables alike."""
    merged = dict(under) if isinstance(under, dict) else {}
    for key, value in stated.items():
        inner = given[key]
        both = isinstance(value, dict) and isinstance(inner, dict)
        merged[key] = _over(merged.get(key), inner, value) if both else inner
    return merged

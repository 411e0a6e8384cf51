"""What settings.toml may say, and what of it the environment and secret files say instead."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from heatledger.misfit import ConfigError

# variable (or variable_FILE, a file that holds it) -> table and key of settings.toml
_OVERRIDES: Final = (
    ("HEATLEDGER_MQTT_URL", "mqtt", "url"),
    ("HEATLEDGER_STORE_URL", "store", "url"),
    ("HEATLEDGER_STORE_ORG", "store", "org"),
    ("HEATLEDGER_STORE_BUCKET", "store", "bucket"),
    ("HEATLEDGER_STORE_TOKEN", "store", "token"),
)


class Mqtt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the broker is and what is listened to."""

    url: str = "mqtt://127.0.0.1:1883"
    topics: tuple[str, ...] = ("#",)
    client_id: str = "heatledger-ingest"


class StoreSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where readings and intervals are kept; empty: a SQLite file in the data directory.

    `org`, `bucket` and `token` are for InfluxDB, where the URL does not say them; `token_file` holds the token.
    """

    url: str = ""
    org: str = ""
    bucket: str = ""
    token: str = ""
    token_file: str = ""
    readings_days: Annotated[int, Meta(ge=2)] = 90
    spool_mb: Annotated[int, Meta(ge=1)] = 512


class DashboardSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the page is served, under which path, and which reverse proxies say who asks (addresses or networks)."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8050
    path: Annotated[str, Meta(pattern="^/([\\w.~-]+/)*$")] = "/"
    trusted_proxies: tuple[str, ...] = ()


class ReportSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the monthly statement is made: a day of the month and an hour, in the home's own time."""

    day: Annotated[int, Meta(ge=1, le=28)] = 2
    hour: Annotated[int, Meta(ge=0, le=23)] = 7


class DiscoverySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where Home Assistant's discovery messages are, and whether their unusual templates may run, in a sandbox."""

    prefix: Annotated[str, Meta(pattern="^[^+#/]+(/[^+#/]+)*$")] = "homeassistant"
    templates: bool = False


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """settings.toml, with what the environment overrides."""

    mqtt: Mqtt = Mqtt()
    store: StoreSettings = StoreSettings()
    dashboard: DashboardSettings = DashboardSettings()
    reports: ReportSettings = ReportSettings()
    discovery: DiscoverySettings = DiscoverySettings()


def from_environment(settings: Settings, environ: Mapping[str, str]) -> Settings:
    """Return settings with what the environment overrides.

    Raises
    ------
    ConfigError
        If a file that a variable names cannot be read.
    """
    for name, table, key in _OVERRIDES:
        if value := _secret(environ, name):
            settings = _replaced(settings, table, key, value)
    return settings


def with_token(settings: Settings, data: Path) -> Settings:
    """Read the store's token from the file that is named, or from its place in the data directory."""
    named = settings.store.token_file
    path = Path(named).expanduser() if named else data / "secrets" / "store_token"
    if settings.store.token or not (named or path.is_file()):
        return settings
    return _replaced(settings, "store", "token", _read_secret(path, "store.token_file"))


def _replaced(settings: Settings, table: str, key: str, value: str) -> Settings:
    part = msgspec.structs.replace(getattr(settings, table), **{key: value})
    return msgspec.structs.replace(settings, **{table: part})


def _secret(environ: Mapping[str, str], name: str) -> str | None:
    path = environ.get(f"{name}_FILE")
    return _read_secret(Path(path), f"{name}_FILE") if path else environ.get(name)


def _read_secret(path: Path, said_by: str) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{said_by}={path}: {error.strerror}; name a file that may be read") from error

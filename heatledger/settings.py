"""What settings.toml may say, and what of it the environment and secret files say instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta

from heatledger.alerts.table import AlertSettings
from heatledger.broker import wants_password, with_password
from heatledger.mail_settings import MailSettings, ReportSettings
from heatledger.misfit import ConfigError

MQTT_PASSWORD: Final = "mqtt_password"  # noqa: S105 - the name of a file
"""The file of the broker's password among the secrets."""

# variable (or variable_FILE, a file that holds it) -> table and key of settings.toml
_OVERRIDES: Final = (
    ("HEATLEDGER_MQTT_URL", "mqtt", "url"),
    ("HEATLEDGER_STORE_URL", "store", "url"),
    ("HEATLEDGER_STORE_ORG", "store", "org"),
    ("HEATLEDGER_STORE_BUCKET", "store", "bucket"),
    ("HEATLEDGER_STORE_TOKEN", "store", "token"),
)


class Mqtt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the broker is and what is listened to.

    `password_file` holds the password of the user in `url`, where that does not say it.
    """

    url: str = "mqtt://127.0.0.1:1883"
    password_file: str = ""
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
    """Where the page is served, under which path, and which reverse proxies say who asks (addresses or networks).

    `night` is when a wall tablet is dark, in the home's own time; empty for never. `public_url` is where those outside
    reach it, ending in a slash: links in what is sent lead there.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8050
    path: Annotated[str, Meta(pattern="^/([\\w.~-]+/)*$")] = "/"
    trusted_proxies: tuple[str, ...] = ()
    night: Annotated[str, Meta(pattern=r"^$|^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")] = "22:00-06:30"
    public_url: str = ""

    def __post_init__(self) -> None:
        """Refuse what no link can begin with."""
        if self.public_url and not re.fullmatch(r"https?://[^/?#\s\"<>]+/([^?#\s\"<>]+/)?", self.public_url):
            raise ValueError(f"public_url: {self.public_url!r} begins no link; write it as https://home.example.org/")


class DiscoverySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where Home Assistant's discovery messages are, and whether their unusual templates may run, in a sandbox."""

    prefix: Annotated[str, Meta(pattern="^[^+#/]+(/[^+#/]+)*$")] = "homeassistant"
    templates: bool = False


class HomeAssistantSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether bill, COP, saving and rooms are published as Home Assistant's entities, below `discovery.prefix`."""

    on: bool = False


class ControlSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether devices are told anything at all, in the zones whose home file says so; and by the wall tablet, too."""

    on: bool = False
    wall: bool = False


class CommissioningSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How commissioning looks at homes.

    `pace` is how many times faster than real a simulated home lives: a guided test run's clock runs so much faster,
    to be practised or tried in minutes. Of a real home it is 1, and every run says where it is not.
    """

    pace: Annotated[float, Meta(ge=1, le=600)] = 1.0


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """settings.toml, with what the environment overrides."""

    mqtt: Mqtt = Mqtt()
    store: StoreSettings = StoreSettings()
    dashboard: DashboardSettings = DashboardSettings()
    mail: MailSettings = MailSettings()
    reports: ReportSettings = ReportSettings()
    discovery: DiscoverySettings = DiscoverySettings()
    home_assistant: HomeAssistantSettings = HomeAssistantSettings()
    alerts: AlertSettings = AlertSettings()
    control: ControlSettings = ControlSettings()
    commissioning: CommissioningSettings = CommissioningSettings()


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


def stated_by(environ: Mapping[str, str], table: str, key: str) -> str:
    """Return the variable of the environment that says a setting, whatever the files say; empty where none does.

    Examples
    --------
    >>> stated_by({"HEATLEDGER_MQTT_URL": "mqtt://nas"}, "mqtt", "url"), stated_by({}, "mqtt", "url")
    ('HEATLEDGER_MQTT_URL', '')
    """
    names = (name for name, *place in _OVERRIDES if place == [table, key])
    said = (f"{name}{file}" for name in names for file in ("_FILE", "") if environ.get(f"{name}{file}"))
    return next(said, "")


def with_secrets(settings: Settings, data: Path) -> Settings:
    """Read the broker's password and the store's token from the files that are named, or from the data directory.

    Raises
    ------
    ConfigError
        If a file that is named cannot be read.
    """
    for secret in _SECRETS:
        path = secret.path(settings, data)
        if secret.wanted(settings) and (secret.named(settings) or path.is_file()):
            settings = secret.put(settings, _read_secret(path, f"{secret.table}.{secret.key}"))
    return settings


def secret_files(settings: Settings, data: Path, environ: Mapping[str, str]) -> list[Path]:
    """Return every file that a secret may stand in, there or not."""
    named = [Path(path) for name, _, _ in _OVERRIDES if (path := environ.get(f"{name}_FILE"))]
    return [*named, *(secret.path(settings, data) for secret in _SECRETS)]


class _Secret(NamedTuple):
    """A secret in a file: the key of settings.toml that names the file, and what it is called without one."""

    table: str
    key: str
    file: str
    wanted: Callable[[Settings], bool]
    put: Callable[[Settings, str], Settings]

    def named(self, settings: Settings) -> str:
        return str(getattr(getattr(settings, self.table), self.key))

    def path(self, settings: Settings, data: Path) -> Path:
        named = self.named(settings)
        return Path(named).expanduser() if named else secret_path(data, self.file)


def secret_path(data: Path, name: str) -> Path:
    """Return where a secret is kept unless a setting names another file."""
    return data / "secrets" / name


_SECRETS: Final = (
    _Secret(
        "mqtt",
        "password_file",
        MQTT_PASSWORD,
        lambda settings: wants_password(settings.mqtt.url),
        lambda settings, word: _replaced(settings, "mqtt", "url", with_password(settings.mqtt.url, word)),
    ),
    _Secret(
        "store",
        "token_file",
        "store_token",
        lambda settings: not settings.store.token,
        lambda settings, word: _replaced(settings, "store", "token", word),
    ),
)


def mail_password(mail: MailSettings, data: Path, environ: Mapping[str, str]) -> str | None:
    """Return the mail server's password from the environment or its file; None without a user.

    Raises
    ------
    ConfigError
        If there is a user and no password, or its file cannot be read.
    """
    if not mail.user:
        return None
    given = _secret(environ, "HEATLEDGER_MAIL_PASSWORD")
    if given:
        return given
    path = Path(mail.password_file).expanduser() if mail.password_file else data / "secrets" / "mail_password"
    if not mail.password_file and not path.is_file():
        raise ConfigError(f"mail.user is {mail.user!r} without a password; put it into {path} (mode 0600)")
    return _read_secret(path, "mail.password_file")


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

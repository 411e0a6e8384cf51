"""Where the demo lives: its folder, its broker's configuration, its ports."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path
from typing import Final

import platformdirs

from cli.options import CommandError
from cli.processes import Program, heatledger
from heatledger.config import shipped_dir

HOME_ID: Final = "demo"
_BROKER_PORT: Final = 18_830
_SBIN: Final = "/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin"


class Place:
    """The demo's folder: `$HEATLEDGER_DATA`, else one of its own, so that real homes are never mixed with it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.own = data / "demo"
        self.home_file = data / "config" / "homes" / f"{HOME_ID}.toml"
        self.state = self.own / "home.json"
        self.past = self.own / "past.json"

    def claim(self, *, fresh: bool) -> None:
        """Make the folder ready; refuse one that holds a real home."""
        others = [path.stem for path in self.home_file.parent.glob("*.toml") if path != self.home_file]
        if others:
            raise CommandError(
                f"{self.data} holds the home {others[0]!r}: the demo would mix with it; "
                "set HEATLEDGER_DATA to another folder, or leave it out"
            )
        if fresh or not self.state.exists():
            for pattern in ("heatledger.db*", "state.db*"):
                for path in self.data.glob(pattern):
                    path.unlink()
            shutil.rmtree(self.own, ignore_errors=True)
        try:
            self.own.mkdir(parents=True, exist_ok=True)
            self.home_file.parent.mkdir(parents=True, exist_ok=True)
            if fresh or not self.home_file.exists():
                shutil.copyfile(shipped_dir() / "homes" / f"{HOME_ID}.toml", self.home_file)
                self._switch_on()
        except OSError as error:
            raise CommandError(
                f"{error.filename}: {error.strerror}; set HEATLEDGER_DATA to a writable folder"
            ) from error

    def _switch_on(self) -> None:
        """Let the simulated home be commanded, unless its user has settings already."""
        settings = self.home_file.parent.parent / "settings.toml"
        if not settings.exists():
            settings.write_text("[control]\non = true\n", encoding="utf-8")

    def environ(self, broker_port: int) -> dict[str, str]:
        """Return what the processes of the demo find in their environment."""
        return {
            "HEATLEDGER_DATA": str(self.data),
            "HEATLEDGER_CONFIG": str(self.data / "config"),
            "HEATLEDGER_STORE_URL": f"sqlite:///{self.data / 'heatledger.db'}",
            "HEATLEDGER_MQTT_URL": f"mqtt://127.0.0.1:{broker_port}",
        }


def broker(place: Place, port: int) -> Program:
    """Return the program of the broker: mosquitto where it is installed, else the embedded one."""
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', os.defpath)}:{_SBIN}")
    if found is None:
        return Program("broker (embedded)", heatledger("_broker", str(port)))
    kept = place.own / "mosquitto"
    kept.mkdir(exist_ok=True)
    settings = place.own / "mosquitto.conf"
    user = "user root\n" if os.geteuid() == 0 else ""  # or it would give up the right to its own folder
    settings.write_text(
        f"{user}listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {kept}/\n"
        "max_inflight_messages 0\nmax_queued_messages 0\nset_tcp_nodelay true\nlog_type error\n",
        encoding="utf-8",
    )
    return Program("broker (mosquitto)", (found, "-c", str(settings)), log=place.own / "mosquitto.log")


def data_dir() -> Path:
    """Return the folder the environment names, else the demo's own."""
    named = os.environ.get("HEATLEDGER_DATA")
    chosen = Path(named).expanduser() if named else Path(platformdirs.user_data_dir("heatledger-demo", appauthor=False))
    return chosen.absolute()


def is_free(port: int) -> bool:
    """Whether a loopback port can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def broker_port() -> int:
    """Return a loopback port for the demo's broker: the same one each time, unless it is taken."""
    if is_free(_BROKER_PORT):
        return _BROKER_PORT
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

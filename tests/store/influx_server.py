"""A real influxd of Debian's version 1.6, and a real nginx before it that adds what 1.8 has: one path, one login."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import accepts, free_port

_WHERE = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"

INFLUXD = """reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
dir = "{folder}/meta"
[data]
dir = "{folder}/data"
wal-dir = "{folder}/wal"
query-log-enabled = false
{extra}
[http]
bind-address = "127.0.0.1:{port}"
log-enabled = false
auth-enabled = {auth}
[monitor]
store-enabled = false
[subscriber]
enabled = false
[logging]
level = "error"
"""

NGINX = """{user}daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.error warn;
events {{ worker_connections 256; }}
http {{
  {top}
  client_max_body_size 32m; client_body_buffer_size 1m;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream influxd {{ server 127.0.0.1:{influxd}; keepalive 16; }}
  map $arg_precision $unit {{ us u; default $arg_precision; }}
  map $http_authorization $login {{ "~^Token (?<user>[^:]+):(?<secret>.+)$" "u=$user&p=$secret"; }}
  server {{
    listen 127.0.0.1:{port} {tls};
    proxy_http_version 1.1;
    proxy_set_header Connection ""; proxy_set_header Authorization "";
    proxy_buffering on; proxy_buffers 16 64k;
    {extra}
    location = /api/v2/write {{
      {fault} rewrite ^ /write?db=$arg_bucket&precision=$unit&$login? break; proxy_pass http://influxd;
    }}
    location = /query {{ {fault} rewrite ^ /query?$login break; proxy_pass http://influxd; }}
    location / {{ proxy_pass http://influxd; }}
  }}
}}
"""


def _program(name: str) -> str:
    found = shutil.which(name, path=_WHERE)
    if found is None:
        pytest.skip(f"{name} is not installed: apt-get install influxdb nginx")
    return found


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while not accepts(port):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.01)


class Influxd:
    """influxd on a free port: start, orderly stop, kill, start again with what it has."""

    def __init__(self, folder: Path, *, auth: bool = False, extra: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port, self.log = folder, free_port(), folder / "influxd.log"
        self.process: subprocess.Popen[bytes] | None = None
        text = INFLUXD.format(rpc=free_port(), port=self.port, folder=folder, auth=str(auth).lower(), extra=extra)
        (folder / "influxd.conf").write_text(text)

    def start(self) -> Influxd:
        command = [_program("influxd"), "-config", str(self.folder / "influxd.conf")]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        _await(self.port, self.process, self.log)
        return self

    def ask(self, statement: str, **more: str) -> bytes:
        """Ask influxd itself, past nginx."""
        body, login = (urllib.parse.urlencode(part).encode() for part in ({"q": statement}, more))
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/query?{login.decode()}", data=body)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bytes(answer.read())

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=120)
            self.process = None

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=120)
        self.process = None


class Nginx:
    """nginx before an influxd; what it does to writes and questions can be changed while it runs."""

    def __init__(
        self, folder: Path, influxd: Influxd, *, tls: str = "", extra: str = "", top: str = "access_log off;"
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.influxd, self.tls, self.extra, self.top = folder, influxd, tls, extra, top
        self.port, self.log, self.config = free_port(), folder / "nginx.log", folder / "nginx.conf"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, fault: str = "") -> Nginx:
        """Start with an instruction that stands before every write and question: `return 503;`."""
        self._configure(fault)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [_program("nginx"), "-c", str(self.config), "-p", str(self.folder)], stdout=log, stderr=log
            )
        _await(self.port, self.process, self.log)
        return self

    def fault(self, instruction: str) -> None:
        """Change the instruction; an empty one ends the fault."""
        self.stop()
        self.start(instruction)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=120)
            self.process = None

    def _configure(self, fault: str) -> None:
        values = {"folder": self.folder, "port": self.port, "influxd": self.influxd.port}
        values["user"] = (
            f"user {getpass.getuser()};\n" if os.geteuid() == 0 else ""
        )  # else root gives up its own folder
        self.config.write_text(NGINX.format(**values, tls=self.tls, extra=self.extra, top=self.top, fault=fault))

"""What lies between a tablet and its dashboard: a relay that can lose everything, quietly or by cutting every line."""

from __future__ import annotations

import contextlib
import socket
import threading
import time


class Wifi:
    """A relay on loopback to a port of this machine."""

    def __init__(self, port: int) -> None:
        self._to, self._passing = port, threading.Event()
        self._passing.set()
        self._lines: list[socket.socket] = []
        self._told_s = time.monotonic()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self) -> None:
        """Let nothing pass; nobody is told."""
        self._passing.clear()

    def cut(self) -> None:
        """Break every line off, and let nothing pass."""
        self._passing.clear()
        for line in self._lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def back(self) -> None:
        """Let everything pass again."""
        self._passing.set()

    def wait_until_quiet(self, seconds: float, *, patience_s: float = 25.0) -> None:
        """Return once the dashboard has sent nothing for some seconds from now."""
        begun_s = time.monotonic()
        deadline = begun_s + patience_s
        while (wait_s := max(self._told_s, begun_s) + seconds - time.monotonic()) > 0:
            assert time.monotonic() < deadline, f"the dashboard was never quiet for {seconds} s"
            time.sleep(wait_s)

    def close(self) -> None:
        """End it."""
        self.cut()
        self._door.close()
        self._passing.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                self._lines += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while said := source.recv(65_536):
                self._passing.wait()
                sink.sendall(said)
                if source.getpeername()[1] == self._to:
                    self._told_s = time.monotonic()
        for line in (source, sink):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

"""A real SMTP server of our own on loopback: STARTTLS or TLS, AUTH, and as unkind as a test wants it."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import threading
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

NAME, PASSWORD = "ann", "correct horse"
LOUD = (
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),  # where all of it is TLS
    pytest.mark.filterwarnings("ignore:Session.login_data is deprecated"),  # by the server itself
)


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """A certificate that is its own authority, made out to a name, and its key."""
    made, key = folder / f"{name}.pem", folder / f"{name}.key"
    names = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    command = ["openssl", "req", "-x509", *kind, *names, "-keyout", key, "-out", made]
    subprocess.run(command, check=True, capture_output=True)
    return made, key


class Server:
    """Takes mail on a free port and keeps it; `answer` says to a recipient, `taken` is called with each message."""

    def __init__(self, pem: tuple[Path, Path] | None, *, security: str = "starttls", auth: bool = True) -> None:
        self.letters: list[tuple[str, EmailMessage]] = []
        self.answer: Callable[[str], str] = lambda _: "250 OK"
        self.taken: Callable[[str], None] = lambda _: None
        self.encrypted: list[bool] = []
        context = None
        if pem is not None and security != "none":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*pem)
        options: dict[str, Any] = {"hostname": "localhost"}
        if auth:
            options |= {"authenticator": _authenticated, "auth_required": True}
            options["auth_require_tls"] = security == "starttls"
        if security == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
        tls = context if security == "tls" else None
        self._options, self._tls = options, tls
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> Server:
        making = self._loop.create_server(
            lambda: SMTP(self, loop=self._loop, **self._options), "127.0.0.1", 0, ssl=self._tls
        )
        self._server = self._loop.run_until_complete(making)
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    async def _end(self) -> None:
        """Close what is open, and wait until nothing runs."""
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self.answer(address)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.encrypted.append(session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None)
        for recipient in envelope.rcpt_tos:
            self.letters.append((recipient, letter))
            self.taken(recipient)
        return "250 Taken"


def _authenticated(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    right = (data.login, data.password) == (NAME.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=right)

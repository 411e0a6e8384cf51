"""The one door to a mail server: STARTTLS or TLS with its certificate checked, AUTH, and one clear line per trouble."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from typing import Final

from heatledger.mail_settings import MailSettings

_FINAL: Final = 500
"""Replies from here on say no for good; those below, not now (RFC 5321, 4.2.1)."""


class UndeliveredError(Exception):
    """A letter that was not taken; the message is one line (what, where, the mend).

    `final`: the server refused this letter or recipient for good; `unreachable`: no letter can be sent at all.
    """

    def __init__(self, line: str, *, final: bool = False, unreachable: bool = False) -> None:
        super().__init__(line)
        self.final, self.unreachable = final, unreachable


class Postbox:
    """A mail server, connected to when the first letter is sent and again after it hung up.

    Parameters
    ----------
    mail : MailSettings
        Where it is, and whom the mail is from.
    password : str or None
        For its user.
    """

    def __init__(self, mail: MailSettings, password: str | None) -> None:
        self._mail, self._password = mail, password
        self._server: smtplib.SMTP | None = None
        self.where = f"{mail.host}:{mail.service}"

    def send(self, letter: EmailMessage, recipient: str) -> str:
        """Give a letter to the server.

        Parameters
        ----------
        letter : EmailMessage
            Complete.
        recipient : str
            The one address it goes to.

        Returns
        -------
        str
            Who took it, and how it was encrypted.

        Raises
        ------
        UndeliveredError
            If it was not taken.
        """
        server = self._server = self._server or self._connected()
        try:
            server.send_message(letter, from_addr=self._mail.sender, to_addrs=[recipient])
        except smtplib.SMTPRecipientsRefused as error:
            code, said = error.recipients[recipient]
            raise UndeliveredError(f"{recipient}: {_reply(code, said)}", final=code >= _FINAL) from error
        except smtplib.SMTPSenderRefused as error:
            line = f"mail.sender {self._mail.sender}: {_reply(error.smtp_code, error.smtp_error)}"
            raise UndeliveredError(f"{line}; send from an address that {self.where} lets you use") from error
        except smtplib.SMTPResponseException as error:
            line = f"{recipient}: {_reply(error.smtp_code, error.smtp_error)}"
            raise UndeliveredError(line, final=error.smtp_code >= _FINAL) from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise UndeliveredError(f"{self.where} hung up: {_short(error)}; it is tried again") from error
        return f"{self.where} ({self._cipher(server)})"

    def close(self) -> None:
        """Hang up."""
        server, self._server = self._server, None
        if server is not None:
            try:
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()

    def _connected(self) -> smtplib.SMTP:
        try:
            return self._greeted()
        except UndeliveredError:
            raise
        except (smtplib.SMTPException, OSError) as error:
            raise UndeliveredError(self._trouble(error), unreachable=True) from error

    def _greeted(self) -> smtplib.SMTP:
        mail, name = self._mail, socket.gethostname() or "localhost"
        context = ssl.create_default_context(cafile=mail.ca_file or None) if mail.security != "none" else None
        if mail.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                mail.host, mail.service, local_hostname=name, timeout=mail.timeout_s, context=context
            )
        else:
            server = smtplib.SMTP(mail.host, mail.service, local_hostname=name, timeout=mail.timeout_s)
        try:
            if mail.security == "starttls":
                server.starttls(context=context)
            if mail.user:
                server.login(mail.user, self._password or "")
        except BaseException:
            server.close()
            raise
        return server

    def _trouble(self, error: Exception) -> str:
        if isinstance(error.__context__, TimeoutError):  # smtplib takes a server that is silent for one that hung up
            error = error.__context__
        for kind, line in _TROUBLES:
            if isinstance(error, kind):
                return f"{self.where}: {line(error, self._mail)}"
        return f"{self.where}: {_short(error)}"

    def _cipher(self, server: smtplib.SMTP) -> str:
        return (server.sock.version() or "TLS") if isinstance(server.sock, ssl.SSLSocket) else "not encrypted"


def _reply(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"refused, {code} {' '.join(text.split())}"


def _short(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


_Line = Callable[[Exception, MailSettings], str]


def _certificate(error: Exception, mail: MailSettings) -> str:
    why = getattr(error, "verify_message", "") or _short(error)
    mend = "mail.ca_file does not vouch for it" if mail.ca_file else "name the authority that signed it in mail.ca_file"
    return f"its certificate is not to be trusted ({why}); {mend}, or use the name it is made out to as mail.host"


def _login(error: Exception, mail: MailSettings) -> str:
    reply = _reply(getattr(error, "smtp_code", 0), getattr(error, "smtp_error", ""))
    return f"user {mail.user!r} {reply}; check mail.user and the password"


_TROUBLES: Final[tuple[tuple[type[Exception], _Line], ...]] = (
    (smtplib.SMTPAuthenticationError, _login),
    (ssl.SSLCertVerificationError, _certificate),
    (ssl.SSLError, lambda error, _: f"no TLS: {_short(error)}; check mail.port and mail.security"),
    (smtplib.SMTPNotSupportedError, lambda error, _: f"{_short(error)}; check mail.security and mail.user"),
    (socket.gaierror, lambda *_: "no such host; check mail.host"),
    (ConnectionRefusedError, lambda *_: "nothing listens there; check mail.host and mail.port"),
    (TimeoutError, lambda _, mail: f"no answer within {mail.timeout_s:g} s; check mail.host, mail.port, mail.security"),
    (FileNotFoundError, lambda _, mail: f"mail.ca_file {mail.ca_file}: no such file"),
    (smtplib.SMTPServerDisconnected, lambda *_: "it hung up at once; check mail.port and mail.security"),
)

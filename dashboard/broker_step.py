"""The broker's step of setting up: its address, user, password and certificate, tried before they are written down."""

from __future__ import annotations

import ipaddress
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from heatledger.broker import BusError, Endpoint, endpoint, trusting, with_password, written
from heatledger.config import Config
from heatledger.keeping import keep_secret, keep_settings
from heatledger.misfit import ConfigError
from heatledger.probe import Probe, probe
from heatledger.retelling import retold
from heatledger.settings import MQTT_PASSWORD, secret_path, stated_by
from heatledger.wording import say, say_many

_CONNECT_S: Final = 8.0
_LISTEN_S: Final = 4.0
_ENOUGH: Final = 3
_NAMED: Final = 3
_PORTS: Final = {False: 1883, True: 8883}


class Tried(msgspec.Struct, frozen=True):
    """What came of trying or writing down: one line, whether it is good news, and what was tried."""

    line: str
    good: bool
    where: Endpoint
    kept: bool = False


class BrokerStep(msgspec.Struct, frozen=True):
    """What the step needs: the configuration that counts, and the environment, which may say the address itself."""

    config: Config
    environ: Mapping[str, str] = os.environ

    @property
    def now(self) -> Endpoint:
        """The broker as it is configured."""
        return endpoint(self.config.settings.mqtt.url)

    @property
    def fixed_by(self) -> str:
        """The variable of the environment that says the address; empty where it is ours to write."""
        return stated_by(self.environ, "mqtt", "url")

    def act(self, sent: Mapping[str, str]) -> Tried:
        """Try what a form says, and write it down if that is asked and the broker lets us in (or ``anyway``)."""
        try:
            where = self.now if self.fixed_by else self._said(sent)
            with _trusted(where, sent.get("certificate", "").strip()) as tried:
                answer = probe(_whole(tried), topics=["#"], connect_s=_CONNECT_S, listen_s=_LISTEN_S, enough=_ENOUGH)
            found = Tried(_told(answer), not answer.trouble, where)
            if self.fixed_by or sent.get("do") == "try" or (answer.trouble and sent.get("do") != "anyway"):
                return found
            self._keep(where, sent.get("certificate", "").strip())
        except (BusError, ConfigError) as error:
            return Tried(str(error), good=False, where=self.now)
        return msgspec.structs.replace(found, kept=True)

    def _said(self, sent: Mapping[str, str]) -> Endpoint:
        """Return the broker that a form names; what is left empty of secrets stays, at the same address only."""
        tls, host = "tls" in sent, sent.get("host", "").strip()
        port = sent.get("port", "").strip() or str(_PORTS[tls])
        where = endpoint(f"{'mqtts' if tls else 'mqtt'}://{_bracketed(host)}:{port}")
        user = sent.get("user", "").strip() or None
        same = (where.shown, user) == (self.now.shown, self.now.user)
        password = sent.get("password", "") or (self.now.password if same else None)
        ca_file = self.now.ca_file if tls and where.shown == self.now.shown and "forget" not in sent else None
        return where._replace(user=user, password=password if user else None, ca_file=ca_file)

    def _keep(self, where: Endpoint, certificate: str) -> None:
        """Write it down: the password and the certificate into files of their own."""
        data = self.config.data_dir
        if certificate and where.tls:
            path = secret_path(data, "mqtt_ca.pem")
            keep_secret(path, certificate + "\n")
            where = where._replace(ca_file=str(path))
        if where.password:
            keep_secret(secret_path(data, MQTT_PASSWORD), where.password + "\n")
        else:
            secret_path(data, MQTT_PASSWORD).unlink(missing_ok=True)
        said = {"url": written(where)} | ({"password_file": ""} if self.config.settings.mqtt.password_file else {})
        keep_settings(self.config.user, "mqtt", said, data_dir=data, environ=self.environ)


@contextmanager
def _trusted(where: Endpoint, certificate: str) -> Iterator[Endpoint]:
    """Lend the broker as it is tried: a certificate that was pasted in stands in a file of its own meanwhile."""
    if not (certificate and where.tls):
        yield where
        return
    with tempfile.TemporaryDirectory(prefix="heatledger-") as scratch:
        path = Path(scratch) / "ca.pem"
        path.write_text(certificate, encoding="utf-8")
        tried = where._replace(ca_file=str(path))
        try:
            trusting(tried)
        except BusError as error:
            raise BusError("certificate: that is none in PEM; paste all of it, from BEGIN to END") from error
        yield tried


def _whole(where: Endpoint) -> str:
    return with_password(written(where), where.password) if where.user and where.password else written(where)


def _bracketed(host: str) -> str:
    try:
        return f"[{host}]" if ipaddress.ip_address(host).version == 6 else host
    except ValueError:
        return host


def _told(answer: Probe) -> str:
    """Return in one line what a broker answered."""
    if answer.trouble:
        return retold(answer.trouble)
    topics, who = answer.devices, f"{answer.shown} ({answer.version})" if answer.version else answer.shown
    if not topics:
        return say(
            "{broker} lets us in, and nothing was published meanwhile: see that your devices publish there.", broker=who
        )
    named = ", ".join(topics[:_NAMED]) + (" …" if len(topics) > _NAMED else "")
    return say_many(
        "{broker} lets us in. Heard on {n} topic: {topics}",
        "{broker} lets us in. Heard on {n} topics: {topics}",
        len(topics),
        broker=who,
        topics=named,
    )

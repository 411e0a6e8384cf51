"""Letters are taken by Debian's Postfix, encrypted, and lie in a mailbox as they were written."""

import mailbox
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import closing
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from heatledger.mail_settings import MailSettings
from heatledger.store.sent import Key, Sent
from reports.letter import Attachment, Body, letter
from reports.post import Letter, deliver
from reports.smtp import Postbox
from tests.conftest import free_port
from tests.reports.mail_server import certificate

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]
AT = datetime(2026, 1, 4, 13, tzinfo=UTC)
PATIENCE_S = 60.0
SETTINGS = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost
mydestination =
virtual_mailbox_domains = example.org
virtual_mailbox_base = {folder}/box
virtual_mailbox_maps = inline:{{ {{ bob@example.org = bob/ }} }}
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {pem}
smtpd_tls_key_file = {key}
"""
SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
"""


def awaited(found):
    """What is found once it is there, patiently: the machine may be slow."""
    until = time.monotonic() + PATIENCE_S
    while not (seen := found()):
        assert time.monotonic() < until
        time.sleep(0.05)
    return seen


def key(recipient):
    return Key("bill", "maple", date(2025, 12, 3), date(2026, 1, 3), recipient, 1)


class Postfix:
    """A Postfix of its own: queue, settings and mailboxes in a folder its user may enter, on a port of loopback."""

    def __init__(self, folder):
        self.folder, self.port, owner = folder, free_port(), pwd.getpwnam("postfix")
        folder.chmod(0o755)  # its processes run as another user
        for name in ("conf", "queue", "data", "box"):
            (folder / name).mkdir()
        for name in ("data", "box"):
            os.chown(folder / name, owner.pw_uid, owner.pw_gid)
        self.pem, secret = certificate(folder)
        said = SETTINGS.format(folder=folder, uid=owner.pw_uid, gid=owner.pw_gid, pem=self.pem, key=secret)
        (folder / "conf" / "main.cf").write_text(said)
        (folder / "conf" / "master.cf").write_text(SERVICES.format(port=self.port).lstrip())

    def tell(self, order):
        """Start or stop it; each returns when that is done."""
        command = [PROGRAM, "-c", str(self.folder / "conf"), order]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False)
        return done.returncode, done.stderr

    def greets(self):
        """Whether it answers at all: its processes must be let into its folder."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), PATIENCE_S) as asked:
                return asked.recv(3) == b"220"
        except OSError:
            return False

    def letters(self):
        folder = self.folder / "box" / "bob"
        return [message_from_bytes(bytes(one), policy=policy.default) for one in mailbox.Maildir(folder, create=False)]

    def has_letters(self):
        return any((self.folder / "box").glob("bob/new/*"))


PROGRAM = shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@pytest.fixture
def postfix():
    if PROGRAM is None:
        pytest.skip("Postfix is not installed: apt-get install postfix")
    if os.geteuid() != 0:
        pytest.skip("Postfix is started by root only")
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))  # pytest's own folders are for one user
    server = Postfix(folder)
    try:
        code, said = server.tell("start")
        if code or not server.greets():
            pytest.skip(f"this machine lets no Postfix start: {said.strip() or 'it greets nobody'}")
        yield server
    finally:
        server.tell("stop")
        shutil.rmtree(folder)


def test_a_letter_lies_in_the_mailbox_as_it_was_written_and_who_is_unknown_is_refused_for_good(postfix, tmp_path):
    mail = MailSettings(host="localhost", port=postfix.port, sender="home@example.org", ca_file=str(postfix.pem),
                        timeout_s=PATIENCE_S)  # fmt: skip
    body, lines = (
        Body("Bill of December · 340,17 €", "Größe, …\n", "<p>Größe</p>", {}),
        "line,amount\r\nEnergy,52.63\r\n",
    )
    attached = [Attachment("bill.csv", "text/csv", lines.encode())]
    letters = [
        Letter(key(one), "340.17", lambda one=one: letter(body, key(one), mail, at=AT, attachments=attached))
        for one in ("eve@example.org", "bob@example.org")
    ]
    with closing(Sent(tmp_path / "sent.db")) as sent, closing(Postbox(mail, None)) as box:
        first = deliver(letters, sent, box, now=lambda: AT)
        again = deliver(letters[1:], sent, box, now=lambda: AT)
    assert [row.state for row in first] == ["refused", "accepted"]
    assert "User unknown" in first[0].said
    assert again == []
    awaited(postfix.has_letters)
    (taken,) = postfix.letters()
    assert (taken["Subject"], taken["To"], taken["Delivered-To"]) == (
        body.subject,
        "bob@example.org",
        "bob@example.org",
    )
    assert "with ESMTPS" in taken["Received"]
    assert taken.get_body("plain").get_content() == body.text
    assert taken.get_body("html").get_content().strip() == body.html
    (csv,) = taken.iter_attachments()
    assert csv.get_content().replace("\r\n", "\n") == lines.replace("\r\n", "\n")

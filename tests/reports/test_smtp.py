"""A letter goes over a real SMTP connection, or one line says why not."""

import socket
import threading
from datetime import UTC, date, datetime

import pytest

from heatledger.mail_settings import MailSettings
from heatledger.store.sent import Key
from reports.letter import Body, letter
from reports.smtp import Postbox, UndeliveredError
from tests.conftest import free_port
from tests.reports.mail_server import LOUD, NAME, PASSWORD, Server, certificate

pytestmark = [pytest.mark.server, pytest.mark.enable_socket, *LOUD]
AT = datetime(2026, 1, 4, 13, tzinfo=UTC)
KEY = Key("bill", "maple", date(2025, 12, 3), date(2026, 1, 3), "bob@example.org", 1)


def settings(port, pem, **changes):
    given = {"host": "localhost", "port": port, "user": NAME, "sender": "home@example.org", "ca_file": str(pem[0]),
             "timeout_s": 30.0}  # fmt: skip
    return MailSettings(**{**given, **changes})


def send(mail, password=PASSWORD, key=KEY):
    box = Postbox(mail, password)
    try:
        return box.send(letter(Body("Hello", "text\n", "<p>text</p>", {}), key, mail, at=AT), key.recipient)
    finally:
        box.close()


def refused(mail, password=PASSWORD):
    with pytest.raises(UndeliveredError) as error:
        send(mail, password)
    assert "\n" not in str(error.value)
    assert PASSWORD not in str(error.value)
    return error.value


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_it_is_encrypted_and_logged_in_and_taken(pem, security):
    with Server(pem, security=security) as server:
        said = send(settings(server.port, pem, security=security))
    assert said == f"localhost:{server.port} (TLSv1.3)"
    ((recipient, taken),) = server.letters
    assert server.encrypted == [True]
    assert (recipient, taken["Subject"], taken["To"]) == ("bob@example.org", "Hello", "bob@example.org")


def test_a_server_on_this_machine_may_go_without(pem):
    with Server(None, security="none", auth=False) as server:
        said = send(settings(server.port, pem, security="none", user="", ca_file=""))
    assert said == f"localhost:{server.port} (not encrypted)"
    assert server.encrypted == [False]


def test_a_certificate_that_nobody_vouches_for_is_refused(pem):
    with Server(pem) as server:
        line = refused(settings(server.port, pem, ca_file=""))
    assert "its certificate is not to be trusted (self" in str(line)
    assert "name the authority that signed it in mail.ca_file" in str(line)
    assert line.unreachable
    assert server.letters == []


def test_a_certificate_made_out_to_another_name_is_refused(pem, tmp_path):
    other = certificate(tmp_path, "elsewhere.example")
    with Server(other, security="tls") as server:
        line = refused(settings(server.port, other, security="tls"))
    assert "its certificate is not to be trusted (Hostname mismatch" in str(line)


def test_a_server_without_starttls_gets_neither_password_nor_letter(pem):
    with Server(None, security="none", auth=False) as server:
        line = refused(settings(server.port, pem))
    assert "STARTTLS extension not supported" in str(line)
    assert server.letters == []


def test_a_wrong_password_names_the_user_and_not_the_password(pem):
    with Server(pem) as server:
        line = refused(settings(server.port, pem), password="wrong")
    assert str(line).startswith(f"localhost:{server.port}: user 'ann' refused, 535 ")
    assert str(line).endswith("check mail.user and the password")
    assert line.unreachable
    assert not line.final


@pytest.mark.parametrize(("answer", "final"), [("550 5.1.1 no such mailbox", True), ("450 4.2.1 try later", False)])
def test_a_recipient_is_refused_for_good_or_for_now(pem, answer, final):
    with Server(pem) as server:
        server.answer = lambda _: answer
        line = refused(settings(server.port, pem))
    assert str(line) == f"bob@example.org: refused, {answer}"
    assert (line.final, line.unreachable) == (final, False)


def test_nobody_listens_there(pem):
    port = free_port()
    assert str(refused(settings(port, pem))) == (
        f"localhost:{port}: nothing listens there; check mail.host and mail.port"
    )


def test_a_server_that_says_nothing_is_not_waited_for(pem):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        line = refused(settings(silent.getsockname()[1], pem, timeout_s=0.5))
    assert "no answer within 0.5 s" in str(line)


def test_tls_spoken_to_a_server_that_speaks_plain_is_one_line(pem):
    with Server(None, security="none", auth=False) as server:
        line = refused(settings(server.port, pem, security="tls"))
    assert "check mail.port and mail.security" in str(line)


def test_a_certificate_file_that_is_not_there_is_one_line(pem, tmp_path):
    with Server(pem) as server:
        line = refused(settings(server.port, pem, ca_file=str(tmp_path / "none.pem")))
    assert f"mail.ca_file {tmp_path / 'none.pem'}: no such file" in str(line)


def test_a_server_that_hangs_up_between_letters_is_called_again(pem):
    with Server(pem) as server:
        mail = settings(server.port, pem)
        box = Postbox(mail, PASSWORD)
        written = letter(Body("Hello", "text\n", "<p>text</p>", {}), KEY, mail, at=AT)
        box.send(written, KEY.recipient)
        box._server.sock.shutdown(socket.SHUT_RDWR)
        with pytest.raises(UndeliveredError, match="hung up"):
            box.send(written, KEY.recipient)
        box.send(written, KEY.recipient)
        box.close()
    assert len(server.letters) == 2


def test_the_server_of_these_tests_runs_in_a_thread_that_ends(pem):
    before = threading.active_count()
    with Server(pem):
        assert threading.active_count() > before
    assert threading.active_count() <= before

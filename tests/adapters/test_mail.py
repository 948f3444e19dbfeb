"""Mail and text messages leave: as files, or to a real server, and failures for good differ from those for now."""

from __future__ import annotations

import json
import ssl
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from open311.adapters.delivery import Down, Gone, Later, Refused
from open311.adapters.mail import FileMail, SMTPMail
from open311.adapters.sms import FileSms, TwilioSms
from tests.mailbox import Mailbox, receiving, saying
from tests.receiver import Receiver, receiver

__all__ = ["receiver"]


def message(subject: str = "Hello") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "311@example.org", "a@example.org", subject
    made.set_content("Ein Wörtchen\n")
    return made


def test_mail_becomes_files_that_mail_programs_open(tmp_path: Path) -> None:
    out = FileMail(tmp_path / "mail")
    for subject in ("First", "Second"):
        out.send(message(subject))
    written = sorted((tmp_path / "mail").iterdir())
    assert [path.suffix for path in written] == [".eml", ".eml"]
    assert [message_from_bytes(path.read_bytes())["Subject"] for path in written] == ["First", "Second"]


@pytest.fixture
def out(mailbox: Mailbox) -> Iterator[SMTPMail]:
    made = SMTPMail(mailbox.url)
    yield made
    made.close()


def test_mail_reaches_the_server_over_one_connection(out: SMTPMail, mailbox: Mailbox) -> None:
    for subject in ("First", "Second"):
        out.send(message(subject))
    assert [each["Subject"] for each in mailbox.messages] == ["First", "Second"]
    assert mailbox.messages[0].get_content() == "Ein Wörtchen\r\n"


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("550 no such user", Gone),
        ("550 5.1.1 no such user", Gone),
        ("554 5.2.1 disabled", Gone),
        ("550 5.7.1 spam", Refused),
        ("552 5.3.4 too big", Refused),
        ("554 spam", Refused),
        ("451 later", Later),
        ("421 full", Later),
    ],
)
def test_the_server_refuses_for_good_or_for_now(
    out: SMTPMail, mailbox: Mailbox, said: str, fault: type[Exception]
) -> None:
    mailbox.answers = [said]
    with pytest.raises(fault, match=said):
        out.send(message())
    out.send(message())  # and goes on afterwards
    assert len(mailbox.messages) == 1


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("550 no such user", Gone),
        ("501 what is that", Gone),
        ("556 takes no mail", Gone),
        ("554 5.1.2 no such host", Gone),
        ("450 greylisted", Later),
        ("552 full", Later),
        ("550 5.2.2 full", Later),
        ("550 5.7.1 relaying denied", Later),
        ("530 log in first", Down),
        ("503 not before AUTH", Down),
    ],
)
def test_a_receiver_is_refused_for_good_or_for_now(
    out: SMTPMail, mailbox: Mailbox, said: str, fault: type[Exception]
) -> None:
    mailbox.receivers = {"a@example.org": said}
    with pytest.raises(fault, match=said) as raised:
        out.send(message())
    assert type(raised.value) is fault


def test_a_server_that_is_away_is_down() -> None:
    with pytest.raises(Down):
        SMTPMail("smtp://127.0.0.1:9").send(message())


def test_what_a_server_says_of_us_is_not_about_the_message(out: SMTPMail, mailbox: Mailbox) -> None:
    with saying("554 your address is on a list") as url, pytest.raises(Down, match="554 your address"):
        SMTPMail(url).send(message())
    with saying("220 hello", "550 not you", "550 not you") as url, pytest.raises(Down, match="550 not you"):
        SMTPMail(url).send(message())
    mailbox.senders = {"311@example.org": "550 not yours"}
    with pytest.raises(Down, match="550 not yours"):
        out.send(message())


def test_an_address_that_the_server_cannot_write_is_refused_for_good() -> None:
    international = message()
    international.replace_header("To", "ännchen@example.org")
    with receiving(enable_SMTPUTF8=False) as box:
        out = SMTPMail(box.url)
        with pytest.raises(Gone, match="SMTPUTF8"):
            out.send(international)
        out.close()
    with receiving() as box:
        out = SMTPMail(box.url)
        out.send(international)
        out.close()
        assert len(box.messages) == 1


# Encryption


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine that nobody has signed, with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "here")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 311, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    written = tmp_path / "certificate.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    written.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return written


class Doorkeeper:
    """Lets everybody in, and notes with which password."""

    def __init__(self) -> None:
        self.passwords: list[bytes] = []

    def __call__(self, server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        self.passwords.append(given.password)
        return AuthResult(success=True)


@pytest.fixture
def doorkeeper() -> Doorkeeper:
    return Doorkeeper()


@pytest.fixture(params=["smtps", "STARTTLS"])
def encrypting(request: pytest.FixtureRequest, certificate: Path, doorkeeper: Doorkeeper) -> Iterator[Mailbox]:
    """A server with that certificate, to which one may log in over TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    how: dict[str, Any] = {"authenticator": doorkeeper}
    if request.param == "smtps":
        how |= {"ssl_context": context, "auth_require_tls": False}  # aiosmtpd means STARTTLS by that
    else:
        how |= {"tls_context": context, "require_starttls": True}
    with receiving(**how) as box:
        box.url = box.url.replace("smtp://", f"{'smtps' if request.param == 'smtps' else 'smtp'}://user:secret@")
        yield box


def send(url: str) -> None:
    out = SMTPMail(url)
    try:
        out.send(message())
    finally:
        out.close()


def test_a_password_is_not_sent_to_a_server_that_could_be_any(encrypting: Mailbox, doorkeeper: Doorkeeper) -> None:
    with pytest.raises(Down, match="certificate verify failed"):
        send(encrypting.url)
    assert (encrypting.messages, doorkeeper.passwords) == ([], [])


def test_a_password_is_sent_to_a_server_with_a_certificate_for_its_name(
    encrypting: Mailbox, doorkeeper: Doorkeeper, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    send(encrypting.url)
    assert (len(encrypting.messages), doorkeeper.passwords) == (1, [b"secret"])
    with pytest.raises(Down, match="certificate verify failed"):
        send(encrypting.url.replace("127.0.0.1", "localhost"))


def test_without_a_password_any_certificate_will_do(certificate: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with receiving(tls_context=context, require_starttls=True) as box:
        send(box.url)
        assert len(box.messages) == 1


def test_a_password_is_sent_in_the_clear_to_this_machine_only(doorkeeper: Doorkeeper) -> None:
    with receiving(authenticator=doorkeeper, auth_require_tls=False) as box:
        # Another name of 127.0.0.1, but none that says so.
        with pytest.raises(Down, match=r"127\.1: it offers no TLS, and a password is not sent without"):
            send(box.url.replace("127.0.0.1", "user:secret@127.1"))
        assert doorkeeper.passwords == []
        for here in ("127.0.0.1", "localhost"):
            send(box.url.replace("127.0.0.1", f"user:secret@{here}"))
        assert (len(box.messages), doorkeeper.passwords) == (2, [b"secret", b"secret"])


@pytest.mark.parametrize("url", ["mail.example.org", "http://example.org", "smtp://"])
def test_an_address_that_is_no_mail_server_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        SMTPMail(url)


# Text messages


def test_text_messages_become_files(tmp_path: Path) -> None:
    FileSms(tmp_path).send("+12155550142", "Hello")
    (written,) = tmp_path.iterdir()
    assert json.loads(written.read_text()) == {"to": "+12155550142", "text": "Hello"}


def provider(receiver: Receiver) -> TwilioSms:
    host = receiver.url.split("/")[2]
    return TwilioSms(f"twilio+http://AC1:token@{host}/+12155550100")


def test_text_messages_go_to_the_provider(receiver: Receiver) -> None:
    receiver.answers = [201]
    provider(receiver).send("+12155550142", "Your report")
    ((path, headers, body),) = receiver.calls
    assert path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert headers["Authorization"] == "Basic " + b64encode(b"AC1:token").decode()
    assert parse_qs(body.decode()) == {"To": ["+12155550142"], "From": ["+12155550100"], "Body": ["Your report"]}


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        *((400, Refused), (404, Refused), (500, Later)),
        *((401, Down), (403, Down), (429, Down), (503, Down)),
    ],
)
def test_the_provider_refuses_for_good_or_for_now(receiver: Receiver, status: int, fault: Any) -> None:
    receiver.answers = [status]
    with pytest.raises(fault) as raised:
        provider(receiver).send("+12155550142", "Hello")
    assert type(raised.value) is fault


def test_a_provider_that_is_away_is_down() -> None:
    with pytest.raises(Down):
        TwilioSms("twilio+http://AC1:token@127.0.0.1:9/+12155550100").send("+12155550142", "Hello")


def test_an_address_that_is_no_provider_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="SMS_URL"):
        TwilioSms("https://api.twilio.com/")

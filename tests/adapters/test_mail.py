"""Mail and text messages leave: as files, or to a real server, and failures for good differ from those for now."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from open311.adapters.mail import FileMail, MailDown, MailRefused, MailUnreachable, SMTPMail
from open311.adapters.sms import FileSms, SmsDown, SmsRefused, SmsUnreachable, TwilioSms
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
        ("550 no such user", MailRefused),
        ("554 spam", MailRefused),
        ("451 later", MailUnreachable),
        ("421 full", MailUnreachable),
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
        ("550 no such user", MailRefused),
        ("450 greylisted", MailUnreachable),
        ("530 log in first", MailDown),
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
    with pytest.raises(MailDown):
        SMTPMail("smtp://127.0.0.1:9").send(message())


def test_what_a_server_says_of_us_is_not_about_the_message(out: SMTPMail, mailbox: Mailbox) -> None:
    with saying("554 your address is on a list") as url, pytest.raises(MailDown, match="554 your address"):
        SMTPMail(url).send(message())
    with saying("220 hello", "550 not you", "550 not you") as url, pytest.raises(MailDown, match="550 not you"):
        SMTPMail(url).send(message())
    mailbox.senders = {"311@example.org": "550 not yours"}
    with pytest.raises(MailDown, match="550 not yours"):
        out.send(message())


def test_an_address_that_the_server_cannot_write_is_refused_for_good() -> None:
    international = message()
    international.replace_header("To", "a@müller.example")
    with receiving(enable_SMTPUTF8=False) as box:
        out = SMTPMail(box.url)
        with pytest.raises(MailRefused, match="internationalized"):
            out.send(international)
        out.close()
    with receiving() as box:
        out = SMTPMail(box.url)
        out.send(international)
        out.close()
        assert len(box.messages) == 1


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
        *((400, SmsRefused), (404, SmsRefused), (500, SmsUnreachable)),
        *((401, SmsDown), (403, SmsDown), (429, SmsDown), (503, SmsDown)),
    ],
)
def test_the_provider_refuses_for_good_or_for_now(receiver: Receiver, status: int, fault: Any) -> None:
    receiver.answers = [status]
    with pytest.raises(fault) as raised:
        provider(receiver).send("+12155550142", "Hello")
    assert type(raised.value) is fault


def test_a_provider_that_is_away_is_down() -> None:
    with pytest.raises(SmsDown):
        TwilioSms("twilio+http://AC1:token@127.0.0.1:9/+12155550100").send("+12155550142", "Hello")


def test_an_address_that_is_no_provider_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="SMS_URL"):
        TwilioSms("https://api.twilio.com/")

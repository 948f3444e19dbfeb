"""Letters as the mail server receives them: every structured header is what its grammar says, byte by byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from typing import Any

import pytest
from sqlalchemy import Connection

from open311.actions.base.environment import Environment
from open311.actions.telling.envelope import envelope
from open311.adapters.mail import SMTPMail
from open311.catalog.city import Jurisdiction
from open311.domain.wording import FilledText, Said
from open311.wire.letter import Envelope, Letter, Offer, mail
from open311.wire.mail_headers import MAX_NAME_CHARACTERS, MAX_SUBJECT_CHARACTERS, one_line
from tests.mailbox import Mailbox
from tests.telling.work import work

__all__ = ["work"]

UUID = "6f8a7d1e-4c1b-4a57-9f8e-0a3f6b2d9c11"
LONG_HOST = ".".join(["a-very-long-part-of-a-name-of-a-host"] * 5) + ".example"
NAMES = [
    "City of Philadelphia",
    'Philly, "the" City',
    "Stadt Köln, Amt «311»",
    "City: (311); <ask@elsewhere.example>",
    "Municipality " * 12,
    "M" * 150,
    "Größe, " * 30,
    "日本市" * 30,
    "مدينة القاهرة، خدمة ٣١١",
    "line\r\nBcc: everybody@example.org",
    "nul\0 and \x1b[31m",
    "=?utf-8?q?not_encoded?=",
    "back\\slash",
    "",
]
SUBJECTS = [
    "Your report 1000001",
    "Ü" * 200,
    "word " * 60,
    "x" * 400,
    "a\r\nBcc: b@example.org",
    "=?utf-8?q?x?=",
    "日本" * 90,
]
URLS = [
    "https://311.example.org",
    "https://service.philadelphia.example/311",
    f"https://{LONG_HOST}/a/path/that/is/long/as/well",
    "https://bürger.example/straße",
    "http://[2001:db8::1]:8311",
]


@pytest.fixture
def out(mailbox: Mailbox) -> Iterator[SMTPMail]:
    made = SMTPMail(mailbox.url)
    yield made
    made.close()


def letter(subject: str, url: str) -> Letter:
    return Letter(FilledText(subject, ("Hello, Ännchen.",), "en"), (), "City", (), Offer(None, Said("End", "en"), url))


def headers(raw: bytes) -> dict[str, str]:
    """Headers with their lines unfolded, nothing decoded."""
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    unfolded = re.sub(r"\r\n[ \t]", " ", head)
    return dict(line.split(": ", 1) for line in unfolded.split("\r\n"))


@pytest.mark.parametrize(
    ("name", "subject", "url"),
    [
        *((name, SUBJECTS[0], URLS[0]) for name in NAMES),
        *((NAMES[0], subject, URLS[1]) for subject in SUBJECTS),
        *((NAMES[-2], SUBJECTS[1], url) for url in URLS),
    ],
)
def test_every_structured_header_arrives_as_its_grammar_has_it(
    out: SMTPMail, mailbox: Mailbox, environment: Environment, phila: Jurisdiction, name: str, subject: str, url: str
) -> None:
    here, city = (
        replace(environment, public_url=url, mail_from="311@example.org"),
        replace(phila, name=name, email="Ask <ask@bücher.example>"),
    )
    outside = envelope(here, city, "Ann@BÜCHER.example", UUID, UUID.replace("6", "7"))
    out.send(mail(letter(subject, f"{url}/follow/end/{'t' * 32}"), outside))
    (raw,) = mailbox.raw
    head = raw.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert max(map(len, head.split(b"\r\n"))) <= 998
    found = headers(raw)
    assert re.fullmatch(r"<https?://[!-;=?-~]+>", found["List-Unsubscribe"])
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for one in ("Message-ID", "In-Reply-To", "References"):
        assert re.fullmatch(r"<[0-9a-f-]{36}@[a-z0-9.\[\]:-]+>", found[one]), found[one]
    assert found["To"] == "Ann@xn--bcher-kva.example"
    assert found["Reply-To"] == "ask@xn--bcher-kva.example"
    assert "Bcc" not in found
    shown = found["From"].removesuffix("311@example.org").removesuffix("<311@example.org>")
    assert "@" not in re.sub(r'"(\\.|[^"\\])*"|=\?.*?\?=', "", found["From"].replace("311@example.org", ""))
    unquoted = (
        re.sub(r"\\(.)", r"\1", shown.strip().strip('"')) if '"' in shown else str(make_header(decode_header(shown)))
    )
    assert unquoted.strip() == one_line(name, MAX_NAME_CHARACTERS)
    assert message_from_bytes(raw, policy=policy.default)["Subject"] == one_line(subject, MAX_SUBJECT_CHARACTERS)


def test_a_list_of_references_is_folded_between_them() -> None:
    thread = f"<{UUID}@{LONG_HOST}> <{UUID}@{LONG_HOST}>"
    outside = Envelope("311@example.org", "City", "", "a@example.org", "<1@x>", thread, datetime.now(UTC))
    raw = mail(letter("S", "https://x.example/"), outside).as_bytes()
    assert headers(raw)["References"] == thread
    assert max(map(len, raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))) < 300


def test_a_letter_of_the_city_unsubscribes_by_a_bare_address(
    city: Connection, mailbox: Mailbox, report: Any, work: Any
) -> None:
    report(email="ann@bücher.example")
    assert work() == 1
    (raw,) = mailbox.raw
    assert headers(raw)["List-Unsubscribe"].startswith("<https://311.example.org/follow/end/")
    assert mailbox.envelopes == [("ann@xn--bcher-kva.example",)]

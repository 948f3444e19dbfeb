"""A receiver who is refused for good is written to no more, and staff know it; everybody else is tried again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.accounts.account_links import ask_for_link
from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import comment, progress
from open311.actions.cases.reporter import read_personal
from open311.actions.telling import follow
from open311.actions.telling.expand import expand_update
from open311.actions.telling.send import STRANGERS_LETTERS_PER_DAY, STRANGERS_LETTERS_PER_HOUR, send_messages
from open311.adapters.mail import SMTPMail
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.errors import InvalidArgument
from open311.domain.lifecycle import Status
from open311.models.base import database
from tests.conftest import API, GRAFFITI
from tests.mailbox import Mailbox, receiving
from tests.telling.work import work

__all__ = ["work"]
STAFF = Actor("staff")
ANN = "ann@example.org"
NOTES = text("SELECT note FROM service_request_update WHERE kind = 'system' AND NOT public ORDER BY key")


def happen(environment: Environment, number: str) -> None:
    progress(environment, CaseRef("phila.gov", number), STAFF, Change(Status.ACKNOWLEDGED))
    comment(environment, CaseRef("phila.gov", number), STAFF, Change(text="We are on it."))


@pytest.fixture
def plain_server() -> Iterator[Mailbox]:
    """A mail server that takes ASCII addresses only."""
    with receiving(enable_SMTPUTF8=False) as box:
        yield box


@pytest.mark.parametrize(
    "said",
    [
        "550 no such user",
        "550 5.1.1 <ann@example.org>: unknown",
        "501 what is that",
        "553 5.1.3 bad",
        "556 takes no mail",
    ],
)
def test_a_receiver_who_is_refused_for_good_gets_nothing_more_and_staff_are_told(
    city: Connection, environment: Environment, mailbox: Mailbox, work: Any, report: Any, said: str
) -> None:
    number = report(email=ANN)
    follow.follow_service(environment, "phila.gov", "SR-ST02", ANN)
    database.session.remove()
    city.execute(text("UPDATE subscription SET confirmed_at = now()"))
    mailbox.receivers = {ANN: said}
    assert work() == 0
    (note,) = city.scalars(NOTES)
    assert "gets no more letters" in note
    assert said[:3] in note
    assert ANN not in note
    assert city.scalar(text("SELECT bounced_at IS NOT NULL FROM contact_point WHERE normal = :a"), {"a": ANN})
    assert city.scalars(text("SELECT DISTINCT bounced_at = ended_at FROM subscription")).all() == [True]
    (reporter,) = read_personal(CaseRef("phila.gov", number), Actor("staff")).reporters
    assert [(each.value, each.bounced) for each in reporter.contacts] == [(ANN, True)]
    mailbox.receivers = {}
    happen(environment, number)
    assert work() == 0
    assert mailbox.messages == []
    assert len(city.scalars(NOTES).all()) == 1


@pytest.mark.parametrize(
    "said", ["450 greylisted", "552 5.2.2 full", "550 5.7.1 you are on a list", "530 log in first"]
)
def test_what_is_no_fault_of_the_receiver_is_tried_again(
    city: Connection, mailbox: Mailbox, work: Any, report: Any, said: str
) -> None:
    report(email=ANN)
    mailbox.receivers = {ANN: said}
    assert work() == 0
    assert city.scalar(text("SELECT state FROM message")) == "waiting"
    assert city.scalar(text("SELECT ended_at FROM subscription")) is None
    assert city.scalars(NOTES).all() == []


def test_a_refused_sender_is_no_fault_of_the_receiver(
    city: Connection, environment: Environment, mailbox: Mailbox, work: Any, report: Any
) -> None:
    report(email=ANN)
    mailbox.senders = {environment.mail_from: "550 not yours"}
    assert work() == 0
    assert city.scalar(text("SELECT state FROM message")) == "waiting"
    assert city.scalar(text("SELECT ended_at FROM subscription")) is None


def test_whoever_bounced_and_reports_again_is_tried_once_more(
    city: Connection, mailbox: Mailbox, work: Any, report: Any
) -> None:
    mailbox.receivers = {ANN: "550 no such user"}
    report(email=ANN)
    assert work() == 0
    mailbox.receivers = {}
    report(email=ANN)
    assert work() == 1


def test_an_address_that_our_server_cannot_write_to_is_refused_at_the_form_and_a_report_with_it_is_kept(
    city: Connection,
    environment: Environment,
    plain_server: Mailbox,
    with_parts: Any,
    client: FlaskClient,
    api_key: str,
) -> None:
    out = SMTPMail(plain_server.url)
    with_parts(mail=out)
    answer = client.post("/follow/service", data={"email": "ännchen@example.org", "service": "SR-CL01"})
    assert answer.status_code == 422
    assert "before the @" in answer.get_data(as_text=True)
    for purpose in ("sign_in", "password"):
        with pytest.raises(InvalidArgument, match="before the @"):
            ask_for_link(replace(environment, mail=out), "ännchen@example.org", purpose, "192.0.2.1")  # type: ignore[arg-type]
    form = {**GRAFFITI, "api_key": api_key, "email": "ännchen@example.org"}
    assert client.post(f"{API}/requests.json", data=form).status_code == 200
    assert city.scalar(text("SELECT normal FROM contact_point")) == "ännchen@example.org"
    assert city.scalar(text("SELECT count(*) FROM subscription")) == 0
    with pytest.raises(InvalidArgument, match="before the @"):
        follow.follow_service(replace(environment, mail=out), "phila.gov", "SR-CL01", "ж@example.org")
    out.close()


def test_an_address_that_is_not_ascii_is_written_to_where_the_server_offers_it(
    mailbox: Mailbox, work: Any, report: Any
) -> None:
    report(email="Ännchen@bücher.example")
    assert work() == 1
    assert mailbox.envelopes == [("ännchen@xn--bcher-kva.example",)]
    assert "To: ännchen@xn--bcher-kva.example\r\n".encode() in mailbox.raw[0]


def test_an_address_that_the_server_turns_out_not_to_take_is_not_tried_again(
    city: Connection, environment: Environment, plain_server: Mailbox, work: Any, report: Any
) -> None:
    number = report(email="ännchen@example.org")
    database.session.remove()
    expand_update(environment, city.scalar(text("SELECT key FROM service_request")), None)
    out = SMTPMail(plain_server.url)
    assert send_messages(replace(environment, mail=out)) == 0
    out.close()
    assert "SMTPUTF8" in city.scalar(text("SELECT fault FROM message WHERE state = 'failed'"))
    assert len(city.scalars(NOTES).all()) == 1
    happen(environment, number)
    assert work() == 0


def test_strangers_cannot_fill_a_mailbox_with_reports_and_subscriptions(
    city: Connection, environment: Environment, mailbox: Mailbox, work: Any, report: Any
) -> None:
    victim = "victim@example.org"
    for _ in range(STRANGERS_LETTERS_PER_HOUR - 2):
        report(email=victim)
    for code in list(environment.city.first.services)[:6]:
        follow.follow_service(environment, "phila.gov", code, f"V <{victim}>\u200b")
    assert work() == STRANGERS_LETTERS_PER_HOUR
    report(email=victim)
    report(email=ANN)
    assert work() == 1
    assert len(mailbox.to(victim)) == STRANGERS_LETTERS_PER_HOUR
    moved = text("UPDATE message SET sent_at = sent_at - interval '61 minutes'")
    while len(mailbox.to(victim)) < STRANGERS_LETTERS_PER_DAY:
        city.execute(moved)
        report(email=victim)
        assert work() == 1
    city.execute(text("UPDATE message SET sent_at = now() - interval '2 hours'"))
    report(email=victim)
    assert work() == 0


def test_whoever_confirmed_gets_every_letter(
    city: Connection, environment: Environment, mailbox: Mailbox, work: Any, report: Any
) -> None:
    number = report(email=ANN)
    work()
    city.execute(text("UPDATE subscription SET confirmed_at = now()"))
    for count in range(STRANGERS_LETTERS_PER_HOUR + 2):
        comment(environment, CaseRef("phila.gov", number), STAFF, Change(text=f"News {count}."))
    assert work() == STRANGERS_LETTERS_PER_HOUR + 2

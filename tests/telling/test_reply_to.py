"""What a letter says about answers is true: nobody reads them only where nothing says to whom they go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import Connection, text

from open311.actions.accounts.account_links import send_link
from open311.actions.accounts.staff import grant_role
from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.assign import assign
from open311.actions.cases.progress import progress
from open311.catalog.city import Jurisdiction
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.event import Event
from open311.domain.lifecycle import Outcome, Status
from open311.domain.moment import now
from open311.domain.roles import Grant, Role
from open311.wire.letter import Envelope, compose, mail
from tests.mailbox import Mailbox
from tests.telling.work import work

__all__ = ["work"]

NOBODY = ("Nobody reads answers", "Nadie lee las respuestas")
BY = Actor("staff:tests")


def says_nobody_reads(message: EmailMessage) -> set[bool]:
    """What each part of a letter says: whether nobody reads answers to it."""
    parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
    assert len(parts) == 2
    return {any(said in part.get_content() for said in NOBODY) for part in parts}


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("language", ["en", "es", "fr"])
@pytest.mark.parametrize("reply_to", ["", "311@example.org"])
def test_every_kind_of_letter_in_every_language_agrees_with_its_headers(
    phila: Jurisdiction, event: Event, language: str, reply_to: str
) -> None:
    facts = dict.fromkeys(event.kind.subject.placeholders, "x")
    letter = compose(phila.wordings, event, facts, language=language, answered=bool(reply_to))
    message = mail(letter, Envelope("city@example.org", "City", reply_to, "ann@example.org", "<1@x>", None, now()))
    assert says_nobody_reads(message) == {"Reply-To" not in message}
    assert "-- \n\n" not in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


@pytest.fixture(params=["", "311@example.org"], ids=["nobody reads", "somebody reads"])
def environment(environment: Environment, with_parts: Any, request: pytest.FixtureRequest) -> Environment:
    """A city with and without an address for answers."""
    city = environment.city
    changed = {key: replace(each, email=request.param) for key, each in city.jurisdictions.items()}
    made: Environment = with_parts(city=replace(city, jurisdictions=changed))
    return made


def test_no_letter_that_leaves_contradicts_its_headers(
    environment: Environment, report: Any, work: Callable[[], int], mailbox: Mailbox, city: Connection
) -> None:
    number = report(email="ann@example.org")
    work()
    city.execute(text("UPDATE subscription SET confirmed_at = now()"))
    account = grant_role(environment, "ana@phila.example", Grant(Role.SUPERVISOR), BY, "Ana")
    assign(environment, CaseRef("phila.gov", number), BY, assignee=account)
    closing = Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Done.")
    progress(environment, CaseRef("phila.gov", number), BY, closing)
    work()
    for purpose, email in (("sign_in", "bob@example.org"), ("sign_in", "ana@phila.example")):
        send_link(environment, email, purpose, "en")  # type: ignore[arg-type]
    assert len(mailbox.messages) >= 5
    address = environment.city.first.email
    for message in mailbox.messages:
        assert ("Reply-To" in message) is bool(address)
        assert says_nobody_reads(message) == {not address}

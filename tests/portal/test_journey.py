"""From the report to the dispute, by e-mail: what is promised, asked and told arrives, and links do what they say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import progress
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from tests.mailbox import Mailbox, link, words

STAFF = Actor("staff")
REPORTER = "zebulon@example.org"


def status(city: Connection) -> str:
    return str(city.scalar(text("SELECT status FROM service_request")))


def test_from_the_report_to_the_dispute(
    city: Connection,
    client: FlaskClient,
    environment: Environment,
    mailbox: Mailbox,
    report: Any,
    work: Callable[[], int],
) -> None:
    number = report(email=REPORTER, address_string="1415 E PASSYUNK AVE")
    assert work() == 1
    (receipt,) = mailbox.messages
    assert receipt["To"] == REPORTER
    assert receipt["Subject"] == f"Graffiti Removal, report {number}: we have it"
    assert "Place: 1415 E PASSYUNK AVE" in words(receipt)

    # Until somebody behind the address said yes, it gets nothing more.
    progress(environment, CaseRef("phila.gov", number), STAFF, Change(Status.ACKNOWLEDGED, text="Seen."))
    assert work() == 0
    yes = link(receipt, "follow/confirm")
    assert client.get(yes).status_code == 200
    progress(environment, CaseRef("phila.gov", number), STAFF, Change(Status.IN_PROGRESS, text="On the way."))
    assert work() == 0  # looking at the page changed nothing
    assert client.post(yes).status_code == 200

    progress(
        environment, CaseRef("phila.gov", number), STAFF, Change(Status.WAITING_ON_REPORTER, text="Which wall is it?")
    )
    assert work() == 1
    question = mailbox.messages[-1]
    assert "Which wall is it?" in words(question)
    answer = link(question, "answer")
    assert "Which wall is it?" in client.get(answer).text
    assert status(city) == "waiting_on_reporter"
    assert "Thank you" in client.post(answer, data={"words": "The northern one"}).text
    assert status(city) == "in_progress"
    assert client.post(answer, data={"words": "again"}).status_code == 404

    said = "We painted it over on Monday."
    progress(
        environment, CaseRef("phila.gov", number), STAFF, Change(Status.CLOSED, outcome=Outcome.RESOLVED, text=said)
    )
    assert work() == 1
    closing = mailbox.messages[-1]
    assert closing["Subject"] == f"Graffiti Removal, report {number}: done"
    assert said in words(closing)
    assert closing["References"] == closing["In-Reply-To"] == receipt["Message-ID"]
    fixed = link(closing, "fixed")
    assert said in client.get(fixed).text
    assert status(city) == "closed"
    assert "look at it again" in client.post(fixed, data={"fixed": "no", "words": "It is back"}).text
    assert status(city) == "disputed"
    assert city.execute(text("SELECT fixed, words FROM feedback")).one() == (False, "It is back")
    assert work() == 0

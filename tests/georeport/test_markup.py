"""What people send as HTML comes back as plain text, whatever field it came in and wherever it is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.answer import answer_question
from open311.actions.cases.progress import annotate, comment, progress
from open311.actions.publications.republish import republish
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.domain.roles import Role
from tests.accounts.conftest import browser, open_browser, run_jobs, signed_in, staff
from tests.conftest import API
from tests.mailbox import Mailbox, link
from tests.telling.work import work

__all__ = ["browser", "open_browser", "run_jobs", "signed_in", "staff", "work"]

HTML = (
    '<p>Big <b onclick="x()">ZZ{}</b> hole<script>alert(1)</script> &lt;img src=x onerror=alert(1)&gt; a &lt; b <3</p>'
)
PLAIN = "Big ZZ{} hole  a < b <3"
STAFF = Actor("staff:test")
NEVER = ("onclick", "onerror", "alert(1)", "<p>", "&lt;p&gt;", "&lt;b", "<script>alert", "script&gt;", "\\u003c")


@pytest.fixture
def number(
    client: FlaskClient, environment: Environment, report: Any, api_key: str, mailbox: Mailbox, work: Any
) -> str:
    """A service request with markup in everything that its reporter, a program and staff could write."""
    asks = {"attribute[notes]": HTML.format(2)}
    number = str(
        report(
            description=HTML.format(1),
            address_string=HTML.format(3),
            zipcode="<i>19103</i>",
            first_name=HTML.format(4),
            last_name="<b>Lee</b>",
            email="ann@example.org",
            **asks,
        )
    )
    work()
    client.post(link(mailbox.messages[-1], "follow/confirm"))
    update = {"api_key": api_key, "service_request_id": number, "description": HTML.format(5)}
    assert client.post(f"{API}/servicerequestupdates.json", data=update).status_code == 200
    ref = CaseRef("phila.gov", number)
    comment(environment, ref, STAFF, Change(text=HTML.format(6)))
    annotate(environment, ref, STAFF, HTML.format(7))
    progress(environment, ref, STAFF, Change(Status.WAITING_ON_REPORTER, text=HTML.format(8)))
    work()
    token = link(mailbox.messages[-1], "answer").rpartition("/")[2]
    answer_question(environment, token, HTML.format(9))
    progress(environment, ref, STAFF, Change(Status.CLOSED, Outcome.RESOLVED, text=HTML.format(0)))
    work()
    return number


@pytest.mark.parametrize(
    "path",
    [
        *(f"{API}/requests/{{}}.{suffix}{query}" for suffix in ("json", "xml") for query in ("", "?extensions=true")),
        *(f"{API}/{name}.{suffix}" for name in ("requests", "servicerequestupdates") for suffix in ("json", "xml")),
        "/feeds/requests.atom",
        "/feeds/requests/{}.atom",
    ],
)
def test_no_answer_of_the_api_holds_markup(client: FlaskClient, number: str, path: str) -> None:
    said = client.get(path.format(number)).get_data(as_text=True)
    assert "ZZ" in said
    assert not [word for word in NEVER if word in said]


def test_what_was_meant_is_still_there(client: FlaskClient, number: str) -> None:
    (found,) = client.get(f"{API}/requests/{number}.json").get_json()
    assert found["description"] == PLAIN.format(1)
    assert (found["address"], found["zipcode"]) == (PLAIN.format(3).replace("  ", " "), "19103")
    assert found["status_notes"] == PLAIN.format(0)


def test_no_letter_and_no_row_holds_markup(number: str, mailbox: Mailbox, city: Connection) -> None:
    letters = [str(part.get_content()) for each in mailbox.messages for part in each.walk() if not part.is_multipart()]
    assert any("ZZ" in letter for letter in letters)
    assert not [word for letter in letters for word in NEVER[:3] if word in letter]
    for table in ("service_request", "service_request_update", "answer", "person", "publication", "message"):
        rows = json.dumps([list(map(str, row)) for row in city.execute(text(f"SELECT t.* FROM {table} t"))])
        assert not [word for word in NEVER[:5] if word in rows], table


def test_no_page_of_staff_holds_markup(number: str, signed_in: Any) -> None:
    desk = signed_in(Role.SUPERVISOR)
    desk.get(f"/staff/r/{number}")
    assert [word for word in ("ZZ1", "ZZ7", "ZZ9") if word not in desk.text] == []
    assert not [word for word in NEVER[:3] if word in desk.text]


def test_what_was_stored_as_markup_before_is_published_as_plain_text(
    client: FlaskClient, report: Any, environment: Environment, city: Connection
) -> None:
    number = report()
    city.execute(text("UPDATE service_request SET description = '<b>Old</b> hole', address = '<i>1</i> MAIN ST'"))
    list(republish(environment))
    (found,) = client.get(f"{API}/requests/{number}.json").get_json()
    assert (found["description"], found["address"]) == ("Old hole", "1 MAIN ST")

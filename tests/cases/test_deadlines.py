"""Promises come due once, however many workers look; while others have a case, its clock stands still."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.accounts.keys import issue_key
from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.assign import assign
from open311.actions.cases.deadlines import look_at_promises
from open311.actions.cases.progress import progress
from open311.actions.cases.relate import merge, unmerge
from open311.actions.city.import_batch import add_cases
from open311.actions.publications.republish import republish
from open311.actions.telling.send import send_messages
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.errors import InvalidArgument
from open311.domain.lifecycle import Outcome, Status
from open311.domain.roles import Grant, Role
from open311.models.base import database
from tests.conftest import API, SANDBOX, moment
from tests.georeport.conftest import ago, case
from tests.mailbox import Mailbox, words

STAFF = Actor("staff")


@pytest.fixture
def put_back(city: Connection, environment: Environment) -> Any:
    """Let a deadline have been so many days ago."""

    def run(column: str, days: int = 1) -> None:
        database.session.remove()
        city.execute(text(f"UPDATE service_request SET {column} = now() - make_interval(days => {days})"))
        list(republish(environment))

    return run


def test_a_broken_promise_is_noted_once(city: Connection, environment: Environment, report: Any, put_back: Any) -> None:
    number = report()
    assert look_at_promises(environment) == {}
    put_back("expected_datetime")
    assert look_at_promises(environment) == {"resolve_breached": 1}
    assert look_at_promises(environment) == {}
    notes = city.scalars(text("SELECT note FROM service_request_update WHERE kind = 'system' AND NOT public")).all()
    assert notes == ["This was not done within the time that was promised."]
    progress(environment, CaseRef("phila.gov", number), STAFF, Change(Status.ACKNOWLEDGED))
    put_back("expected_datetime", 2)  # another deadline is another event
    assert look_at_promises(environment) == {"resolve_breached": 1}


def test_nobody_looked_in_time(environment: Environment, report: Any, put_back: Any) -> None:
    number = report()
    put_back("acknowledge_by")
    assert look_at_promises(environment) == {"acknowledge_breached": 1}
    progress(environment, CaseRef("phila.gov", number), STAFF, Change(Status.ACKNOWLEDGED))
    put_back("acknowledge_by", 3)
    assert look_at_promises(environment) == {}


@pytest.mark.parametrize(
    ("status", "what"),
    [
        (Status.CLOSED, {"outcome": Outcome.RESOLVED, "text": "Done."}),
        (Status.WAITING_ON_REPORTER, {"text": "Which house?"}),
        (Status.REFERRED, {"text": "It is PECO's."}),
    ],
)
def test_what_is_closed_or_with_others_breaks_no_promise(
    environment: Environment, report: Any, put_back: Any, status: Status, what: dict[str, Any]
) -> None:
    progress(environment, CaseRef("phila.gov", report()), STAFF, Change(status, **what))
    put_back("expected_datetime")
    assert "resolve_breached" not in look_at_promises(environment)


def test_the_promise_moves_by_the_time_that_others_had_it(
    client: FlaskClient, environment: Environment, report: Any, put_back: Any
) -> None:
    number = report()
    (before,) = client.get(f"{API}/requests/{number}.json").get_json()
    progress(environment, CaseRef("phila.gov", number), STAFF, Change(Status.WAITING_ON_REPORTER, text="Which house?"))
    put_back("paused_at", 7)  # as if a week ago: at least four working days, whatever holidays there are
    progress(environment, CaseRef("phila.gov", number), STAFF, Change(Status.IN_PROGRESS))
    (after,) = client.get(f"{API}/requests/{number}.json").get_json()
    moved = moment(after["expected_datetime"]) - moment(before["expected_datetime"])
    assert timedelta(days=4) <= moved <= timedelta(days=9)


def test_a_question_that_is_not_answered_comes_back_to_staff(
    city: Connection, environment: Environment, report: Any, put_back: Any
) -> None:
    number = report()
    progress(environment, CaseRef("phila.gov", number), STAFF, Change(Status.WAITING_ON_REPORTER, text="Which house?"))
    until = city.scalar(text("SELECT look_again_at FROM service_request"))
    assert datetime.now(UTC) + timedelta(days=5) < until < datetime.now(UTC) + timedelta(days=14)
    put_back("look_again_at")
    assert look_at_promises(environment) == {"waited": 1}
    assert city.scalar(text("SELECT status FROM service_request")) == "in_progress"
    assert city.scalar(text("SELECT paused_at FROM service_request")) is None


def test_a_duplicate_waits_with_the_one_that_it_follows_and_holds_up_nobody(
    city: Connection, environment: Environment, report: Any, put_back: Any
) -> None:
    duplicate, top, other, referred = (report() for _ in range(4))
    for number in (duplicate, top, other):
        progress(
            environment, CaseRef("phila.gov", number), STAFF, Change(Status.WAITING_ON_REPORTER, text="Which house?")
        )
    progress(environment, CaseRef("phila.gov", referred), STAFF, Change(Status.REFERRED, text="It is PECO's."))
    merge(environment, CaseRef("phila.gov", duplicate), STAFF, top)
    put_back("look_again_at")
    assert look_at_promises(environment) == {"waited": 2, "reminded": 1}
    states = city.scalars(text("SELECT status FROM service_request ORDER BY key")).all()
    assert states == ["in_progress", "in_progress", "in_progress", "referred"]


def test_a_duplicate_of_what_is_referred_is_not_reminded_of(
    city: Connection, environment: Environment, report: Any, put_back: Any
) -> None:
    duplicate, top = report(), report()
    progress(environment, CaseRef("phila.gov", top), STAFF, Change(Status.REFERRED, text="It is PECO's."))
    merge(environment, CaseRef("phila.gov", duplicate), STAFF, top)
    put_back("look_again_at")
    assert look_at_promises(environment) == {"reminded": 1}


def test_what_is_no_duplicate_after_all_still_comes_back_to_staff(
    city: Connection, environment: Environment, report: Any, put_back: Any
) -> None:
    duplicate, top = report(), report()
    progress(environment, CaseRef("phila.gov", top), STAFF, Change(Status.WAITING_ON_REPORTER, text="Which house?"))
    merge(environment, CaseRef("phila.gov", duplicate), STAFF, top)
    unmerge(environment, CaseRef("phila.gov", duplicate), STAFF)
    assert city.scalar(text("SELECT count(look_again_at) FROM service_request")) == 2
    put_back("look_again_at")
    assert look_at_promises(environment) == {"waited": 2}


def test_a_referral_is_reminded_of_every_two_weeks(
    city: Connection, environment: Environment, report: Any, put_back: Any
) -> None:
    progress(environment, CaseRef("phila.gov", report()), STAFF, Change(Status.REFERRED, text="It is PECO's."))
    for days in (1, 2):
        put_back("look_again_at", days)
        assert look_at_promises(environment) == {"reminded": 1}
        assert look_at_promises(environment) == {}
    assert city.scalar(text("SELECT status FROM service_request")) == "referred"


def test_two_workers_at_once_note_each_promise_once(other_app: Flask) -> None:
    environment, start = other_app.extensions["open311"], Barrier(2)
    late = [case(str(number), expected_datetime=ago(days=1)) for number in range(20)]

    def look(_: int) -> int:
        with other_app.app_context():
            start.wait(30)
            return look_at_promises(environment).get("resolve_breached", 0)

    with other_app.app_context():
        add_cases(environment, "phila.gov", "test", late)
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(look, range(2)))
    noted = text("SELECT count(*) FROM service_request_update WHERE kind = 'system'")
    with other_app.app_context():
        assert sum(found) == database.session.scalar(noted) == 20


# Letters to staff


@pytest.fixture
def answering(environment: Environment) -> Any:
    """The environment of a city whose departments name an address for broken promises."""
    phila = environment.city.jurisdictions["phila.gov"]
    departments = {
        code: replace(each, escalation_email=f"{code}-chief@phila.example") for code, each in phila.departments.items()
    }
    cities = {**environment.city.jurisdictions, "phila.gov": replace(phila, departments=departments)}
    return replace(environment, city=replace(environment.city, jurisdictions=cities))


def test_a_broken_promise_is_told_to_the_department_once(
    city: Connection, answering: Any, mailbox: Mailbox, report: Any, put_back: Any
) -> None:
    number = report(email="zebulon@example.org", address_string="1415 E PASSYUNK AVE")
    put_back("expected_datetime")
    for _ in range(2):
        look_at_promises(answering)
        send_messages(answering)
    (letter,) = mailbox.messages
    assert letter["To"] == "clip-chief@phila.example"
    assert letter["Subject"] == f"Graffiti Removal, report {number}: a promise is broken"
    said = " ".join(words(letter).split())
    assert "This was not done within the time that was promised." in said
    assert "Place: 1415 E PASSYUNK AVE" in said
    assert "zebulon" not in letter.as_string()
    assert "List-Unsubscribe" not in letter
    assert "/follow/" not in said
    put_back("acknowledge_by")
    assert look_at_promises(answering) == {"acknowledge_breached": 1}
    assert send_messages(answering) == 1  # another event


def test_a_department_without_an_address_is_not_written_to(
    city: Connection, environment: Environment, report: Any, put_back: Any
) -> None:
    report()
    put_back("expected_datetime")
    assert look_at_promises(environment) == {"resolve_breached": 1}
    assert city.scalar(text("SELECT count(*) FROM message")) == 0


def test_who_has_it_hears_once_that_it_is_due_tomorrow(
    city: Connection, environment: Environment, mailbox: Mailbox, report: Any, put_back: Any
) -> None:
    number = report()
    assign(environment, CaseRef("phila.gov", number), STAFF, assignee=_account(city, "ana@phila.example"))
    send_messages(environment)
    mailbox.clear()
    city.execute(text("UPDATE service_request SET expected_datetime = now() + interval '20 hours'"))
    list(republish(environment))
    assert look_at_promises(environment) == {"resolve_due": 1}
    assert look_at_promises(environment) == {}
    assert send_messages(environment) == 1
    (letter,) = mailbox.messages
    assert letter["To"] == "ana@phila.example"
    assert f"{number}: due by" in letter["Subject"]
    put_back("expected_datetime")
    assert look_at_promises(environment) == {"resolve_breached": 1}


def _account(city: Connection, email: str, active: bool = True) -> int:
    row = "INSERT INTO account (email, name, active) VALUES (:email, 'Ana Works', :active) RETURNING key"
    key = int(city.execute(text(row), {"email": email, "active": active}).scalar_one())
    city.execute(text("INSERT INTO role_grant (account, role) VALUES (:key, 'department_worker')"), {"key": key})
    return key


def test_who_is_given_a_case_is_told_why_and_who_takes_it_is_not(
    city: Connection, environment: Environment, mailbox: Mailbox, report: Any
) -> None:
    number = report()
    ana, ben = _account(city, "ana@phila.example"), _account(city, "ben@phila.example")
    gone = _account(city, "gone@phila.example", active=False)
    assign(environment, CaseRef("phila.gov", number), STAFF, assignee=ana, reason="She knows the wall.")
    assign(environment, CaseRef("phila.gov", number), STAFF, assignee=ana, team=None)  # has it already
    grants = (Grant(Role.ADMINISTRATOR),)
    assign(environment, CaseRef("phila.gov", number), Actor("staff", account=ben, grants=grants), assignee=ben)
    with pytest.raises(InvalidArgument, match="no role"):
        assign(environment, CaseRef("phila.gov", number), STAFF, assignee=gone)
    assign(environment, CaseRef("phila.gov", number), STAFF)
    assert send_messages(environment) == 1
    (letter,) = mailbox.messages
    assert letter["To"] == "ana@phila.example"
    assert letter["Subject"] == f"Graffiti Removal, report {number}: yours now"
    assert "She knows the wall." in words(letter)


def test_a_sandbox_writes_to_no_staff(city: Connection, answering: Any, report: Any, put_back: Any) -> None:
    key = issue_key(answering.city.jurisdictions["sandbox.phila.gov"], "tests")
    number = report(base=SANDBOX, api_key=key)
    put_back("expected_datetime")
    look_at_promises(answering)
    assign(answering, CaseRef("sandbox.phila.gov", number), STAFF, assignee=_account(city, "ana@phila.example"))
    assert city.scalar(text("SELECT count(*) FROM message")) == 0

"""Working a service request: every step of the lifecycle on real rows, its history, and what everybody sees of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from open311.actions.accounts.keys import issue_key
from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import annotate, comment, endorse, moderate, progress
from open311.actions.city.import_batch import add_cases
from open311.catalog.city import Jurisdiction
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.errors import Conflict, StepRefused, UnknownServiceRequest
from open311.domain.exposure import Moderation
from open311.domain.lifecycle import PUBLISHED, STEPS, Outcome, Status
from open311.domain.moment import now
from open311.models.base import database
from tests.conftest import API, PLACE, moment
from tests.georeport.conftest import ago, case

STAFF = Actor("staff:ann")
LONG_AGO = ago(days=3)
NEXT_WEEK = ago(days=-7)
ALLOWED = [(old, new) for old in Status for new in sorted(STEPS[old])]
FORBIDDEN = [(old, new) for old, new in product(Status, Status) if new not in STEPS[old]]


def needed(status: Status) -> dict[str, Any]:
    """What a step to this state needs."""
    if status is Status.CLOSED:
        return {"outcome": Outcome.UNABLE, "text": "It cannot be done."}
    return {"scheduled": NEXT_WEEK} if status is Status.SCHEDULED else {}


@pytest.fixture
def put(environment: Environment, city: Connection) -> Callable[..., str]:
    """A service request that has been in a state for three days."""

    def run(status: Status = Status.RECEIVED, number: str = "1", **fields: Any) -> str:
        add_cases(environment, "phila.gov", "test", [case(number, LONG_AGO, status=status, **fields)])
        return number

    return run


@pytest.fixture
def step(environment: Environment) -> Callable[..., str]:
    """Take a step, with all that it needs."""

    def run(number: str, status: Status, actor: Actor = STAFF, *, seen_version: int | None = None, **what: Any) -> str:
        change = Change(status, **{**needed(status), **what})
        return progress(environment, CaseRef("phila.gov", number, seen_version), actor, change)

    return run


@pytest.fixture
def row(city: Connection) -> Callable[[str], Row[Any]]:
    """A service request as it is stored."""
    query = text("SELECT * FROM service_request WHERE service_request_id = :number")
    return lambda number: city.execute(query, {"number": number}).one()


@pytest.fixture
def history(city: Connection) -> Callable[[str], list[Row[Any]]]:
    """What happened to it after it was put there."""
    query = text(
        "SELECT u.* FROM service_request_update u JOIN service_request r ON r.key = u.service_request"
        " WHERE r.service_request_id = :number AND u.actor <> 'test' ORDER BY u.key"
    )
    return lambda number: list(city.execute(query, {"number": number}))


@pytest.fixture
def kept(city: Connection) -> Callable[[], Any]:
    """Everything that may change, to see that nothing did."""
    tables = ("service_request", "service_request_update", "publication", "endorsement", "publication_change")
    return lambda: [city.execute(text(f"SELECT to_jsonb({table}) FROM {table} ORDER BY 1")).all() for table in tables]


def published(client: FlaskClient, number: str) -> dict[str, Any]:
    (found,) = client.get(f"{API}/requests/{number}.json?extensions=true").get_json()
    return {**found, **found["extended_attributes"]}


# The table


@pytest.mark.parametrize(("old", "new"), ALLOWED)
def test_every_step_of_the_table_is_taken_and_seen_at_once(
    client: FlaskClient, put: Any, step: Any, row: Any, history: Any, old: Status, new: Status
) -> None:
    number = put(old)
    assert published(client, number)["detailed_status"] == old
    update_id = step(number, new)
    seen = published(client, number)
    assert (seen["status"], seen["detailed_status"], row(number).status) == (PUBLISHED[new], new, new)
    (update,) = history(number)
    assert (str(update.uuid), update.kind, update.status, update.public) == (update_id, "status", new, True)
    assert update.changes["status"] == [old, new]


@pytest.mark.parametrize(("old", "new"), FORBIDDEN)
def test_every_other_step_is_refused_and_nothing_written(
    put: Any, step: Any, kept: Any, old: Status, new: Status
) -> None:
    number = put(old)
    before = kept()
    with pytest.raises(StepRefused, match=f"that is {old} cannot become {new}; it can become {sorted(STEPS[old])[0]}"):
        step(number, new)
    assert kept() == before


@pytest.mark.parametrize(
    ("status", "lacking", "reason"),
    [
        (Status.CLOSED, {"outcome": None}, "closing needs an outcome and a public text"),
        (Status.CLOSED, {"text": ""}, "closing needs an outcome and a public text"),
        (Status.CLOSED, {"text": " \x0b\n"}, "closing needs an outcome and a public text"),
        (Status.SCHEDULED, {"scheduled": None}, "scheduling needs a date"),
        (Status.IN_PROGRESS, {"outcome": Outcome.RESOLVED}, "only a closed service request has an outcome"),
        (Status.IN_PROGRESS, {"scheduled": NEXT_WEEK}, "only a scheduled service request has a date"),
        (Status.CLOSED, {"scheduled": NEXT_WEEK}, "only a scheduled service request has a date"),
    ],
)
def test_a_step_that_lacks_what_it_needs_is_refused_and_nothing_written(
    put: Any, step: Any, kept: Any, status: Status, lacking: dict[str, Any], reason: str
) -> None:
    number = put()
    before = kept()
    with pytest.raises(StepRefused, match=reason):
        step(number, status, **lacking)
    assert kept() == before


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_closes(client: FlaskClient, put: Any, step: Any, outcome: Outcome) -> None:
    number = put()
    step(number, Status.CLOSED, outcome=outcome)
    assert published(client, number)["outcome"] == outcome


# What a step does to the row


def test_closing_keeps_outcome_text_and_time(client: FlaskClient, put: Any, step: Any, row: Any) -> None:
    number = put()
    step(number, Status.CLOSED, outcome=Outcome.RESOLVED, text="  Cleaned & gone.\r\n")
    stored, seen = row(number), published(client, number)
    assert (stored.outcome, stored.status_notes) == ("resolved", "Cleaned & gone.")
    assert stored.closed_datetime == stored.updated_datetime > LONG_AGO
    assert (seen["status"], seen["status_notes"]) == ("closed", "Cleaned & gone.")
    assert moment(seen["updated_datetime"]) == stored.updated_datetime


@pytest.mark.parametrize("old", [Status.CLOSED, Status.DISPUTED])
def test_reopening_clears_what_closing_wrote(
    client: FlaskClient, put: Any, step: Any, row: Any, history: Any, old: Status
) -> None:
    number = put(old)
    closed = row(number).closed_datetime
    step(number, Status.RECEIVED)
    stored = row(number)
    assert (stored.closed_datetime, stored.outcome, stored.status_notes) == (None, None, None)
    assert published(client, number)["status"] == "open"
    (update,) = history(number)
    assert update.changes == {
        "status": [old, "received"],
        "outcome": ["resolved", None],
        "closed_datetime": [closed.isoformat(), None],
    }


def test_why_it_was_opened_again_may_be_said(client: FlaskClient, put: Any, step: Any) -> None:
    number = put(Status.CLOSED)
    step(number, Status.RECEIVED, text="It came back.")
    assert published(client, number)["status_notes"] == "It came back."


def test_a_disputed_closing_stays_closed_since_then(client: FlaskClient, put: Any, step: Any, row: Any) -> None:
    number = put(Status.CLOSED)
    closed = row(number).closed_datetime
    step(number, Status.DISPUTED, text="The reporter says that it is still there.")
    seen = published(client, number)
    assert (seen["status"], seen["detailed_status"]) == ("closed", "disputed")
    assert seen["status_notes"] == "The reporter says that it is still there."
    step(number, Status.CLOSED, outcome=Outcome.RESOLVED, text="We looked again: it is gone.")
    assert (row(number).closed_datetime, row(number).outcome) == (closed, "resolved")


def test_scheduling_keeps_the_date_until_the_next_step(put: Any, step: Any, row: Any, history: Any) -> None:
    number = put()
    step(number, Status.SCHEDULED)
    assert row(number).scheduled_datetime == NEXT_WEEK
    step(number, Status.IN_PROGRESS)
    assert row(number).scheduled_datetime is None
    assert [update.changes["scheduled_datetime"] for update in history(number)] == [
        [None, NEXT_WEEK.isoformat()],
        [NEXT_WEEK.isoformat(), None],
    ]


@pytest.mark.parametrize("status", sorted(STEPS[Status.RECEIVED]))
def test_the_first_step_acknowledges_and_no_later_one_does(put: Any, step: Any, row: Any, status: Status) -> None:
    number = put()
    assert row(number).acknowledged_datetime is None
    step(number, status)
    acknowledged = row(number).acknowledged_datetime
    assert acknowledged == row(number).updated_datetime
    step(number, Status.RECEIVED if status is Status.CLOSED else Status.CLOSED)
    assert row(number).acknowledged_datetime == acknowledged


def test_a_step_without_words_leaves_the_last_ones(client: FlaskClient, put: Any, step: Any) -> None:
    number = put()
    step(number, Status.ACKNOWLEDGED, text="Our crew looks at it on Monday.")
    step(number, Status.IN_PROGRESS)
    assert published(client, number)["status_notes"] == "Our crew looks at it on Monday."


# The history


def test_a_step_is_one_complete_row_of_the_history(
    put: Any, step: Any, history: Any, row: Any, city: Connection, phila: Jurisdiction
) -> None:
    number, happened = put(), ago(days=1)
    issue_key(phila, "crews", scopes=("updates",))
    key = city.scalar(text("SELECT max(key) FROM api_client"))
    before = now()
    step(
        number,
        Status.CLOSED,
        Actor("client", key, "77"),
        outcome=Outcome.RESOLVED,
        text="Cleaned.\x0b",
        note=" Took\r\nan hour ",
        media_url=" https://example.net/a.jpg ",
        occurred_at=happened,
    )
    (update,) = history(number)
    assert (update.service_request, update.jurisdiction) == (row(number).key, "phila.gov")
    assert (update.kind, update.public, update.status, update.outcome) == ("status", True, "closed", "resolved")
    assert (update.description, update.note) == ("Cleaned.", "Took\nan hour")
    assert update.media_url == "https://example.net/a.jpg"
    assert (update.actor, update.api_client, update.client_update_id) == ("client", key, "77")
    closed = row(number).closed_datetime.isoformat()
    assert update.changes == {
        "status": ["received", "closed"],
        "outcome": [None, "resolved"],
        "acknowledged_datetime": [None, closed],
        "closed_datetime": [None, closed],
    }
    assert update.occurred_at == happened
    assert abs(update.recorded_at - before) < timedelta(minutes=5)


def test_what_nobody_dates_happened_now(put: Any, step: Any, history: Any) -> None:
    before = now().replace(microsecond=0)
    number = put()
    step(number, Status.IN_PROGRESS)
    (update,) = history(number)
    assert before <= update.occurred_at <= now()


def test_a_step_happens_when_it_is_said_but_never_before_the_request(put: Any, step: Any, history: Any) -> None:
    number = put()
    begun = ago(days=2)
    step(number, Status.IN_PROGRESS, occurred_at=begun)
    step(number, Status.CLOSED, occurred_at=ago(days=30))
    happened = [update.occurred_at for update in history(number)]
    assert max(happened) == begun
    assert ago(days=30) < min(happened) < begun


@pytest.mark.parametrize(
    "change", ["UPDATE service_request_update SET note = 'x'", "DELETE FROM service_request_update"]
)
def test_the_history_cannot_be_rewritten(put: Any, city: Connection, change: str) -> None:
    put()
    savepoint = city.begin_nested()
    with pytest.raises(IntegrityError, match="append-only"):
        city.execute(text(change))
    savepoint.rollback()


# Comments, notes, moderation, me too


def test_a_public_comment_is_seen_and_moves_updated_datetime(
    client: FlaskClient, environment: Environment, put: Any, history: Any, row: Any
) -> None:
    number = put()
    comment(environment, CaseRef("phila.gov", number), STAFF, Change(text=" Bring\r\na ladder ", note="Ask Ann"))
    (update,) = history(number)
    assert (update.kind, update.public, update.status, update.actor) == ("comment", True, None, "staff:ann")
    assert (update.description, update.note) == ("Bring\na ladder", "Ask Ann")
    seen = published(client, number)
    assert seen["notes"][-1]["description"] == "Bring\na ladder"
    assert moment(seen["updated_datetime"]) == row(number).updated_datetime > LONG_AGO


def test_a_comment_that_waits_is_not_seen_and_moves_nothing(
    client: FlaskClient, environment: Environment, put: Any, history: Any
) -> None:
    number = put()
    before = client.get(f"{API}/requests/{number}.json?extensions=true").data
    comment(environment, CaseRef("phila.gov", number), Actor("client"), Change(text="It is gone"), public=False)
    assert client.get(f"{API}/requests/{number}.json?extensions=true").data == before
    assert [(update.kind, update.public) for update in history(number)] == [("comment", False)]


def test_a_note_is_for_staff_only(client: FlaskClient, environment: Environment, put: Any, history: Any) -> None:
    number = put()
    before = client.get(f"{API}/requests/{number}.json?extensions=true").data
    update_id = annotate(environment, CaseRef("phila.gov", number), STAFF, " Ask\r\nAnn ")
    (update,) = history(number)
    assert (str(update.uuid), update.kind, update.public, update.note) == (update_id, "note", False, "Ask\nAnn")
    assert update.description is None
    assert client.get(f"{API}/requests/{number}.json?extensions=true").data == before


def test_hiding_takes_it_out_at_once_and_approving_brings_it_back(
    client: FlaskClient, environment: Environment, put: Any, history: Any
) -> None:
    number = put()
    moderate(environment, CaseRef("phila.gov", number), STAFF, Moderation.HIDDEN)
    assert client.get(f"{API}/requests/{number}.json").status_code == 404
    assert client.get(f"{API}/requests.json").get_json() == []
    moderate(environment, CaseRef("phila.gov", number), STAFF, Moderation.APPROVED)
    assert published(client, number)["lat"] == 39.9526
    changes = [(update.kind, update.public, update.actor, update.changes) for update in history(number)]
    assert changes == [
        ("moderation", False, "staff:ann", {"moderation": ["approved", "hidden"]}),
        ("moderation", False, "staff:ann", {"moderation": ["hidden", "approved"]}),
    ]


def test_what_a_reviewed_service_got_is_seen_after_approval(
    client: FlaskClient, environment: Environment, report: Any, history: Any
) -> None:
    number = report(service_code="SR-MI01", **{"attribute[property_type]": None}, **PLACE, description="My own words")
    assert published(client, number)["description"] is None
    moderate(environment, CaseRef("phila.gov", number), STAFF, Moderation.APPROVED)
    assert published(client, number)["description"] == "My own words"
    assert history(number)[-1].changes == {"moderation": ["pending", "approved"]}


def test_steps_with_what_is_hidden_stay_hidden(
    client: FlaskClient, environment: Environment, put: Any, step: Any
) -> None:
    number = put()
    moderate(environment, CaseRef("phila.gov", number), STAFF, Moderation.HIDDEN)
    step(number, Status.CLOSED)
    assert client.get(f"{API}/requests/{number}.json").status_code == 404


def test_each_me_too_is_a_row_with_its_time(client: FlaskClient, put: Any, city: Connection) -> None:
    number, other = put(), put(number="2")
    before = now()
    for channel in ("web", "phone", "web"):
        endorse(CaseRef("phila.gov", number), channel=channel)
    rows = city.execute(text("SELECT channel, created_at FROM endorsement ORDER BY key")).all()
    assert [channel for channel, _ in rows] == ["web", "phone", "web"]
    assert all(abs(created - before) < timedelta(minutes=5) for _, created in rows)
    assert (published(client, number)["me_too"], published(client, other)["me_too"]) == (3, 0)


@pytest.mark.parametrize("jurisdiction", ["phila.gov", "sandbox.phila.gov"])
@pytest.mark.parametrize(
    "act",
    [
        lambda environment, ref: progress(environment, ref, STAFF, Change(Status.IN_PROGRESS)),
        lambda environment, ref: comment(environment, ref, STAFF, Change(text="words")),
        lambda environment, ref: moderate(environment, ref, STAFF, Moderation.HIDDEN),
        lambda environment, ref: annotate(environment, ref, STAFF, "words"),
        lambda _, ref: endorse(ref, channel="web"),
    ],
    ids=["progress", "comment", "moderate", "annotate", "endorse"],
)
def test_what_is_not_there_is_refused(
    environment: Environment, put: Any, kept: Any, act: Any, jurisdiction: str
) -> None:
    number = "none" if jurisdiction == "phila.gov" else put()
    before = kept()
    with pytest.raises(UnknownServiceRequest, match=number):
        act(environment, CaseRef(jurisdiction, number))
    assert kept() == before


# Two at once


def test_who_looked_at_an_older_version_is_told_and_nothing_is_overwritten(
    put: Any, step: Any, row: Any, kept: Any
) -> None:
    number = put()
    seen = row(number).version
    step(number, Status.IN_PROGRESS, seen_version=seen)
    assert row(number).version == seen + 1
    before = kept()
    with pytest.raises(Conflict, match="was changed meanwhile"):
        step(number, Status.CLOSED, seen_version=seen)
    assert kept() == before
    step(number, Status.CLOSED, seen_version=seen + 1)


@pytest.mark.parametrize("what", ["comment", "moderation"])
def test_every_change_that_is_seen_is_a_new_version(environment: Environment, put: Any, row: Any, what: str) -> None:
    number = put()
    before = row(number).version
    if what == "comment":
        comment(environment, CaseRef("phila.gov", number), STAFF, Change(text="words"))
    else:
        moderate(environment, CaseRef("phila.gov", number), STAFF, Moderation.HIDDEN)
    assert row(number).version == before + 1


def at_once(app: Flask, number: str, acts: list[Callable[[Any, str], Any]]) -> list[Any]:
    """Put a case, and do all this to it at the same moment; what each answered or raised."""
    environment = app.extensions["open311"]
    with app.app_context():
        add_cases(environment, "phila.gov", "test", [case(number, LONG_AGO)])
    barrier = Barrier(len(acts))

    def run(act: Callable[[Any, str], Any]) -> Any:
        with app.app_context():
            barrier.wait(30)
            try:
                return act(environment, number)
            except (Conflict, StepRefused) as refusal:
                return refusal

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def close(environment: Any, number: str, seen_version: int | None = None) -> str:
    change = Change(Status.CLOSED, **needed(Status.CLOSED))
    return progress(environment, CaseRef("phila.gov", number, seen_version), STAFF, change)


def total(app: Flask, number: str, kind: str) -> int:
    query = text(
        "SELECT count(*) FROM service_request_update u JOIN service_request r ON r.key = u.service_request"
        " WHERE r.service_request_id = :number AND u.kind = :kind AND u.actor <> 'test'"
    )
    with app.app_context():
        return database.session.execute(query, {"number": number, "kind": kind}).scalar_one()


def test_of_several_who_looked_at_the_same_version_one_is_heard(other_app: Flask) -> None:
    answers = at_once(other_app, "versions", [lambda *which: close(*which, seen_version=1)] * 4)
    assert sum(isinstance(answer, Conflict) for answer in answers) == 3
    assert total(other_app, "versions", "status") == 1


def test_of_several_who_close_one_does(other_app: Flask) -> None:
    answers = at_once(other_app, "closing", [close] * 4)
    assert sum(isinstance(answer, StepRefused) for answer in answers) == 3
    assert total(other_app, "closing", "status") == 1


def test_comments_and_a_step_at_once_are_all_kept(other_app: Flask) -> None:
    def say(environment: Any, number: str) -> str:
        return comment(environment, CaseRef("phila.gov", number), STAFF, Change(text="words"))

    answers = at_once(other_app, "comments", [close, say, say, say])
    assert all(isinstance(answer, str) for answer in answers)
    assert (total(other_app, "comments", "comment"), total(other_app, "comments", "status")) == (3, 1)

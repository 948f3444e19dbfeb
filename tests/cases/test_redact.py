"""History is never rewritten, but for its words, by one action that leaves a trace."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import comment, progress
from open311.actions.cases.redact import TOMBSTONE, redact_description, redact_update
from open311.actions.cases.relate import merge
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.errors import InvalidArgument
from open311.domain.lifecycle import Outcome, Status
from tests.conftest import API

STAFF = Actor("staff")


def test_words_of_an_update_become_a_tombstone(
    city: Connection, client: FlaskClient, environment: Environment, report: Any
) -> None:
    number = report()
    ref = CaseRef("phila.gov", number)
    text_ = "Mrs Quackenbush of number 7 painted it over."
    update_id = progress(
        environment, ref, STAFF, Change(Status.CLOSED, Outcome.RESOLVED, text=text_, note="Call 555 0142")
    )
    redact_update(environment, ref, STAFF, update_id, reason="It names a neighbour")
    rows = text("SELECT u::text FROM service_request_update u UNION ALL SELECT r::text FROM service_request r")
    seen = "".join(str(row) for row in city.execute(rows))
    seen += client.get(f"{API}/requests/{number}.json?extensions=true").get_data(as_text=True)
    seen += client.get(f"{API}/servicerequestupdates.xml").get_data(as_text=True)
    assert "Quackenbush" not in seen
    assert "555 0142" not in seen
    assert TOMBSTONE in seen
    assert "It names a neighbour" in seen
    with pytest.raises(InvalidArgument, match="could be redacted"):
        redact_update(environment, ref, STAFF, update_id, reason="again")


NAMING = "Mrs Quackenbush painted it over."


def _public(client: FlaskClient) -> str:
    answers = (client.get(f"{API}/{path}") for path in ("requests.json?extensions=true", "servicerequestupdates.json"))
    return "".join(answer.get_data(as_text=True) for answer in answers)


def test_the_copies_of_words_in_duplicates_go_with_them(
    city: Connection, client: FlaskClient, environment: Environment, report: Any
) -> None:
    top, first, late = (report() for _ in range(3))
    merge(environment, CaseRef("phila.gov", first), STAFF, top)
    update_id = progress(
        environment, CaseRef("phila.gov", top), STAFF, Change(Status.CLOSED, outcome=Outcome.RESOLVED, text=NAMING)
    )
    merge(environment, CaseRef("phila.gov", late), STAFF, top)  # has the words as its state, but not in its history
    assert _public(client).count("Quackenbush") == 7
    redact_update(environment, CaseRef("phila.gov", top), STAFF, update_id, reason="It names a neighbour")
    assert "Quackenbush" not in _public(client)
    notes = {each["service_request_id"]: each["status_notes"] for each in client.get(f"{API}/requests.json").get_json()}
    assert notes == {top: TOMBSTONE, first: TOMBSTONE, late: f"This is the same as {top}."}
    rows = text("SELECT count(*) FROM service_request_update WHERE kind = 'moderation' AND note LIKE 'It names%'")
    assert city.scalar(rows) == 3


def test_words_that_went_on_to_a_duplicate_of_a_duplicate_go_too(
    client: FlaskClient, environment: Environment, report: Any
) -> None:
    top, middle, low = (report() for _ in range(3))
    merge(environment, CaseRef("phila.gov", low), STAFF, middle)
    update_id = progress(environment, CaseRef("phila.gov", middle), STAFF, Change(Status.IN_PROGRESS, text=NAMING))
    merge(environment, CaseRef("phila.gov", middle), STAFF, top)
    redact_update(environment, CaseRef("phila.gov", middle), STAFF, update_id, reason="It names a neighbour")
    assert "Quackenbush" not in _public(client)


def test_a_duplicate_keeps_what_is_public_of_it_when_something_else_is_redacted(
    client: FlaskClient, environment: Environment, report: Any
) -> None:
    top, low = (report() for _ in range(2))
    update_id = comment(environment, CaseRef("phila.gov", low), STAFF, Change(text=NAMING))
    merge(environment, CaseRef("phila.gov", low), STAFF, top)
    progress(
        environment,
        CaseRef("phila.gov", top),
        STAFF,
        Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Painted over."),
    )
    redact_update(environment, CaseRef("phila.gov", low), STAFF, update_id, reason="It names a neighbour")
    assert client.get(f"{API}/requests/{low}.json").get_json()[0]["status_notes"] == "Painted over."


def test_the_reporters_words_and_free_answers_go(
    city: Connection, client: FlaskClient, environment: Environment, report: Any
) -> None:
    number = report(description="Zebulon did it", **{"attribute[paint_color]": "Zebulon blue"})
    redact_description(environment, CaseRef("phila.gov", number), STAFF, reason="a name")
    seen = client.get(f"{API}/requests.json?extensions=true").get_data(as_text=True)
    for table in ("service_request", "service_request_update", "answer", "publication"):
        seen += "".join(str(row) for row in city.execute(text(f"SELECT t::text FROM {table} t")))
    assert "Zebulon" not in seen
    assert TOMBSTONE in seen


def test_a_redaction_needs_a_reason(environment: Environment, report: Any) -> None:
    number = report()
    with pytest.raises(InvalidArgument, match="reason"):
        redact_description(environment, CaseRef("phila.gov", number), STAFF, reason=" ")


@pytest.mark.parametrize(
    "change", ["status = 'closed'", "occurred_at = now()", "actor = 'nobody'", "description = 'x'", "public = false"]
)
def test_even_then_nothing_but_words_can_change(city: Connection, report: Any, change: str) -> None:
    report()
    city.execute(text("SET LOCAL open311.redact = 'on'"))
    with pytest.raises(IntegrityError, match="append-only"), city.begin_nested():
        city.execute(text(f"UPDATE service_request_update SET {change}"))
    city.execute(text("SET LOCAL open311.redact = 'off'"))

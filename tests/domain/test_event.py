"""Kinds of message: what an update tells people, and what is true of each kind."""

from __future__ import annotations

from typing import Any

import pytest

from open311.domain.event import PUBLIC_EVENTS, Audience, Event, Subject, event_of
from open311.domain.lifecycle import Status
from open311.domain.link import LinkPurpose

STEP = {"status": ["received", "closed"]}


def entry(**given: Any) -> dict[str, Any]:
    """An entry of the history, by a member of staff."""
    return {"kind": "status", "changes": STEP, "status": None, "text": None, "actor": "staff", **given}


@pytest.mark.parametrize(
    ("given", "event"),
    [
        ({"changes": None, "status": "received", "actor": "reporter"}, Event.RECEIVED),
        ({"changes": {}, "status": "received", "actor": "client"}, Event.RECEIVED),
        ({"status": "acknowledged"}, Event.ACKNOWLEDGED),
        ({"status": "closed", "text": "Done."}, Event.CLOSED),
        ({"status": "closed", "actor": "system"}, Event.CLOSED),
        ({"status": "received"}, Event.REOPENED),
        ({"status": "disputed", "text": "No."}, Event.COMMENT),
        ({"status": "disputed"}, None),
        ({"status": "disputed", "actor": "reporter", "text": "No."}, None),
        ({"status": "in_progress", "actor": "reporter"}, None),
        ({"kind": "comment", "changes": None, "text": "News."}, Event.COMMENT),
        ({"kind": "comment", "changes": {"priority": [0, 1]}, "status": "closed", "text": "News."}, Event.COMMENT),
        ({"kind": "assignment", "changes": {"assignee": [None, 1]}}, None),
    ],
)
def test_an_update_tells_one_thing_or_nothing(given: dict[str, Any], event: Event | None) -> None:
    assert event_of(**entry(**given)) is event


@pytest.mark.parametrize("status", [each for each in Status if each not in (Status.RECEIVED, Status.DISPUTED)])
def test_every_state_that_is_reached_is_told_under_its_name(status: Status) -> None:
    assert event_of(**entry(status=status)) == status


def test_webhooks_and_feeds_hear_of_service_requests_only() -> None:
    assert set(PUBLIC_EVENTS) == {*set(Status) - {Status.DISPUTED}, "reopened", "comment"}


@pytest.mark.parametrize("event", Event)
def test_every_kind_of_message_may_name_the_city_and_no_staff_letter_asks_anything(event: Event) -> None:
    assert "city" in event.kind.subject.placeholders
    assert event.kind.audience is not Audience.STAFF or event.kind.asks is None
    assert (event.kind.audience is Audience.ACCOUNT) is (event.kind.subject is Subject.ACCOUNT)


def test_the_reporter_is_asked_what_only_the_reporter_knows() -> None:
    asked = {event: event.kind.asks for event in PUBLIC_EVENTS if event.kind.asks}
    assert asked == {Event.WAITING_ON_REPORTER: LinkPurpose.ANSWER, Event.CLOSED: LinkPurpose.FIXED}


def test_those_who_follow_a_place_hear_of_beginnings_and_ends() -> None:
    assert {event for event in Event if event.kind.wide} == {Event.RECEIVED, Event.CLOSED, Event.REOPENED}

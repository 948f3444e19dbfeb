"""What is kept long enough is forgotten, by the days of ``config/privacy.yaml``, and nothing before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import transaction
from open311.actions.cases.photo_review import hide_photo
from open311.actions.cases.progress import progress
from open311.actions.cases.redact import TOMBSTONE
from open311.actions.intake.photos import store_unsent_photos
from open311.actions.privacy import retention
from open311.actions.privacy.registry import EXPIRIES
from open311.actions.privacy.retention import preview_retention
from open311.actions.publications.publish import publish
from open311.actions.telling import follow
from open311.adapters.images import clean_image
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.domain.moment import now
from open311.domain.retention import Retention, Rule
from open311.models.base import database
from tests.conftest import API
from tests.forgetting import AGE, forgotten
from tests.mailbox import Mailbox, link
from tests.privacy.conftest import HERE, STAFF, Person, photo

CASCADES = {"followers", "unconfirmed_followers", "ended_followers", "messages", "links", "sessions", "sign_in_links"}
"""Spans whose rows other rules take along: one that ended may follow what is closed, an account has sessions."""


def close(environment: Environment, number: str, status: Status = Status.CLOSED) -> None:
    if status is Status.CLOSED:
        progress(environment, CaseRef(HERE, number), STAFF, Change(status, outcome=Outcome.RESOLVED, text="Done."))
    else:
        progress(environment, CaseRef(HERE, number), STAFF, Change(status))


def publish_again(city: Connection, environment: Environment) -> None:
    """Publish what a test has changed without an action."""
    database.session.remove()
    transaction(publish)(environment, list(city.scalars(text("SELECT key FROM service_request"))))


@pytest.fixture
def ended(
    city: Connection,
    client: FlaskClient,
    environment: Environment,
    ann: Person,
    mailbox: Mailbox,
    work: Callable[[], int],
) -> Person:
    """The same person when all is over, so that there is something of every kind."""
    car, drain, tag, _, part = ann.numbers
    follow.follow_request(environment, HERE, tag, "zqann-other@example.org")
    work()
    client.post(link(mailbox.messages[-1], "follow/confirm"))
    client.post(link(mailbox.to(ann.email)[-1], "follow/end"))
    (newest,) = city.execute(
        text("SELECT service_request_id FROM service_request WHERE service_code = 'SR-ST02'")
    ).one()
    for number in (car, drain, tag, part, newest):
        close(environment, number)
    work()
    hide_photo(environment, city.scalar(text("SELECT max(key) FROM media")), STAFF)
    database.session.remove()
    city.execute(text("UPDATE webhook_delivery SET state = 'dead'"))
    for state in ("doing", "failed"):
        city.execute(
            text("UPDATE procrastinate_jobs SET status = :state WHERE task_name = 'send_account_link'"),
            {"state": state},
        )
    return ann


def test_the_city_has_a_rule_for_every_span(environment: Environment) -> None:
    assert set(environment.city.retention.rules) == set(EXPIRIES)


def test_each_span_is_due_after_its_days_and_not_before(environment: Environment, ended: Person) -> None:
    rules, hour = environment.city.retention.rules, timedelta(hours=1)
    early = {span: due(environment, span, timedelta(days=rule.days) - hour) for span, rule in rules.items()}
    late = {span: due(environment, span, timedelta(days=rule.days) + hour) for span, rule in rules.items()}
    # What counts from when a link runs out, or a session ends, is not yet due when it is so old.
    assert {span for span, count in early.items() if count} == set()
    assert {span for span, count in late.items() if not count} <= {"sessions"}


def due(environment: Environment, span: str, after: timedelta) -> int:
    return next(each.count for each in preview_retention(environment, now() + after) if each.span == span)


def test_a_dry_run_says_what_a_run_does_and_the_second_run_does_nothing(
    city: Connection, environment: Environment, ended: Person
) -> None:
    would = {each.span: each.count for each in preview_retention(environment, now() + AGE)}
    before = city.scalar(text("SELECT count(*) FROM contact_point"))
    assert before
    assert all(would.values()), would
    went = forgotten(environment, AGE)
    assert {span: count for span, count in went.items() if count != would[span]}.keys() <= CASCADES
    assert not any(forgotten(environment, AGE).values())
    noted = city.execute(text("SELECT account, target FROM audit_log WHERE act = 'apply_retention' ORDER BY key")).all()
    assert [target for _, target in noted] == [f"retention:{span}:{count}" for span, count in went.items() if count]
    assert {account for account, _ in noted} == {None}


def test_after_all_days_only_public_words_tell_of_somebody(
    environment: Environment, ended: Person, traces: Callable[[Person], dict[str, int]]
) -> None:
    forgotten(environment, AGE)
    assert set(traces(ended)) == {
        "service_request.description",
        "service_request.address",
        "service_request.media_url",
        "service_request_update.description",
        "service_request_update.note",  # of staff, who wrote a name
        "answer.values",  # that everybody may read
        "answer.names",
        "publication.json",
        "publication.xml",
        "publication.words",
        "api_client.contact",
    }


# The reporter


def people(city: Connection) -> list[Any]:
    database.session.remove()
    return [
        tuple(row) for row in city.execute(text("SELECT first_name, erased_at IS NULL FROM person ORDER BY key")).all()
    ]


@pytest.fixture
def reported(report: Any) -> str:
    return str(report(first_name="Zebulon", email="zebulon@example.org"))


@pytest.mark.parametrize("status", [None, Status.DISPUTED])
def test_nobody_is_forgotten_while_a_request_is_open_or_disputed(
    city: Connection, environment: Environment, reported: str, status: Status | None
) -> None:
    if status:
        close(environment, reported)
        close(environment, reported, status)
    went = forgotten(environment, AGE)
    assert went["reporters"] == went["private_answers"] == 0
    assert people(city) == [("Zebulon", True)]


def test_the_last_closing_counts(city: Connection, environment: Environment, reported: str) -> None:
    close(environment, reported)
    close(environment, reported, Status.DISPUTED)
    close(environment, reported)  # confirmed: closed_datetime stays that of the first closing
    database.session.remove()
    city.execute(text("UPDATE service_request SET closed_datetime = now() - interval '400 days'"))
    assert forgotten(environment)["reporters"] == 0
    assert forgotten(environment, timedelta(days=366))["reporters"] == 1
    assert people(city) == [(None, False)]
    publish_again(city, environment)


def test_a_service_has_days_of_its_own(environment: Environment, report: Any) -> None:
    for code in ("SR-CL01", "SR-ST02"):
        close(environment, report(service_code=code, email="z@example.org", **{"attribute[materials]": "tires"}))
    rules = {"reporters": Rule(365, {"SR-CL01": 30})}
    short = replace(environment, city=replace(environment.city, retention=Retention(rules)))
    assert forgotten(short, timedelta(days=31)) == {"reporters": 1}
    assert forgotten(short, timedelta(days=366)) == {"reporters": 1}


def test_who_reported_parts_is_forgotten_with_the_last_of_them(
    city: Connection, environment: Environment, ann: Person
) -> None:
    _, drain, *_, part = ann.numbers
    close(environment, drain)
    assert forgotten(environment, AGE)["reporters"] == 0
    close(environment, part)
    assert forgotten(environment, AGE)["reporters"] == 1


def test_answers_that_are_private_become_tombstones_and_public_ones_stay(
    client: FlaskClient, city: Connection, environment: Environment, report: Any
) -> None:
    car = {"attribute[vehicle_type]": "car", "attribute[color]": "green", "attribute[license_plate]": "ZZZ-1"}
    number = report(service_code="SR-PD01", **car)
    close(environment, number)
    assert forgotten(environment, timedelta(days=366))["private_answers"] == 1
    rows = city.execute(text("SELECT code, public, values, names FROM answer ORDER BY position")).all()
    assert {row.code: row.values for row in rows if not row.public} == {
        "license_plate": [TOMBSTONE],
        "property_type": [TOMBSTONE],  # the service does not ask for it
    }
    shown = client.get(f"{API}/requests/{number}.json?extensions=true").get_json()[0]["attributes"]
    assert "green" in {each["value"] for each in shown}


# Running


def test_much_goes_in_many_transactions(
    city: Connection, environment: Environment, report: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("One", "Two", "Three"):
        close(environment, report(first_name=name))
    monkeypatch.setattr(retention, "BATCH_ROWS", 2)
    assert forgotten(environment, AGE)["reporters"] == 3
    assert people(city) == [(None, False)] * 3
    noted = city.execute(text("SELECT target FROM audit_log WHERE target LIKE 'retention:reporters%' ORDER BY key"))
    assert noted.scalars().all() == ["retention:reporters:2", "retention:reporters:1"]


def test_who_followed_again_is_not_forgotten_as_an_old_follower(
    city: Connection, client: FlaskClient, environment: Environment, report: Any, mailbox: Mailbox, work: Any
) -> None:
    number = report()
    follow.follow_request(environment, HERE, number, "fay@example.org")
    work()
    client.post(link(mailbox.messages[-1], "follow/confirm"))
    client.post(link(mailbox.messages[-1], "follow/end"))
    database.session.remove()
    city.execute(
        text("UPDATE subscription SET created_at = now() - interval '40 days', ended_at = now() - interval '2 days'")
    )
    follow.follow_request(environment, HERE, number, "fay@example.org")
    assert forgotten(environment)["unconfirmed_followers"] == 0
    assert forgotten(environment, timedelta(days=31))["unconfirmed_followers"] == 1


def test_the_command_says_what_would_go_and_what_went(
    city: Connection, environment: Environment, run: Callable[..., str], reported: str
) -> None:
    close(environment, reported)
    database.session.remove()
    city.execute(text("SET LOCAL open311.rewrite_history = 'on'"))
    city.execute(text("UPDATE service_request_update SET recorded_at = '2020-01-02'"))
    city.execute(text("UPDATE service_request SET closed_datetime = '2020-01-02'"))
    assert "reporters (365 days): 1 would go, the oldest since 2020-01-02" in run("privacy", "run", "--dry-run")
    assert people(city) == [("Zebulon", True)]
    assert "reporters (365 days): 1 forgotten, the oldest since 2020-01-02" in run("privacy", "run")
    assert people(city) == [(None, False)]
    assert "reporters (365 days): 0 forgotten\n" in run("privacy", "run")
    publish_again(city, environment)


def test_the_worker_does_it_each_night(app: Any, city: Connection, environment: Environment) -> None:
    city.execute(text("INSERT INTO rate_window VALUES ('x', now() - interval '2 days', 1)"))
    app.extensions["queue"].tasks["forget"].func(timestamp=0)
    assert city.scalar(text("SELECT count(*) FROM rate_window")) == 0


def test_photos_of_a_form_go_unless_a_case_has_got_them(environment: Environment, report: Any) -> None:
    sent, unsent = (
        store_unsent_photos(environment, [clean_image(photo("red", width)[0].read())])[0] for width in (51, 52)
    )
    progress(environment, CaseRef(HERE, report()), STAFF, Change(Status.IN_PROGRESS, photos=[sent]))
    assert forgotten(environment)["unsent_photos"] == 0
    assert forgotten(environment, timedelta(days=8))["unsent_photos"] == 2
    read = environment.stores.files.read
    assert None not in (read(sent.file), read(sent.thumbnail))
    assert (read(unsent.file), read(unsent.thumbnail)) == (None, None)

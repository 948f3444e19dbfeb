"""Other people's servers are called when something happens, until they took it or it is given up."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.accounts.staff import grant_role
from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import comment, progress, set_visibility
from open311.actions.telling import call
from open311.actions.telling.administrators import write_to_administrator
from open311.actions.telling.call import BACKOFF, call_webhooks
from open311.actions.telling.webhooks import add_webhook, remove_webhook, replay
from open311.adapters.outbound import Outbound
from open311.adapters.webhook import signature
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.errors import InvalidArgument, NotAllowed
from open311.domain.lifecycle import Outcome, Status
from open311.domain.roles import Grant, Role
from open311.jobs import conninfo
from open311.models.base import database
from open311.models.locks import Lock
from open311.queries.telling.webhooks import all_webhooks, ended_webhooks
from tests.conftest import API
from tests.mailbox import Mailbox, words
from tests.receiver import Receiver, receiver
from tests.telling.work import work

__all__ = ["receiver", "work"]
STAFF = Actor("staff")
HERE = "phila.gov"


@pytest.fixture
def environment(with_parts: Any) -> Environment:
    """The city, which may call this machine."""
    return with_parts(outbound=Outbound.allowing("127.0.0.1/32"))


@pytest.fixture
def soon(city: Connection) -> Any:
    """Let it be time for the next attempt."""

    def run() -> None:
        database.session.remove()
        city.execute(text("UPDATE webhook_delivery SET next_at = now()"))

    return run


def close(environment: Environment, number: str) -> None:
    progress(
        environment,
        CaseRef(HERE, number),
        STAFF,
        Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Painted over.", note="x"),
    )


def test_what_happens_is_told_signed_and_as_everybody_may_see_it(
    client: FlaskClient, environment: Environment, receiver: Receiver, work: Any, report: Any
) -> None:
    _, secret = add_webhook(environment, HERE, receiver.url, [], STAFF)
    number = report(email="zebulon@example.org", first_name="Zebulon")
    close(environment, number)
    work()
    assert call_webhooks(environment) == 2
    (_, _, first), (_, headers, body) = receiver.calls
    told = json.loads(body)
    assert [json.loads(first)["event"], told["event"]] == ["received", "closed"]
    assert told["service_request"] == client.get(f"{API}/requests/{number}.json").get_json()[0]
    assert told["update"]["description"] == "Painted over."
    assert told["delivery_id"] == headers["X-Open311-Delivery"]
    assert headers["X-Open311-Signature"] == signature(secret, headers["X-Open311-Timestamp"], body)
    assert b"ebulon" not in first + body
    assert call_webhooks(environment) == 0


def test_a_receiver_hears_of_the_events_it_wants(
    environment: Environment, receiver: Receiver, work: Any, report: Any
) -> None:
    add_webhook(environment, HERE, receiver.url, ["closed"], STAFF)
    number = report()
    comment(environment, CaseRef(HERE, number), STAFF, Change(text="News."))
    close(environment, number)
    work()
    call_webhooks(environment)
    assert [json.loads(body)["event"] for _, _, body in receiver.calls] == ["closed"]


def test_what_is_not_public_is_told_to_nobody(
    city: Connection, environment: Environment, receiver: Receiver, work: Any, report: Any
) -> None:
    add_webhook(environment, HERE, receiver.url, [], STAFF)
    number = report()
    work()
    set_visibility(environment, CaseRef(HERE, number), STAFF, True)  # since it was queued
    close(environment, number)
    work()
    call_webhooks(environment)
    assert receiver.calls == []
    assert city.scalars(text("SELECT state FROM webhook_delivery")).all() == ["dead"]


def test_a_receiver_that_fails_is_called_again_later_under_the_same_id(
    city: Connection, environment: Environment, receiver: Receiver, work: Any, report: Any, soon: Any
) -> None:
    add_webhook(environment, HERE, receiver.url, [], STAFF)
    receiver.answers = [500, 404]
    report()
    work()
    assert call_webhooks(environment) == 1
    assert call_webhooks(environment) == 0  # it is not time yet
    for _ in range(2):
        soon()
        assert call_webhooks(environment) == 1
    assert len({headers["X-Open311-Delivery"] for _, headers, _ in receiver.calls}) == 1
    assert city.execute(text("SELECT state, attempts, status FROM webhook_delivery")).one() == ("done", 3, 200)


def test_a_receiver_that_fails_is_left_alone_for_a_minute_and_others_are_called(
    city: Connection, environment: Environment, receiver: Receiver, work: Any, report: Any, soon: Any
) -> None:
    add_webhook(environment, HERE, f"{receiver.url}/fails", [], STAFF)
    add_webhook(environment, HERE, receiver.url, [], STAFF)
    number = report()
    comment(environment, CaseRef(HERE, number), STAFF, Change(text="News."))
    close(environment, number)
    work()
    receiver.answers = [500]
    assert call_webhooks(environment) == 4
    assert [path for path, *_ in receiver.calls] == ["/hook/fails", "/hook", "/hook", "/hook"]
    attempts = "SELECT attempts FROM webhook_delivery WHERE state = 'waiting' ORDER BY attempts"
    assert city.scalars(text(attempts)).all() == [0, 0, 1]
    shortest = city.scalar(text("SELECT min(next_at) - now() FROM webhook_delivery WHERE state = 'waiting'"))
    assert timedelta(seconds=20) < shortest < timedelta(seconds=90)
    soon()
    assert call_webhooks(environment) == 3


def test_a_run_ends_after_a_while_and_the_next_goes_on(
    environment: Environment, receiver: Receiver, work: Any, report: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_webhook(environment, HERE, receiver.url, [], STAFF)
    close(environment, report())
    work()
    monkeypatch.setattr(call, "RUN_SECONDS", 0.0)
    assert [call_webhooks(environment) for _ in range(3)] == [1, 1, 0]


def test_one_worker_at_a_time_calls(
    environment: Environment, database_url: str, receiver: Receiver, work: Any, report: Any
) -> None:
    add_webhook(environment, HERE, receiver.url, [], STAFF)
    report()
    work()
    with psycopg.connect(conninfo(database_url)) as other:
        other.execute(Lock.WEBHOOKS.waiting)
        assert call_webhooks(environment) == 0
    assert call_webhooks(environment) == 1


def test_in_the_end_a_call_is_dead_until_somebody_replays_it(
    app: Flask,
    city: Connection,
    environment: Environment,
    receiver: Receiver,
    work: Any,
    report: Any,
    soon: Any,
) -> None:
    add_webhook(environment, HERE, receiver.url, [], STAFF)
    receiver.answers = [503] * BACKOFF.max_attempts
    number = report()
    work()
    for _ in range(BACKOFF.max_attempts + 1):
        soon()
        call_webhooks(environment)
    assert len(receiver.calls) == BACKOFF.max_attempts
    runner = app.test_cli_runner()
    dead = runner.invoke(args=["webhooks", "dead"]).output
    delivery = dead.split("\t")[0]
    assert number in dead
    assert "it answers 503" in dead
    assert runner.invoke(args=["webhooks", "replay", delivery]).exit_code == 0
    assert call_webhooks(environment) == 1
    assert receiver.calls[-1][1]["X-Open311-Delivery"] == delivery
    assert runner.invoke(args=["webhooks", "dead"]).output == ""
    assert runner.invoke(args=["webhooks", "replay", "nothing"]).exit_code == 1


def test_receivers_are_added_listed_and_removed(
    app: Flask, city: Connection, environment: Environment, receiver: Receiver, work: Any, report: Any
) -> None:
    runner = app.test_cli_runner()
    added = runner.invoke(args=["webhooks", "add", receiver.url, "--event", "closed"]).output
    key = added.split()[1].strip(",")
    listed = runner.invoke(args=["webhooks", "list"]).output
    assert receiver.url in listed
    assert added.split()[-1] not in listed
    number = report()
    close(environment, number)
    work()
    assert runner.invoke(args=["webhooks", "remove", key]).exit_code == 0
    call_webhooks(environment)
    assert receiver.calls == []
    assert runner.invoke(args=["webhooks", "list"]).output == ""
    assert runner.invoke(args=["webhooks", "remove", key]).exit_code == 1
    assert not remove_webhook(int(key), STAFF)


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "ftp://example.org/", "http://169.254.169.254/"])
def test_an_address_inside_is_refused_at_once(city: Connection, environment: Environment, url: str) -> None:
    with pytest.raises(InvalidArgument):
        add_webhook(environment, HERE, url, [], STAFF)


def test_receivers_are_for_those_whose_role_has_them_and_who_it_was_is_noted(
    city: Connection, environment: Environment, receiver: Receiver, work: Any, report: Any
) -> None:
    key, _ = add_webhook(environment, HERE, receiver.url, [], STAFF)
    report()
    work()
    call_webhooks(environment)
    delivery = city.scalar(text("SELECT uuid::text FROM webhook_delivery"))
    account = city.scalar(text("INSERT INTO account (email, name, active) VALUES ('a@x', '', true) RETURNING key"))
    may_not = Actor("staff", account=account, grants=(Grant(Role.SUPERVISOR),))
    may = Actor("staff", account=account, grants=(Grant(Role.ADMINISTRATOR),))
    acts = (
        lambda actor: add_webhook(environment, HERE, receiver.url, [], actor),
        lambda actor: replay(environment, delivery, actor),
        lambda actor: remove_webhook(key, actor),
    )
    for act in acts:
        with pytest.raises(NotAllowed):
            act(may_not)
        assert act(may)
    log = "SELECT account, act, split_part(target, ':', 1) FROM audit_log ORDER BY key"
    assert [tuple(row) for row in city.execute(text(log))] == [
        (who, "manage_webhooks", target)
        for who, target in [(None, "webhook"), *((account, of) for of in ("webhook", "webhook_delivery", "webhook"))]
    ]


def test_a_receiver_that_is_gone_is_called_no_more_and_administrators_are_told(
    city: Connection, environment: Environment, receiver: Receiver, mailbox: Mailbox, report: Any, work: Any, soon: Any
) -> None:
    for name, role in (("boss", Role.ADMINISTRATOR), ("crew", Role.CREW)):
        grant_role(environment, f"{name}@phila.example", Grant(role), Actor("staff"), name)
    key, _ = add_webhook(environment, HERE, receiver.url, (), Actor("staff"))
    receiver.answers = [410]
    number = report()
    work()
    call_webhooks(environment)
    close(environment, number)
    work()
    soon()
    call_webhooks(environment)
    assert len(receiver.calls) == 1
    assert [each.key for each in ended_webhooks()] == [key]
    assert all_webhooks() == []
    jobs = city.execute(text("SELECT args FROM procrastinate_jobs WHERE task_name = 'write_to_administrator'")).all()
    assert [args["email"] for (args,) in jobs] == ["boss@phila.example"]
    write_to_administrator(environment, **jobs[0][0])
    (letter,) = mailbox.to("boss@phila.example")
    assert letter["Subject"] == f"Webhook {key} was ended by its receiver"
    assert receiver.url in words(letter)

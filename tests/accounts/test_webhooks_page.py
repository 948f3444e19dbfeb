"""/admin/webhooks: what failed for good is sent again or given up, by those who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, text

from open311.actions.base.environment import Environment
from open311.actions.telling.call import BACKOFF, call_webhooks
from open311.actions.telling.webhooks import add_webhook
from open311.adapters.outbound import Outbound
from open311.domain.roles import Role
from open311.models.base import database
from tests.accounts.conftest import COMMAND, Browser, log
from tests.receiver import Receiver, receiver
from tests.telling.work import work

__all__ = ["receiver", "work"]
PATH = "/admin/webhooks"


@pytest.fixture
def environment(with_parts: Any) -> Environment:
    """The city, which may call this machine."""
    return with_parts(outbound=Outbound.allowing("127.0.0.1/32"))


def fail(city: Connection, environment: Environment, receiver: Receiver, times: int) -> None:
    receiver.answers = [503] * times
    for _ in range(times):
        database.session.remove()
        city.execute(text("UPDATE webhook_delivery SET next_at = now()"))
        call_webhooks(environment)


@pytest.fixture
def dead(city: Connection, environment: Environment, receiver: Receiver, work: Any, report: Any) -> tuple[str, str]:
    """A call that failed for the last time: its id, and the number of the report."""
    add_webhook(environment, "phila.gov", receiver.url, [], COMMAND)
    number = report()
    work()
    fail(city, environment, receiver, BACKOFF.max_attempts)
    return str(city.scalar(text("SELECT uuid FROM webhook_delivery WHERE state = 'dead'"))), number


def test_what_failed_is_shown_with_its_reason_and_sent_again(
    city: Connection,
    environment: Environment,
    signed_in: Callable[..., Browser],
    dead: tuple[str, str],
    receiver: Receiver,
) -> None:
    delivery, number = dead
    browser = signed_in(Role.ADMINISTRATOR)
    browser.get(PATH)
    assert "it answers 503" in browser.text
    assert f"{number}, received" in browser.text
    browser.send(f"{PATH}/{delivery}/again")
    assert browser.page.request.path == PATH
    assert f"{PATH}/{delivery}" not in browser.text
    assert log(city)[-1][1:] == ("manage_webhooks", f"webhook_delivery:{delivery}")
    before = len(receiver.calls)
    fail(city, environment, receiver, 0)
    assert call_webhooks(environment) == 1
    assert receiver.calls[before][1]["X-Open311-Delivery"] == delivery
    assert "1 done" in browser.get(PATH).text


def test_what_is_given_up_is_on_no_list_and_is_not_called(
    city: Connection, environment: Environment, signed_in: Callable[..., Browser], dead: tuple[str, str]
) -> None:
    delivery, _ = dead
    browser = signed_in(Role.ADMINISTRATOR)
    browser.get(PATH)
    for _ in range(2):  # twice is no error
        assert browser.send(f"{PATH}/{delivery}/give-up").status_code == 200
    assert "it answers 503" not in browser.text
    assert city.scalar(text("SELECT state FROM webhook_delivery")) == "given_up"
    city.execute(text("UPDATE webhook_delivery SET next_at = now()"))
    assert call_webhooks(environment) == 0
    assert [act for _, act, _ in log(city)].count("manage_webhooks") == 2  # added, given up once


def test_what_is_tried_again_says_when(
    city: Connection,
    environment: Environment,
    signed_in: Callable[..., Browser],
    receiver: Receiver,
    work: Any,
    report: Any,
) -> None:
    add_webhook(environment, "phila.gov", receiver.url, [], COMMAND)
    report()
    work()
    fail(city, environment, receiver, 1)
    page = signed_in(Role.ADMINISTRATOR).get(PATH).text
    assert "Calls that are made again" in page
    assert "Send again" not in page


@pytest.mark.parametrize("act", ["again", "give-up"])
def test_looking_and_a_form_of_another_site_change_nothing(
    city: Connection, signed_in: Callable[..., Browser], dead: tuple[str, str], act: str
) -> None:
    browser = signed_in(Role.ADMINISTRATOR)
    for _ in range(2):
        browser.get(PATH)
    assert browser.get(f"{PATH}/{dead[0]}/{act}").status_code == 405
    path, base = f"{PATH}/{dead[0]}/{act}", "https://311.example.org"
    assert browser.client.post(path, base_url=base, headers={"Origin": "https://evil.example"}).status_code == 400
    assert browser.client.post(path, base_url=base).status_code == 303  # to the form, to look at it again
    assert city.scalar(text("SELECT state FROM webhook_delivery")) == "dead"

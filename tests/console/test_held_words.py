"""The page of a case shows what looks like personal data, why it waits, and one button for each decision."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from open311.domain.roles import Role
from tests.accounts.conftest import Browser
from tests.conftest import API
from tests.console.conftest import Desk, counted, listed, words
from tests.mailbox import Mailbox
from tests.mailbox import words as letter_words

PHONE = "215-555-0142"
SAID = f"Tires behind the school. Call me at {PHONE}."


def decide(browser: Browser, number: str, do: str) -> int:
    """Press a button of the card."""
    hidden = dict(re.findall(r'<input type="hidden" name="(version|list)" value="([^"]*)"', browser.text))
    fields = {name: unescape(value) for name, value in hidden.items()}
    return browser.send(f"/staff/r/{number}/words", do=do, **fields).status_code


def test_what_waits_is_in_its_queue_with_the_reason_and_the_match_marked(desk: Browser, report: Any) -> None:
    number = report(description=SAID)
    desk.get("/staff?queue=review")
    assert listed(desk) == [number]
    assert "To be reviewed" in words(desk)
    assert {str(queue): count for queue, count in counted(desk).items()}["review"] == 1
    desk.get(f"/staff/r/{number}")
    assert "This looks like a phone number" in words(desk)
    assert f'<mark title="phone number">{PHONE}</mark>' in desk.text


@pytest.mark.parametrize(
    ("do", "public"), [("publish", SAID), ("remove", SAID.replace(PHONE, "[phone number removed]"))]
)
def test_one_click_decides_and_one_more_undoes_it(
    desk: Browser, report: Any, client: FlaskClient, do: str, public: str
) -> None:
    number = report(description=SAID)
    desk.get(f"/staff/r/{number}")
    assert decide(desk, number, do) == 200
    assert client.get(f"{API}/requests/{number}.json").get_json()[0]["description"] == public
    assert decide(desk, number, "hold") == 200
    assert client.get(f"{API}/requests/{number}.json").get_json()[0]["description"] is None
    assert "To be reviewed" in words(desk)


def test_what_was_removed_is_shown_with_who_reported_and_nowhere_else(desk: Browser, report: Any) -> None:
    number = report(description=SAID)
    desk.get(f"/staff/r/{number}")
    decide(desk, number, "remove")
    assert PHONE not in desk.text
    desk.send(f"/staff/r/{number}/contact")
    assert SAID in words(desk)


def test_a_number_that_was_public_already_can_be_taken_out_on_the_page(
    desk: Browser, report: Any, client: FlaskClient
) -> None:
    number = report(description=SAID)
    desk.get(f"/staff/r/{number}")
    decide(desk, number, "publish")
    assert "everybody can read it" in words(desk)
    decide(desk, number, "remove")
    assert PHONE not in client.get(f"{API}/requests/{number}.json").get_data(as_text=True)


@pytest.mark.parametrize(("role", "may"), [(Role.MODERATOR, True), (Role.SUPERVISOR, True), (Role.CREW, False)])
def test_only_who_may_moderate_decides(signed_in: Desk, report: Any, role: Role, may: bool) -> None:
    number = report(description=SAID)
    browser = signed_in(role)
    browser.get(f"/staff/r/{number}")
    assert ("Publish as it is" in browser.text) is may
    assert (decide(browser, number, "publish") == 200) is may


def test_who_was_slower_decides_nothing(desk: Browser, signed_in: Desk, report: Any) -> None:
    number = report(description=SAID)
    other = signed_in(Role.MODERATOR, "mo@phila.example")
    for browser in (desk, other):
        browser.get(f"/staff/r/{number}")
    assert decide(other, number, "remove") == 200
    assert decide(desk, number, "publish") == 409


def test_a_button_that_is_none_is_refused(desk: Browser, report: Any) -> None:
    number = report(description=SAID)
    desk.get(f"/staff/r/{number}")
    assert decide(desk, number, "shout") == 422


def test_the_letter_says_it_too_without_the_words(
    client: FlaskClient, report: Any, run_jobs: Any, mailbox: Mailbox
) -> None:
    report(description=SAID, email="maria@example.org")
    run_jobs()
    run_jobs()
    letter = letter_words(mailbox.to("maria@example.org")[-1])
    assert "not public yet" in letter
    assert PHONE not in letter

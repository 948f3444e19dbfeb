"""Links in messages: GET changes nothing, POST does it, and each holds for its one purpose and time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import progress, set_visibility
from open311.actions.cases.relate import merge
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from tests.mailbox import Mailbox, link, words

STAFF = Actor("staff")
HERE = "phila.gov"
REPORTER = "zebulon@example.org"
TABLES = ("subscription", "one_time_link", "feedback", "service_request", "service_request_update", "message")


def everything(city: Connection) -> str:
    return str([city.execute(text(f"SELECT * FROM {table} ORDER BY 1")).all() for table in TABLES])


@pytest.fixture
def told(
    client: FlaskClient, environment: Environment, mailbox: Mailbox, work: Callable[[], int], report: Any
) -> dict[str, str]:
    """A confirmed reporter with a closing and a question behind them: a fresh link of each kind, and the number."""
    number = report(email=REPORTER)
    work()
    links = {"number": number, "confirm": link(mailbox.messages[-1], "follow/confirm")}
    client.post(links["confirm"])
    close(environment, number)
    work()
    links |= {"fixed": link(mailbox.messages[-1], "fixed"), "end": link(mailbox.messages[-1], "follow/end")}
    progress(environment, CaseRef(HERE, number), STAFF, Change(Status.RECEIVED))
    progress(environment, CaseRef(HERE, number), STAFF, Change(Status.WAITING_ON_REPORTER, text="Which wall?"))
    work()
    links["answer"] = link(mailbox.messages[-1], "answer")
    return links


def close(environment: Environment, number: str) -> None:
    progress(
        environment, CaseRef(HERE, number), STAFF, Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Painted over.")
    )


@pytest.mark.parametrize("purpose", ["confirm", "end", "answer", "fixed"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_changes_nothing(
    city: Connection, client: FlaskClient, told: dict[str, str], purpose: str, method: str
) -> None:
    before = everything(city)
    answer = client.open(told[purpose], method=method)
    assert answer.status_code == 200
    assert everything(city) == before


@pytest.mark.parametrize("purpose", ["confirm", "end", "answer", "fixed"])
def test_a_page_is_strict_and_kept_by_nobody(client: FlaskClient, told: dict[str, str], purpose: str) -> None:
    answer = client.get(told[purpose])
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert REPORTER not in answer.text
    scripts = re.findall(r"<script([^>]*)>([^<]*)", answer.text)
    assert all(' src="/web/' in how and not inline for how, inline in scripts)  # of our own, and none in the page


def test_links_hold_without_a_cookie_and_where_nobody_can_sign_in(
    app: Flask, client: FlaskClient, told: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SECRET_KEY", None)
    for purpose in ("confirm", "answer", "end"):
        for method in ("GET", "POST"):
            answer = client.open(told[purpose], method=method, data={"words": "The northern one"})
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers


def test_one_click_of_a_mail_program_ends_it(
    city: Connection, client: FlaskClient, environment: Environment, mailbox: Mailbox, work: Any, told: dict[str, str]
) -> None:
    last = mailbox.messages[-1]
    assert last["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = last["List-Unsubscribe"].strip(" <>").removeprefix("https://311.example.org")
    for _ in range(2):  # again is no error
        assert client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert city.scalar(text("SELECT ended_at IS NOT NULL FROM subscription"))
    progress(environment, CaseRef(HERE, told["number"]), STAFF, Change(Status.IN_PROGRESS, text="On it."))
    assert work() == 0


def test_every_mail_can_be_ended_by_its_own_link(client: FlaskClient, mailbox: Mailbox, told: dict[str, str]) -> None:
    assert len(mailbox.messages) >= 3
    for message in mailbox.messages:
        assert client.get(link(message, "follow/end")).status_code == 200


@pytest.mark.parametrize("path", ["follow/confirm", "follow/end", "answer", "fixed"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_no_link_is_not_found(client: FlaskClient, path: str, method: str) -> None:
    answer = client.open(
        f"/{path}/nothing", method=method, data={"words": "x", "fixed": "no"} if method == "POST" else None
    )
    assert answer.status_code == 404
    assert "no longer valid" in answer.text


def test_a_link_holds_for_one_purpose_only(client: FlaskClient, told: dict[str, str]) -> None:
    token = told["end"].rpartition("/")[2]
    for path in ("follow/confirm", "answer", "fixed"):
        assert client.get(f"/{path}/{token}").status_code == 404


@pytest.mark.parametrize("purpose", ["answer", "fixed", "confirm"])
def test_a_link_holds_for_its_time_only(
    city: Connection, client: FlaskClient, told: dict[str, str], purpose: str
) -> None:
    city.execute(text("UPDATE one_time_link SET expires_at = now() - interval '1 second' WHERE expires_at IS NOT NULL"))
    before = everything(city)
    assert client.get(told[purpose]).status_code == 404
    assert client.post(told[purpose], data={"words": "late", "fixed": "no"}).status_code == 404
    assert everything(city) == before


@pytest.mark.parametrize(("purpose", "days"), [("confirm", 30), ("answer", 60), ("fixed", 14)])
def test_how_long_each_link_holds(city: Connection, told: dict[str, str], purpose: str, days: int) -> None:
    spans = city.scalars(
        text("SELECT extract(epoch FROM expires_at - created_at) / 86400 FROM one_time_link WHERE purpose = :purpose"),
        {"purpose": purpose},
    ).all()
    assert {round(float(each), 2) for each in spans} == {days}


def test_an_answer_without_words_is_none(city: Connection, client: FlaskClient, told: dict[str, str]) -> None:
    before = everything(city)
    assert client.post(told["answer"], data={"words": " \n"}).status_code == 422
    assert everything(city) == before


def test_no_token_is_stored(city: Connection, told: dict[str, str]) -> None:
    stored = everything(city)
    for purpose in ("confirm", "end", "answer", "fixed"):
        assert told[purpose].rpartition("/")[2] not in stored


def test_an_answer_goes_to_staff_and_the_case_with_it(
    city: Connection, client: FlaskClient, told: dict[str, str]
) -> None:
    answer = client.post(told["answer"], data={"words": "  The northern one,\r\nnumber 7 "})
    assert answer.status_code == 200
    update = "SELECT status, actor, note, description FROM service_request_update ORDER BY key DESC LIMIT 1"
    row = city.execute(text(update)).one()
    assert tuple(row) == ("in_progress", "reporter", "The northern one,\nnumber 7", None)
    shown = client.get(f"/open311/v2/requests/{told['number']}.json?extensions=true").text
    assert "northern" not in shown


def test_an_answer_that_comes_late_is_noted_all_the_same(
    city: Connection, client: FlaskClient, environment: Environment, told: dict[str, str]
) -> None:
    progress(environment, CaseRef(HERE, told["number"]), STAFF, Change(Status.IN_PROGRESS))
    client.post(told["answer"], data={"words": "The northern one"})
    row = city.execute(text("SELECT kind, note FROM service_request_update ORDER BY key DESC LIMIT 1")).one()
    assert tuple(row) == ("note", "The northern one")


@pytest.mark.parametrize(("given", "fault"), [("   ", "Write an answer"), ("x" * 4001, "at most 4000 characters")])
def test_an_answer_without_or_with_too_many_words_is_shown_again(
    city: Connection, client: FlaskClient, told: dict[str, str], given: str, fault: str
) -> None:
    answer = client.post(told["answer"], data={"words": given})
    assert answer.status_code == 422
    assert answer.text.count(fault) == 2  # at the top, and beside the field
    assert "<title>Error: " in answer.text
    assert city.scalar(text("SELECT status FROM service_request")) == "waiting_on_reporter"
    assert client.post(told["answer"], data={"words": "The northern one"}).status_code == 200


@pytest.mark.parametrize(("said", "status"), [("yes", "closed"), ("no", "disputed")])
def test_yes_keeps_it_closed_and_no_disputes_it(
    city: Connection, client: FlaskClient, environment: Environment, told: dict[str, str], said: str, status: str
) -> None:
    close(environment, told["number"])
    assert client.post(told["fixed"], data={"fixed": said}).status_code == 200
    assert city.scalar(text("SELECT status FROM service_request")) == status
    assert city.execute(text("SELECT fixed, words FROM feedback")).one() == (said == "yes", None)
    assert client.post(told["fixed"], data={"fixed": "no"}).status_code == 404


def test_neither_yes_nor_no_changes_nothing(city: Connection, client: FlaskClient, told: dict[str, str]) -> None:
    before = everything(city)
    assert client.post(told["fixed"], data={"fixed": "perhaps"}).status_code == 422
    assert everything(city) == before


def test_no_about_a_duplicate_disputes_the_one_that_was_worked_on(
    city: Connection, client: FlaskClient, environment: Environment, mailbox: Mailbox, work: Any, report: Any
) -> None:
    first, second = report(), report(email=REPORTER)
    work()
    client.post(link(mailbox.messages[-1], "follow/confirm"))
    merge(environment, CaseRef(HERE, second), STAFF, first)
    close(environment, first)
    work()
    client.post(link(mailbox.messages[-1], "fixed"), data={"fixed": "no"})
    states = city.execute(text("SELECT service_request_id, status FROM service_request ORDER BY key")).all()
    assert [tuple(state) for state in states] == [(first, "disputed"), (second, "disputed")]


# Following


def test_a_request_is_followed_once_the_address_is_confirmed(
    city: Connection, client: FlaskClient, environment: Environment, mailbox: Mailbox, work: Any, report: Any
) -> None:
    number = report()
    page = client.get(f"/r/{number}/follow")
    assert page.status_code == 200
    answer = client.post(f"/r/{number}/follow", data={"email": "neighbour@example.org"})
    assert "Look into your mail" in answer.text
    assert work() == 1
    (asked,) = mailbox.messages
    assert f"report {number}" in " ".join(words(asked).split())
    assert f"report {number}" in client.get(link(asked, "follow/confirm")).text
    client.post(link(asked, "follow/confirm"))
    close(environment, number)
    assert work() == 1
    assert mailbox.messages[-1]["To"] == "neighbour@example.org"


def test_the_page_says_the_same_whatever_is_known_of_an_address(
    client: FlaskClient, mailbox: Mailbox, work: Any, report: Any
) -> None:
    number = report(email=REPORTER)
    known, unknown = (
        client.post(f"/r/{number}/follow", data={"email": address}).text for address in (REPORTER, "new@example.org")
    )
    assert known == unknown


def test_what_is_no_address_is_shown_again(city: Connection, client: FlaskClient, report: Any) -> None:
    answer = client.post(f"/r/{report()}/follow", data={"email": '"><script>'})
    assert answer.status_code == 422
    assert "<script>" not in answer.text
    assert "&#34;&gt;&lt;script&gt;" in answer.text
    assert city.scalar(text("SELECT count(*) FROM subscription")) == 0


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_that_is_not_public_cannot_be_followed(
    client: FlaskClient, environment: Environment, report: Any, method: str
) -> None:
    number = report()
    set_visibility(environment, CaseRef(HERE, number), STAFF, True)
    answer = client.open(f"/r/{number}/follow", method=method, data={"email": "a@example.org"})
    assert answer.status_code == 404
    assert "We have no public report with this number" in answer.text


@pytest.mark.parametrize("number", ["1", "99999999", "x", "%23", "19324827%20"])
@pytest.mark.parametrize(("language", "said"), [("en", "no public report"), ("es", "ningún reporte público")])
def test_a_mistyped_number_is_not_said_to_be_a_link_that_was_used(
    client: FlaskClient, number: str, language: str, said: str
) -> None:
    answer = client.get(f"/r/{number}/follow", headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert said in answer.text
    assert "link" not in answer.text.partition("<main")[2].partition("</main>")[0]


def test_nobody_has_us_write_to_many(client: FlaskClient, report: Any) -> None:
    number = report()
    answers = [
        client.post(f"/r/{number}/follow", data={"email": f"many{each}@example.org"}).status_code for each in range(21)
    ]
    assert answers == [200] * 20 + [429]


def test_pages_speak_the_language_of_who_reads_them(client: FlaskClient, report: Any) -> None:
    page = client.get(f"/r/{report()}/follow", headers={"Accept-Language": "es-US,es;q=0.9,en;q=0.5"})
    assert '<html lang="es"' in page.text
    assert "Correo electrónico" in page.text

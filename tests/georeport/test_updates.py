"""servicerequestupdates (mySociety's extension), read: what is told, what is not, windows and pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from open311.actions.accounts.keys import SCOPES, issue_key
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import annotate, moderate
from open311.domain.case_ref import CaseRef
from open311.domain.exposure import Moderation
from open311.domain.lifecycle import Outcome, Status
from open311.domain.moment import now, write_moment
from tests.conftest import SANDBOX, moment
from tests.georeport.conftest import ago, case
from tests.georeport.pages import links
from tests.georeport.updates import (
    ANYTHING,
    FIRE_COMPLAINT,
    FIRE_HAZARD,
    PATH,
    STAFF,
    day,
    listed,
    reasons,
    say,
    told,
    work,
)

__all__ = ["listed", "say", "told", "work"]

# Reading: what is told


def test_filing_is_the_first_update(listed: Any, report: Any) -> None:
    number = report()
    (row,) = listed()
    assert (row["service_request_id"], row["status"], row["description"]) == (number, "open", "")
    assert (row["media_url"], row["external_status_code"]) == (None, "received")
    assert moment(row["updated_datetime"]) <= now()


def test_steps_and_public_comments_are_told_newest_first(told: Any, report: Any, work: Any, say: Any) -> None:
    number = report()
    work(number, Status.IN_PROGRESS, text="A crew is on its way & <soon> there")
    say(number, "Bring\na ladder")
    work(number, Status.CLOSED, text="Cleaned.")
    assert told() == [
        ("closed", "Cleaned."),
        ("open", "Bring\na ladder"),
        ("open", "A crew is on its way & <soon> there"),
        ("open", ""),
    ]


def test_every_update_has_an_id_that_stays(listed: Any, report: Any, work: Any) -> None:
    number = report()
    before = [row["update_id"] for row in listed()]
    update_id = work(number, Status.CLOSED)
    assert [row["update_id"] for row in listed()] == [update_id, *before]


def test_the_finer_state_or_the_outcome_is_the_external_code(listed: Any, report: Any, work: Any, say: Any) -> None:
    number = report()
    work(number, Status.IN_PROGRESS)
    work(number, Status.CLOSED, outcome=Outcome.NOT_FOUND)
    work(number, Status.DISPUTED)
    say(number, "A comment is no step")
    codes = [row.get("external_status_code") for row in listed()]
    assert codes == [None, "disputed", "not_found", "in_progress", "received"]


def test_a_comment_bears_the_state_in_force(told: Any, report: Any, work: Any, say: Any) -> None:
    number = report()
    for status in (Status.CLOSED, Status.DISPUTED, Status.RECEIVED):
        say(number, f"before {status}")
        work(number, status)
    say(number, "at the end")
    comments = {words: status for status, words in told() if "before" in words or "end" in words}
    assert comments == {
        "before closed": "open",
        "before disputed": "closed",
        "before received": "closed",
        "at the end": "open",
    }


def test_a_comment_bears_the_state_of_its_own_request(listed: Any, report: Any, work: Any, say: Any) -> None:
    closed, still_open = report(), report()
    work(closed, Status.CLOSED)
    say(still_open, "Not yet")
    assert [row["status"] for row in listed(f"service_request_id={still_open}")] == ["open", "open"]


def test_a_comment_about_earlier_bears_the_state_of_then(listed: Any, put: Any, say: Any) -> None:
    put(case("1", ago(days=9), status="closed", updated_datetime=ago(days=3)))
    say("1", "Seen before", occurred_at=ago(days=5))
    say("1", "Seen after", occurred_at=ago(days=2))
    by_words = {row["description"]: row["status"] for row in listed()}
    assert (by_words["Seen before"], by_words["Seen after"]) == ("open", "closed")


# Reading: what is not told


def test_what_waits_for_staff_and_what_is_theirs_is_not_told(
    told: Any, environment: Environment, report: Any, say: Any, work: Any
) -> None:
    number = report()
    say(number, "waits", public=False)
    work(number, Status.IN_PROGRESS, note="for staff")
    annotate(environment, CaseRef("phila.gov", number), STAFF, "for staff")
    moderate(environment, CaseRef("phila.gov", number), STAFF, Moderation.APPROVED)
    assert told() == [("open", ""), ("open", "")]


def test_updates_of_hidden_requests_are_not_told(
    told: Any, environment: Environment, report: Any, work: Any, say: Any
) -> None:
    number = report()
    say(number, "Once seen")
    assert len(told()) == 2
    moderate(environment, CaseRef("phila.gov", number), STAFF, Moderation.HIDDEN)
    assert told() == told(f"service_request_id={number}") == []
    moderate(environment, CaseRef("phila.gov", number), STAFF, Moderation.APPROVED)
    assert len(told()) == 2


def test_updates_of_private_requests_are_not_told(told: Any, report: Any, work: Any) -> None:
    number = report(**FIRE_COMPLAINT)
    work(number, Status.CLOSED)
    assert told() == told(f"service_request_id={number}") == []


@pytest.mark.parametrize(("form", "shown"), [({}, True), (ANYTHING, False), (FIRE_HAZARD, False)])
def test_pictures_are_shown_where_the_service_shows_them_at_once(
    listed: Any, report: Any, say: Any, form: dict[str, str], shown: bool
) -> None:
    say(report(**form), "Look", media_url="https://example.net/a.jpg?b=1&c=2")
    assert listed()[0]["media_url"] == ("https://example.net/a.jpg?b=1&c=2" if shown else None)


def test_the_sandbox_tells_its_own_updates(
    listed: Any, client: FlaskClient, environment: Environment, report: Any
) -> None:
    key = issue_key(environment.city.jurisdictions["sandbox.phila.gov"], "tests", scopes=SCOPES)
    ours, theirs = report(), report(SANDBOX, api_key=key)
    assert [row["service_request_id"] for row in listed()] == [ours]
    assert [row["service_request_id"] for row in listed("", SANDBOX)] == [theirs]
    assert listed(f"service_request_id={ours}", SANDBOX) == []
    update = {"api_key": key, "service_request_id": ours, "status": "CLOSED", "description": "Gone"}
    assert client.post(f"{SANDBOX}/servicerequestupdates.json", data=update).status_code == 404
    assert client.post(f"{PATH}.json", data=update).status_code == 403


# Reading: windows and pages


@pytest.fixture
def over_time(put: Any) -> None:
    """Requests filed 1, 80, 100 and 200 days ago; the last one closed 5 days ago."""
    put(*(case(str(days), ago(days=days)) for days in (1, 80, 100)))
    put(case("200", ago(days=200), status="closed", updated_datetime=ago(days=5)))


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        (lambda: "", ["1", "200", "80"]),
        (lambda: f"start_date={day(90)}", ["1", "200", "80"]),
        (lambda: f"start_date={day(110)}", ["80", "100"]),
        (lambda: f"end_date={day(70)}", ["80", "100"]),
        (lambda: f"end_date={day(190)}", ["200"]),
        (lambda: f"start_date={day(6)}&end_date={day(2)}", ["200"]),
        (lambda: f"start_date={day(2)}&end_date={day(6)}", []),
        (lambda: f"start_date={day(205)}&end_date={day(115)}", ["200"]),
        (lambda: "start_date=&end_date=", ["1", "200", "80"]),
    ],
)
def test_a_window_has_90_days(listed: Any, over_time: None, query: Callable[[], str], numbers: list[str]) -> None:
    assert [row["service_request_id"] for row in listed(query())] == numbers


def test_both_ends_belong_to_the_window(listed: Any, put: Any) -> None:
    filed = ago(days=3)
    put(case("1", filed))
    at, before, after = (write_moment(filed + timedelta(seconds=seconds)) for seconds in (0, -1, 1))
    assert len(listed(f"start_date={at}&end_date={at}")) == 1
    assert listed(f"start_date={before}&end_date={before}") == listed(f"start_date={after}&end_date={after}") == []


def test_a_time_without_a_zone_is_the_citys(listed: Any, put: Any) -> None:
    put(case("1", moment("2026-01-15T17:30:00Z")))
    assert len(listed("start_date=2026-01-15T12:30:00&end_date=2026-01-15 12:30")) == 1
    assert listed("start_date=2026-01-15T17:30:00&end_date=2026-01-16") == []


@pytest.mark.parametrize("suffix", ["json", "xml"])
@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("service_request_id=,,", "service_request_id: nothing stands between the commas"),
        ("start_date=2026-01-01&end_date=2026-04-02", "90 days"),
        ("start_date=yesterday", "start_date: 'yesterday'"),
        ("end_date=2026-13-01", "end_date: '2026-13-01'"),
        ("start_date=9999-12-31T00:00:00Z", "room for 90 days"),
        ("end_date=0001-01-01T00:00:00Z", "room for 90 days"),
        ("page=0", "page is a whole number"),
        ("page=-1", "page is a whole number"),
        ("page=two", "page is a whole number"),
        ("page_size=0", "page_size is a whole number"),
        ("page_size=1&page_size=2", "page_size was given 2 times"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(
    client: FlaskClient, query: str, reason: str, suffix: str
) -> None:
    answer = client.get(f"{PATH}.{suffix}?{query}")
    assert answer.status_code == 400
    assert reason in reasons(answer)[0]


def test_pages_follow_one_another(listed: Any, put: Any) -> None:
    put(*(case(str(number), ago(hours=number)) for number in range(1, 8)))
    pages = [[row["service_request_id"] for row in listed(f"page_size=3&page={page}")] for page in (1, 2, 3, 4)]
    assert pages == [["1", "2", "3"], ["4", "5", "6"], ["7"], []]
    assert listed("page=99999999999999999999") == []


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_links_lead_to_the_other_pages(client: FlaskClient, put: Any, suffix: str) -> None:
    put(*(case(str(each), ago(hours=each)) for each in (1, 2, 3, 4, 5)))
    question = f"start_date={day(9)}&page_size=2"
    here = f"https://311.example.org{PATH}.{suffix}"
    answers = [client.get(f"{PATH}.{suffix}?{question}&page={page}") for page in (1, 2, 3)]
    assert [links(answer) for answer in answers] == [
        {"next": f"{here}?{question}&page=2"},
        {"next": f"{here}?{question}&page=3", "first": f"{here}?{question}", "prev": f"{here}?{question}&page=1"},
        {"first": f"{here}?{question}", "prev": f"{here}?{question}&page=2"},
    ]
    assert "Link" not in client.get(f"{PATH}.{suffix}?page_size=6").headers


def test_what_happened_in_the_same_second_is_on_one_page_only(listed: Any, put: Any) -> None:
    together = ago(hours=1)
    put(*(case(str(number), together) for number in range(9)))
    pages = [row["update_id"] for page in (1, 2, 3, 4, 5) for row in listed(f"page_size=2&page={page}")]
    assert sorted(pages) == sorted(row["update_id"] for row in listed())


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [("2", {"2"}), ("1,3", {"1", "3"}), (" 1 , 1,none,", {"1"}), ("none", set()), ("", {"1", "2", "3"})],
)
def test_updates_are_asked_for_by_number(listed: Any, put: Any, asked: str, numbers: set[str]) -> None:
    put(*(case(str(number)) for number in (1, 2, 3)))
    assert {row["service_request_id"] for row in listed(f"service_request_id={asked}")} == numbers

"""servicerequestupdates, written: other systems tell what they did, once, as far as their keys allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import Connection, text
from werkzeug.test import TestResponse

from open311.actions.accounts.keys import issue_key
from open311.actions.base.environment import Environment
from open311.actions.cases.relate import merge
from open311.catalog.city import Jurisdiction
from open311.domain.case_ref import CaseRef
from open311.domain.event import Event, event_of
from open311.domain.lifecycle import Status
from open311.domain.moment import now, write_moment
from open311.models.base import database
from open311.settings import Settings
from tests.conftest import API, GRAFFITI, moment
from tests.georeport.conftest import ago, case
from tests.georeport.small_city import serve
from tests.georeport.updates import (
    PATH,
    STAFF,
    as_dicts,
    day,
    listed,
    reasons,
    say,
    told,
    work,
)

__all__ = ["listed", "say", "told", "work"]


@pytest.fixture
def post(client: FlaskClient, api_key: str) -> Callable[..., TestResponse]:
    """Send an update; what is None is left out."""

    def run(number: str | None, suffix: str = "json", **fields: str | None) -> TestResponse:
        form = {"api_key": api_key, "service_request_id": number, **fields}
        return client.post(f"{PATH}.{suffix}", data={name: value for name, value in form.items() if value is not None})

    return run


@pytest.fixture
def kept(city: Connection) -> Callable[[], Any]:
    """Everything that updates write, to see that nothing did."""

    def run() -> Any:
        rows = [
            city.execute(text(f"SELECT {columns} FROM {table} ORDER BY 1")).all()
            for table, columns in (
                ("service_request", "to_jsonb(service_request)"),
                ("service_request_update", "to_jsonb(service_request_update)"),
                ("publication", "service_request, json, xml"),
            )
        ]
        return [[tuple(row) for row in table] for table in rows]

    return run


def read(client: FlaskClient, number: str) -> dict[str, Any]:
    (found,) = client.get(f"{API}/requests/{number}.json?extensions=true").get_json()
    return {**found, **found["extended_attributes"]}


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_closed_closes_as_resolved_with_the_description_as_public_text(
    client: FlaskClient, report: Any, post: Any, listed: Any, suffix: str
) -> None:
    number = report()
    answer = post(number, suffix, update_id="77", status="CLOSED", description="  Cleaned & <gone>.\r\nBye ")
    assert answer.status_code == 200
    (receipt,) = as_dicts(answer)
    found = read(client, number)
    assert (found["status"], found["detailed_status"], found["outcome"]) == ("closed", "closed", "resolved")
    assert found["status_notes"] == "Cleaned & <gone>.\nBye"
    newest = listed()[0]
    assert (newest["update_id"], newest["status"]) == (receipt["update_id"], "closed")
    assert (newest["description"], newest["external_status_code"]) == ("Cleaned & <gone>.\nBye", "resolved")


@pytest.mark.parametrize(
    ("word", "state", "outcome"),
    [
        ("CLOSED", "closed", "resolved"),
        ("closed", "closed", "resolved"),
        (" Fixed ", "closed", "resolved"),
        ("NO_FURTHER_ACTION", "closed", "no_action_needed"),
        ("no further action", "closed", "no_action_needed"),
        ("not_councils_responsibility", "closed", "not_responsible"),
        ("not responsible", "closed", "not_responsible"),
        ("CANCELLED", "closed", "withdrawn"),
        ("fixed - council", "closed", "resolved"),
        ("FIXED_USER", "closed", "resolved"),
        ("FOR_TRIAGE", "acknowledged", None),
        ("planned", "in_progress", None),
        ("CONFIRMED", "received", None),
        ("HIDDEN", "received", None),
        ("Not Council's Responsibility", "closed", "not_responsible"),
        ("unable_to_fix", "closed", "unable"),
        ("unable-to-fix", "closed", "unable"),
        ("duplicate", "closed", "duplicate"),
        ("INVESTIGATING", "in_progress", None),
        ("in_progress", "in_progress", None),
        ("acknowledged", "acknowledged", None),
        ("internal_referral", "referred", None),
        ("ACTION_SCHEDULED", "in_progress", None),
        ("OPEN", "received", None),
        ("REOPEN", "received", None),
        ("", "received", None),
        (None, "received", None),
    ],
)
def test_clients_words_for_a_state_are_understood(
    client: FlaskClient, report: Any, post: Any, word: str | None, state: str, outcome: str | None
) -> None:
    number = report()
    assert post(number, status=word, description="Some words").status_code == 200
    found = read(client, number)
    assert (found["detailed_status"], found["outcome"]) == (state, outcome)
    assert found["notes"][-1]["description"] == "Some words"


@pytest.mark.parametrize("word", ["REOPEN", "reopened"])
def test_reopen_opens_what_is_closed(client: FlaskClient, report: Any, post: Any, listed: Any, word: str) -> None:
    number = report()
    post(number, status="CLOSED", description="Cleaned.")
    assert post(number, status=word, description="There it is again.").status_code == 200
    found = read(client, number)
    assert (found["status"], found["outcome"], found["status_notes"]) == ("open", None, "There it is again.")
    assert [row["status"] for row in listed()] == ["open", "closed", "open"]


@pytest.mark.parametrize("disputed", [False, True])
def test_open_is_a_comment_on_what_is_closed(
    client: FlaskClient, report: Any, post: Any, work: Any, listed: Any, disputed: bool
) -> None:
    number = report()
    post(number, status="CLOSED", description="Cleaned.")
    if disputed:
        work(number, Status.DISPUTED)
    before = read(client, number)["detailed_status"]
    assert post(number, status="OPEN", description="Thank you!").status_code == 200
    assert read(client, number)["detailed_status"] == before
    assert (listed()[0]["status"], listed()[0]["description"]) == ("closed", "Thank you!")


@pytest.mark.parametrize("status", ["OPEN", "CLOSED"])
def test_the_state_that_is_there_already_makes_a_comment(
    client: FlaskClient, report: Any, post: Any, listed: Any, status: str
) -> None:
    number = report()
    post(number, status=status, description="First.")
    before = read(client, number)
    assert post(number, status=status, description="Once more.").status_code == 200
    assert (read(client, number)["status"], read(client, number)["status_notes"]) == (
        before["status"],
        before["status_notes"],
    )
    assert (listed()[0]["status"], listed()[0]["description"]) == (before["status"], "Once more.")
    assert "external_status_code" not in listed()[0]


def test_an_action_that_has_its_date_here_keeps_it(client: FlaskClient, report: Any, post: Any, work: Any) -> None:
    number = report()
    work(number, Status.SCHEDULED, scheduled=ago(days=-3))
    assert post(number, status="ACTION_SCHEDULED", description="When?").status_code == 200
    assert read(client, number)["detailed_status"] == "scheduled"


def test_open_does_not_undo_what_staff_began(client: FlaskClient, report: Any, post: Any, work: Any) -> None:
    number = report()
    work(number, Status.IN_PROGRESS)
    post(number, status="OPEN", description="Still there")
    assert read(client, number)["detailed_status"] == "in_progress"


def test_a_change_of_state_needs_no_words_unless_it_closes(client: FlaskClient, report: Any, post: Any) -> None:
    number = report()
    assert post(number, status="INVESTIGATING").status_code == 200
    assert read(client, number)["detailed_status"] == "in_progress"
    refused = post(number, status="CLOSED")
    assert (refused.status_code, reasons(refused)) == (400, ["description required"])


def test_what_the_client_says_of_when_is_told(listed: Any, put: Any, post: Any) -> None:
    put(case("1", ago(days=9)))
    then = day(2)
    post("1", description="Two days ago", updated_datetime=then)
    assert listed()[0]["updated_datetime"] == then
    post("1", description="Tomorrow", updated_datetime=day(-1))
    (found,) = [row for row in listed() if row["description"] == "Tomorrow"]
    assert moment(found["updated_datetime"]) <= now()


def test_a_step_that_is_told_late_changes_the_history_and_not_the_state(
    client: FlaskClient, listed: Any, put: Any, post: Any, work: Any, say: Any
) -> None:
    put(case("1", ago(days=9)))
    work("1", Status.IN_PROGRESS)
    post("1", status="CLOSED", description="Done two days ago", updated_datetime=day(2))
    say("1", "Thank you")
    assert [row["status"] for row in listed()] == ["open", "closed", "open", "open"]
    assert read(client, "1")["detailed_status"] == "in_progress"
    notes = [(note["status"], note["description"]) for note in read(client, "1")["notes"] if "status" in note]
    assert notes == [("received", "Received"), ("closed", "Done two days ago"), ("in_progress", "In progress")]


@pytest.fixture
def late(client: FlaskClient, put: Any, post: Any) -> Callable[..., dict[str, Any]]:
    """Send updates of a request of nine days, each with the minutes that have passed since it happened."""

    def run(*updates: tuple[str, str, int]) -> dict[str, Any]:
        put(case("1", ago(days=9)))
        for status, words, minutes in updates:
            then = str(write_moment(ago(minutes=minutes)))
            answer = post("1", status=status, description=words, updated_datetime=then)
            assert answer.status_code == 200, answer.data
        return read(client, "1")

    return run


@pytest.mark.parametrize(
    ("updates", "status"),
    [
        ((("CLOSED", "finished", 5), ("REOPEN", "told late", 20)), "closed"),
        ((("CLOSED", "finished", 5), ("INVESTIGATING", "told late", 20)), "closed"),
        ((("INVESTIGATING", "begun", 5), ("CLOSED", "told late", 20)), "in_progress"),
        ((("CLOSED", "done", 20), ("REOPEN", "again", 10), ("CLOSED", "told late", 15)), "received"),
        ((("CLOSED", "done", 20), ("REOPEN", "again", 10), ("INTERNAL_REFERRAL", "told late", 15)), "received"),
        ((("CLOSED", "done", 20), ("REOPEN", "again", 20)), "received"),
    ],
)
def test_what_happened_last_decides_the_state_whatever_came_last(
    late: Any, listed: Any, updates: tuple[tuple[str, str, int], ...], status: str
) -> None:
    found = late(*updates)
    assert found["detailed_status"] == status
    assert [note["description"] for note in found["notes"]][1:] == [
        words for _, words, _ in sorted(updates, key=lambda update: -update[2])
    ]
    assert [row["description"] for row in listed()][:-1] == [words for _, words, _ in reversed(updates)]


def test_a_request_is_closed_when_that_happened(late: Any, city: Connection) -> None:
    found = late(("CLOSED", "finished", 90))
    assert moment(found["updated_datetime"]) == city.scalar(text("SELECT closed_datetime FROM service_request"))
    assert timedelta(minutes=89) < now() - moment(found["updated_datetime"]) < timedelta(minutes=91)


@pytest.mark.parametrize(("days", "expected"), [(30, 9), (-30, 0)])
def test_nothing_happens_before_the_request_or_in_the_future(
    client: FlaskClient, put: Any, post: Any, days: int, expected: int
) -> None:
    put(case("1", ago(days=9)))
    post("1", status="CLOSED", description="Done", updated_datetime=day(days))
    assert (now() - moment(read(client, "1")["updated_datetime"])).days == expected


def test_duplicates_are_closed_when_the_other_was(
    client: FlaskClient, environment: Environment, put: Any, post: Any, work: Any
) -> None:
    put(case("1", ago(days=9)), case("2", ago(minutes=10)))
    merge(environment, CaseRef("phila.gov", "2"), STAFF, "1")
    post("1", status="CLOSED", description="Done", updated_datetime=str(write_moment(ago(minutes=60))))
    assert moment(read(client, "2")["updated_datetime"]) == moment(read(client, "2")["requested_datetime"])
    assert now() - moment(read(client, "1")["updated_datetime"]) > timedelta(minutes=59)


def test_who_polls_is_told_what_happened_earlier_and_was_told_since(listed: Any, put: Any, post: Any) -> None:
    put(case("1", ago(days=9)))
    post("1", description="Five hours ago", updated_datetime=str(write_moment(ago(hours=5))))
    (found,) = listed(f"start_date={write_moment(ago(hours=2))}")
    assert found["description"] == "Five hours ago"
    assert moment(found["recorded_datetime"]) - moment(found["updated_datetime"]) >= timedelta(hours=4, minutes=59)
    then = f"start_date={write_moment(ago(hours=6))}&end_date={write_moment(ago(hours=4))}"
    assert [row["description"] for row in listed(then)] == ["Five hours ago"]


def test_pages_follow_the_order_in_which_updates_were_told(listed: Any, put: Any, post: Any) -> None:
    put(case("1", ago(days=9)))
    for hours in (1, 5, 3):
        post("1", description=str(hours), updated_datetime=str(write_moment(ago(hours=hours))))
    query = f"start_date={write_moment(ago(hours=2))}&page_size=1"
    assert [listed(f"{query}&page={page}")[0]["description"] for page in (1, 2, 3)] == ["3", "5", "1"]


def test_followers_are_told_a_late_step_as_a_comment(late: Any, city: Connection) -> None:
    late(("CLOSED", "finished", 5), ("INVESTIGATING", "told late", 20))
    (changes,) = city.execute(text("SELECT changes FROM service_request_update WHERE description = 'told late'")).one()
    told = event_of(kind="status", changes=changes, status="in_progress", text="told late", actor="client")
    assert told is Event.COMMENT


def test_the_clients_picture_is_told(listed: Any, report: Any, post: Any) -> None:
    post(report(), description="Look", media_url=" https://example.net/after.jpg?a=1&b=2 ")
    assert listed()[0]["media_url"] == "https://example.net/after.jpg?a=1&b=2"


@pytest.mark.parametrize("address", ["http://[bad", "javascript:alert(1)", "not a url"])
def test_an_address_that_is_none_loses_no_update(report: Any, post: Any, listed: Any, address: str) -> None:
    post(report(), description="Look", media_url=address)
    assert (listed()[0]["description"], listed()[0]["media_url"]) == ("Look", None)


def test_who_wrote_is_told_nobody(client: FlaskClient, report: Any, post: Any, city: Connection) -> None:
    person = {"first_name": "Zebulon", "last_name": "-", "email": "zq@example.net", "phone": "+1 215 555 0142"}
    post(report(), description="It is gone", **person)
    answers = [client.get(f"{API}/{path}").get_data(as_text=True) for path in ("requests.json", "requests.xml")]
    answers += [client.get(f"{PATH}.{suffix}").get_data(as_text=True) for suffix in ("json", "xml")]
    assert not any(word in answer for word in ("Zebulon", "zq@", "0142") for answer in answers)


def test_the_newest_public_update_moves_updated_datetime(client: FlaskClient, put: Any, post: Any) -> None:
    put(case("1", ago(days=9)))
    before = read(client, "1")["updated_datetime"]
    post("1", description="Seen")
    assert moment(read(client, "1")["updated_datetime"]) > moment(before)


# Writing: who may


@pytest.mark.parametrize("suffix", ["json", "xml"])
@pytest.mark.parametrize("key", [None, "", "wrong"])
@pytest.mark.parametrize("number", [None, "none"])
def test_the_key_is_looked_at_first(post: Any, key: str | None, number: str | None, suffix: str) -> None:
    answer = post(number, suffix, api_key=key, status="nonsense")
    assert answer.status_code == 403
    assert reasons(answer)[0].startswith("api_key")


def test_the_key_may_come_in_the_query(client: FlaskClient, report: Any, api_key: str) -> None:
    form = {"service_request_id": report(), "description": "Seen"}
    assert client.post(f"{PATH}.xml?jurisdiction_id=phila.gov&api_key={api_key}", data=form).status_code == 200


@pytest.mark.parametrize("suffix", ["json", "xml"])
@pytest.mark.parametrize("status", [None, "", "CLOSED", "nonsense"])
def test_a_key_for_filing_comments_its_own_requests_and_staff_look_first(
    client: FlaskClient, report: Any, post: Any, file_key: str, told: Any, city: Connection, status: str, suffix: str
) -> None:
    number = report(api_key=file_key)
    answer = post(number, suffix, api_key=file_key, update_id="1", status=status, description="It is gone")
    assert answer.status_code == 200
    assert as_dicts(answer)[0]["update_id"]
    assert told() == [("open", "")]
    assert "It is gone" not in client.get(f"{API}/requests.{suffix}?extensions=true").get_data(as_text=True)
    (waiting,) = city.execute(
        text("SELECT kind, public, description FROM service_request_update ORDER BY key OFFSET 1")
    )
    assert tuple(waiting) == ("comment", False, "It is gone")


def test_a_comment_that_waits_does_not_move_updated_datetime(
    client: FlaskClient, report: Any, post: Any, file_key: str, city: Connection
) -> None:
    number = report(api_key=file_key)
    city.execute(text("UPDATE service_request SET updated_datetime = updated_datetime - interval '1 day'"))
    post(number, api_key=file_key, description="It is gone")
    assert moment(read(client, number)["updated_datetime"]) < ago(hours=23)


def test_a_key_for_filing_does_nothing_to_requests_of_others(
    report: Any, post: Any, file_key: str, put: Any, kept: Any
) -> None:
    put(case("1"))
    numbers = (report(), "1")
    before = kept()
    for number in numbers:
        answer = post(number, api_key=file_key, status="CLOSED", description="It is gone")
        assert (answer.status_code, "that it filed" in reasons(answer)[0]) == (403, True)
    assert kept() == before


def test_a_key_of_the_sandbox_is_none_here(post: Any, report: Any, environment: Environment) -> None:
    key = issue_key(environment.city.jurisdictions["sandbox.phila.gov"], "tests", scopes=("updates",))
    assert post(report(), api_key=key, description="Seen").status_code == 403


# Writing: what is refused


@pytest.mark.parametrize("suffix", ["json", "xml"])
@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        ({"service_request_id": None}, 400, "service_request_id required"),
        ({"service_request_id": ""}, 400, "service_request_id required"),
        ({"service_request_id": None, "description": None, "status": "x"}, 400, "service_request_id required"),
        ({"service_request_id": "none"}, 404, "'none'"),
        ({"service_request_id": "none", "description": None}, 404, "'none'"),
        ({"description": None}, 400, "description required"),
        ({"description": " \x0b\r\n"}, 400, "description required"),
        ({"description": None, "status": "CLOSED"}, 400, "description required"),
        ({"description": "x" * 4001}, 400, "4000"),
        ({"update_id": "x" * 501}, 400, "update_id is longer than 500"),
        ({"media_url": "x" * 501}, 400, "media_url is longer than 500"),
        ({"status": "nonsense"}, 400, "'nonsense' is not one of open, reopen, reopened, investigating"),
        ({"updated_datetime": "soon"}, 400, "updated_datetime: 'soon'"),
        ({"jurisdiction_id": "elsewhere.gov"}, 404, "elsewhere.gov"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_reason_and_nothing_written(
    report: Any, post: Any, kept: Any, fields: dict[str, str | None], status: int, reason: str, suffix: str
) -> None:
    number, before = report(), kept()
    answer = post(None, suffix, **{"service_request_id": number, "description": "Seen", "update_id": "1", **fields})
    assert answer.status_code == status
    assert reason in reasons(answer)[0]
    assert kept() == before


@pytest.mark.parametrize("suffix", ["json", "xml"])
@pytest.mark.parametrize("word", ["INVESTIGATING", "IN_PROGRESS", "acknowledged", "FOR_TRIAGE", "internal_referral"])
@pytest.mark.parametrize("disputed", [False, True])
def test_text_with_a_state_that_cannot_be_taken_is_kept_and_the_answer_says_so(
    client: FlaskClient, report: Any, post: Any, work: Any, told: Any, word: str, disputed: bool, suffix: str
) -> None:
    number = report()
    work(number, Status.CLOSED)
    if disputed:
        work(number, Status.DISPUTED)
    before = read(client, number)["detailed_status"]
    answer = post(number, suffix, update_id="1", status=word, description="On it")
    (receipt,) = as_dicts(answer)
    assert (answer.status_code, "the status was not changed: a closed" in receipt["service_notice"]) == (200, True)
    assert told()[0] == ("closed", "On it")
    assert read(client, number)["detailed_status"] == before
    assert post(number, suffix, update_id="1", status=word, description="On it").data == answer.data


def test_text_with_a_step_that_the_lifecycle_lacks_is_kept(
    client: FlaskClient, environment: Environment, report: Any, post: Any, work: Any, told: Any
) -> None:
    number = report()
    work(number, Status.REFERRED)
    (receipt,) = post(number, status="acknowledged", description="Seen").get_json()
    assert "it can become closed, in_progress" in receipt["service_notice"]
    duplicate = report()
    merge(environment, CaseRef("phila.gov", duplicate), STAFF, number)
    (receipt,) = post(duplicate, status="CLOSED", description="Done").get_json()
    assert "follows another" in receipt["service_notice"]
    assert [text for _, text in told()][:2] == ["Done", "This is the same as " + number + "."]
    assert ("open", "Seen") in told()


def test_a_step_that_the_lifecycle_lacks_is_refused(report: Any, post: Any, work: Any, kept: Any) -> None:
    number = report()
    work(number, Status.REFERRED)
    before = kept()
    answer = post(number, update_id="1", status="acknowledged")
    assert (answer.status_code, "it can become closed, in_progress" in reasons(answer)[0]) == (400, True)
    assert kept() == before
    assert post(number, update_id="1", status="INVESTIGATING").status_code == 200


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_a_city_may_switch_updates_off(city: Connection, api_key: str, suffix: str) -> None:
    off = Settings.from_environment({"UPDATES_ENABLED": "0"}).updates_enabled
    client = serve(city, public_url="https://311.example.org", updates_enabled=off)
    path = f"{PATH}.{suffix}"
    for answer in (client.get(path), client.post(path, data={"api_key": api_key, "service_request_id": "1"})):
        assert answer.status_code == 403
        assert "switched off" in reasons(answer)[0]
    assert client.get(f"{API}/requests.{suffix}").status_code == 200


# The same update twice


@pytest.mark.parametrize("suffix", ["json", "xml"])
@pytest.mark.parametrize("status", [None, "CLOSED", "INVESTIGATING"])
def test_the_same_update_again_gets_the_first_answer(
    report: Any, post: Any, kept: Any, status: str | None, suffix: str
) -> None:
    number = report()
    first = post(number, suffix, update_id="77", status=status, description="First")
    before = kept()
    for again in (
        post(number, suffix, update_id="77", status=status, description="First"),
        post(number, suffix, update_id=" 77 ", status="OPEN", description="Other words"),
    ):
        assert (again.status_code, again.data) == (200, first.data)
    assert kept() == before


def test_the_same_update_again_gets_the_first_answer_whatever_happened_since(
    report: Any, post: Any, work: Any, kept: Any
) -> None:
    number = report()
    first = post(number, update_id="77", status="INVESTIGATING")
    work(number, Status.CLOSED)
    before = kept()
    again = post(number, update_id="77", status="INVESTIGATING")
    assert (again.status_code, again.data) == (200, first.data)
    assert kept() == before


def test_a_comment_that_waits_is_the_same_again_too(report: Any, post: Any, file_key: str, kept: Any) -> None:
    number = report(api_key=file_key)
    first = post(number, api_key=file_key, update_id="77", description="It is gone")
    before = kept()
    assert post(number, api_key=file_key, update_id="77", description="It is gone").data == first.data
    assert kept() == before


@pytest.mark.parametrize("suffix", ["json", "xml"])
@pytest.mark.parametrize("form", [{"status": "CLOSED"}, {}], ids=str)
def test_an_update_id_of_another_request_is_refused_and_loses_nothing(
    report: Any, post: Any, kept: Any, form: dict[str, str], suffix: str
) -> None:
    first, other = report(), report()
    post(first, update_id="77", description="Seen")
    before = kept()
    refused = post(other, suffix, update_id="77", description="Done.", **form)
    assert refused.status_code == 422
    assert reasons(refused) == [f"the update_id '77' was used for another service request, {first}"]
    assert kept() == before


def test_every_client_has_update_ids_of_its_own(report: Any, post: Any, file_key: str) -> None:
    number = report(api_key=file_key)
    mine = post(number, update_id="77", description="Seen").get_json()
    theirs = post(number, api_key=file_key, update_id="77", description="Seen").get_json()
    assert mine[0]["update_id"] != theirs[0]["update_id"]


def test_updates_without_an_id_are_each_one(report: Any, post: Any, told: Any) -> None:
    number = report()
    answers = {post(number, update_id=empty, description="Seen").data for empty in (None, "", " ")}
    assert len(answers) == 3
    assert len(told()) == 4


@pytest.fixture
def at_once(other_app: Flask, phila: Jurisdiction) -> Iterator[Callable[[list[dict[str, str]]], list[TestResponse]]]:
    """Send updates of one new request from threads of their own, all at the same moment."""
    with other_app.app_context():
        api_key = issue_key(phila, "tests", scopes=("requests", "updates"))
    filed = other_app.test_client().post(f"{API}/requests.json", data={**GRAFFITI, "api_key": api_key})
    number = filed.get_json()[0]["service_request_id"]

    def send(form: dict[str, str], barrier: Barrier) -> TestResponse:
        client = other_app.test_client()
        barrier.wait(30)
        return client.post(f"{PATH}.json", data={"api_key": api_key, "service_request_id": number, **form})

    with ThreadPoolExecutor(6) as threads:

        def run(forms: list[dict[str, str]]) -> list[TestResponse]:
            barrier = Barrier(len(forms))
            return [each.result(60) for each in [threads.submit(send, form, barrier) for form in forms]]

        yield run


def history(app: Flask) -> list[Any]:
    """What happened to the newest request after it was filed."""
    query = text(
        "SELECT kind, status FROM service_request_update"
        " WHERE service_request = (SELECT max(key) FROM service_request) ORDER BY key OFFSET 1"
    )
    with app.app_context():
        return [tuple(row) for row in database.session.execute(query)]


@pytest.mark.parametrize("attempt", range(2))
@pytest.mark.parametrize("form", [{"status": "CLOSED"}, {"status": "INVESTIGATING"}, {}], ids=str)
def test_the_same_update_at_once_is_one(at_once: Any, other_app: Flask, form: dict[str, str], attempt: int) -> None:
    answers = at_once([{"update_id": "77", "description": "Done.", **form}] * 6)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert len(history(other_app)) == 1


def test_different_updates_at_once_are_all_kept(at_once: Any, other_app: Flask) -> None:
    answers = at_once([{"update_id": str(number), "description": f"Of {number}"} for number in range(6)])
    assert {answer.status_code for answer in answers} == {200}
    assert history(other_app) == [("comment", None)] * 6


def test_of_two_that_close_at_once_one_does(at_once: Any, other_app: Flask) -> None:
    answers = at_once([{"update_id": str(number), "status": "CLOSED", "description": "Done."} for number in range(6)])
    assert {answer.status_code for answer in answers} <= {200, 400}
    assert [row for row in history(other_app) if row[0] == "status"] == [("status", "closed")]


# FixMyStreet, from discovery to the answer that it polls for


def test_fixmystreet_finds_files_polls_and_updates(client: FlaskClient, api_key: str, work: Any) -> None:
    """As its Open311 client goes about it: XML only, key and jurisdiction in every call, windows of hours."""

    def get(address: str, **query: str) -> etree._Element:
        answer = client.get(address, query_string={"jurisdiction_id": "phila.gov", "api_key": api_key, **query})
        assert (answer.status_code, answer.content_type) == (200, "text/xml; charset=utf-8")
        return etree.fromstring(answer.data)

    def send(address: str, **form: str) -> etree._Element:
        answer = client.post(address, data={"jurisdiction_id": "phila.gov", "api_key": api_key, **form})
        assert (answer.status_code, answer.content_type) == (200, "text/xml; charset=utf-8")
        return etree.fromstring(answer.data)

    def polled(resource: str, element: str) -> list[dict[str, str | None]]:
        window = {"start_date": str(write_moment(ago(hours=2))), "end_date": str(write_moment(ago(hours=-1)))}
        return [{field.tag: field.text for field in row} for row in get(f"{base}{resource}", **window).iter(element)]

    discovery = get("/discovery.xml")
    (url,) = discovery.xpath("//endpoint[type='production']/url/text()")
    base = url.removeprefix("https://311.example.org") + "/"

    services = get(f"{base}services.xml")
    codes = services.xpath("service[metadata='true']/service_code/text()")
    assert len(codes) > 10
    definition = get(f"{base}services/SR-CL01.xml")
    (required,) = definition.xpath("attributes/attribute[required='true']/code/text()")
    choice = definition.xpath("attributes/attribute[code=$code]/values/value/key/text()", code=required)[0]

    filed = send(
        f"{base}requests.xml",
        **{
            "service_code": "SR-CL01",
            "lat": "39.952583",
            "long": "-75.165222",
            "description": "title: Größe\n\ndetail: a tag & more\n\nurl: https://fms.example/report/4711",
            "email": "ann@example.net",
            "first_name": "Ann",
            "last_name": "-",
            f"attribute[{required}]": str(choice),
            "attribute[fixmystreet_id]": "4711",
            "attribute[easting]": "529025",
        },
    )
    (number,) = filed.xpath("request/service_request_id/text()")

    (found,) = polled("requests.xml", "request")
    assert (found["service_request_id"], found["status"]) == (number, "open")
    assert found["description"] == "title: Größe\n\ndetail: a tag & more\n\nurl: https://fms.example/report/4711"

    work(number, Status.IN_PROGRESS, text="A crew is on its way.")
    update = {
        "service_request_id": number,
        "update_id": "815",
        "updated_datetime": str(write_moment(now())),
        "status": "OPEN",
        "description": "It is getting bigger & bigger",
        "email": "ann@example.net",
        "first_name": "Ann",
        "last_name": "-",
    }
    (update_id,) = send(f"{base}servicerequestupdates.xml", **update).xpath("request_update/update_id/text()")
    again = send(f"{base}servicerequestupdates.xml", **update)
    assert again.xpath("request_update/update_id/text()") == [update_id]
    work(number, Status.CLOSED, text="Cleaned.")

    updates = polled("servicerequestupdates.xml", "request_update")
    assert {row["service_request_id"] for row in updates} == {number}
    assert len({row["update_id"] for row in updates}) == len(updates)
    in_order = updates[::-1]
    assert [(row["status"], row["description"]) for row in in_order] == [
        ("open", None),
        ("open", "A crew is on its way."),
        ("open", "It is getting bigger & bigger"),
        ("closed", "Cleaned."),
    ]
    assert in_order[2]["update_id"] == update_id
    (found,) = polled("requests.xml", "request")
    assert (found["status"], found["status_notes"]) == ("closed", "Cleaned.")

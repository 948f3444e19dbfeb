"""``open311 requests``: staff work service requests, from the first step to the last."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import set_visibility
from open311.actions.cases.redact import redact_description
from open311.actions.city.import_batch import add_cases
from open311.domain.case_ref import CaseRef
from open311.domain.lifecycle import PUBLISHED, STEPS, Outcome, Status
from tests.conftest import API, SANDBOX
from tests.georeport.conftest import ago, case

NEEDED = {
    Status.CLOSED: ["--outcome", "not_found", "--text", "Nothing is there."],
    Status.SCHEDULED: ["--scheduled", "2026-12-01 09:30"],
}


@pytest.fixture
def put(environment: Environment, city: Connection) -> Callable[..., str]:
    """A service request that has been in a state for three days."""

    def run(status: Status = Status.RECEIVED, jurisdiction: str = "phila.gov", **fields: Any) -> str:
        add_cases(environment, jurisdiction, "test", [case("1", ago(days=3), status=status, **fields)])
        return "1"

    return run


@pytest.fixture
def seen(client: FlaskClient) -> Callable[..., dict[str, Any]]:
    """What everybody sees of the service request."""

    def run(base: str = API) -> dict[str, Any]:
        (found,) = client.get(f"{base}/requests/1.json?extensions=true").get_json()
        return {**found, **found["extended_attributes"]}

    return run


@pytest.fixture
def history(city: Connection) -> Callable[[], list[Any]]:
    """What was done to it: kind, public, actor, state, public text, note."""
    query = text(
        "SELECT kind, public, actor, status, description, note FROM service_request_update"
        " WHERE actor <> 'test' ORDER BY key"
    )
    return lambda: [tuple(row) for row in city.execute(query)]


@pytest.fixture
def kept(city: Connection) -> Callable[[], Any]:
    """Everything that may change, to see that nothing did."""
    tables = ("service_request", "service_request_update", "publication", "endorsement")
    return lambda: [city.execute(text(f"SELECT to_jsonb({table}) FROM {table} ORDER BY 1")).all() for table in tables]


@pytest.mark.parametrize(("old", "new"), [(old, new) for old in Status for new in sorted(STEPS[old])])
def test_update_takes_every_step_of_the_lifecycle(run: Any, put: Any, seen: Any, old: Status, new: Status) -> None:
    number = put(old)
    assert run("requests", "update", number, "--status", new, *NEEDED.get(new, [])) == f"1 is {new}\n"
    assert (seen()["status"], seen()["detailed_status"]) == (PUBLISHED[new], new)


@pytest.mark.parametrize("outcome", Outcome)
def test_close_closes_with_an_outcome_and_a_public_text(
    run: Any, put: Any, seen: Any, history: Any, outcome: Outcome
) -> None:
    words = ("--outcome", outcome, "--text", "Größe & <Ende>", "--note", "An hour", "--by", "ann")
    assert run("requests", "close", put(), *words) == "1 is closed\n"
    assert (seen()["status"], seen()["outcome"], seen()["status_notes"]) == ("closed", outcome, "Größe & <Ende>")
    assert history() == [("status", True, "staff:ann", "closed", "Größe & <Ende>", "An hour")]


@pytest.mark.parametrize("old", [Status.CLOSED, Status.DISPUTED])
@pytest.mark.parametrize("why", [None, "It came back."])
def test_reopen_opens_again(run: Any, put: Any, seen: Any, history: Any, old: Status, why: str | None) -> None:
    words = ["--text", why, "--note", "Ask Ann"] if why else []
    assert run("requests", "reopen", put(old), "--by", "ann", *words) == "1 is received\n"
    assert (seen()["status"], seen()["outcome"], seen()["status_notes"]) == ("open", None, why)
    assert history() == [("status", True, "staff:ann", "received", why, "Ask Ann" if why else None)]


def test_a_date_without_a_zone_is_the_citys(run: Any, put: Any, city: Connection) -> None:
    run("requests", "update", put(), "--status", "scheduled", "--scheduled", "2026-12-01 09:30")
    assert city.scalar(text("SELECT scheduled_datetime::text FROM service_request")) == "2026-12-01 14:30:00+00"


def test_update_adds_a_public_comment(run: Any, put: Any, seen: Any, history: Any) -> None:
    told = run("requests", "update", put(), "--text", "A crew was there.", "--note", "Bill", "--by", "ann")
    assert told == "1 has a new comment\n"
    assert history() == [("comment", True, "staff:ann", None, "A crew was there.", "Bill")]
    assert (seen()["notes"][-1]["description"], seen()["detailed_status"]) == ("A crew was there.", "received")


def test_update_adds_a_note_for_staff(run: Any, put: Any, client: FlaskClient, history: Any) -> None:
    number = put()
    before = client.get(f"{API}/requests/1.json?extensions=true").data
    assert run("requests", "update", number, "--note", "Ask Bill", "--by", "ann") == "1 has a new note\n"
    assert history() == [("note", False, "staff:ann", None, None, "Ask Bill")]
    assert client.get(f"{API}/requests/1.json?extensions=true").data == before


def test_who_does_it_is_the_login_name(run: Any, put: Any, history: Any) -> None:
    run("requests", "update", put(), "--status", "acknowledged")
    assert history()[0][2] == f"staff:{getpass.getuser()}"


def test_hide_takes_out_of_everything_public_and_approve_brings_back(
    run: Any, put: Any, client: FlaskClient, seen: Any, history: Any
) -> None:
    number = put()
    assert run("requests", "hide", number, "--by", "ann") == "1 is hidden\n"
    assert client.get(f"{API}/requests/1.json").status_code == 404
    assert client.get(f"{API}/requests.json").get_json() == []
    assert run("requests", "approve", number, "--by", "bill") == "1 is approved\n"
    assert seen()["lat"] == 39.9526
    assert [row[:3] for row in history()] == [("moderation", False, "staff:ann"), ("moderation", False, "staff:bill")]


def test_approve_shows_what_a_reviewed_service_got(run: Any, put: Any, seen: Any) -> None:
    number = put(service_code="SR-MI01", description="My own words", moderation="pending")
    assert (seen()["description"], seen()["lat"]) == (None, None)
    run("requests", "approve", number)
    assert (seen()["description"], seen()["lat"]) == ("My own words", 39.9526)


def test_each_me_too_is_counted(run: Any, put: Any, seen: Any) -> None:
    number = put()
    for _ in range(2):
        assert run("requests", "me-too", number) == "1 has one more 'me too'\n"
    assert seen()["me_too"] == 2


def test_another_jurisdictions_requests_are_named_by_it(run: Any, put: Any, seen: Any) -> None:
    put()
    number = put(jurisdiction="sandbox.phila.gov")
    run("requests", "update", number, "--status", "acknowledged", "--jurisdiction", "sandbox.phila.gov")
    assert (seen()["detailed_status"], seen(SANDBOX)["detailed_status"]) == ("received", "acknowledged")


# Show


def test_show_tells_what_staff_must_know(run: Any, report: Any, client: FlaskClient, file_key: str) -> None:
    number = report(api_key=file_key, description="A tag\non the wall", address_string="1 N Broad St")
    waiting = {"service_request_id": number, "api_key": file_key, "description": "It is gone"}
    assert client.post(f"{API}/servicerequestupdates.json", data=waiting).status_code == 200
    run("requests", "update", number, "--note", "Ask Bill", "--by", "ann")
    run("requests", "hide", number, "--by", "ann")
    run("requests", "close", number, "--outcome", "resolved", "--text", "Cleaned.", "--by", "ann")
    told = run("requests", "show", number)
    for line in (
        "service_name: Graffiti Removal",
        "status: closed",
        "outcome: resolved",
        "moderation: hidden",
        "address: 1 N Broad St",
        "description: A tag\non the wall",
        "can become: disputed, received",
    ):
        assert f"{line}\n" in told
    happened = [line.split("\t", 1)[1] for line in told.splitlines() if "\t" in line]
    assert happened == [
        "status\tclient\treceived",
        "comment\tclient\twaits for staff\tIt is gone",
        "note\tstaff:ann\t(for staff: Ask Bill)",
        "moderation\tstaff:ann\thidden",
        "status\tstaff:ann\tclosed\tresolved\tCleaned.",
    ]


def test_show_tells_of_what_was_taken_out_and_redacted(run: Any, report: Any, environment: Environment) -> None:
    number = report()
    ref, ann = CaseRef("phila.gov", number), Actor("staff:ann")
    set_visibility(environment, ref, ann, True)
    set_visibility(environment, ref, ann, False)
    redact_description(environment, ref, ann, reason="a name")
    told = run("requests", "show", number)
    assert [line.split("\t", 1)[1] for line in told.splitlines() if "\t" in line] == [
        "status\tclient\treceived",
        "moderation\tstaff:ann\tprivate",
        "moderation\tstaff:ann\tpublic",
        "moderation\tstaff:ann\t(for staff: a name)",
    ]


def test_show_tells_times_as_the_city_has_them(run: Any, put: Any, city: Connection) -> None:
    number = put()
    city.execute(text("UPDATE service_request SET expected_datetime = '2026-07-01T21:00:00Z'"))
    run("publish", "--all")
    assert "expected_datetime: 2026-07-01 17:00:00-04:00\n" in run("requests", "show", number)


# What is refused


@pytest.mark.parametrize(
    "words",
    [
        ["show", "none"],
        ["close", "none", "--outcome", "resolved", "--text", "Done."],
        ["reopen", "none"],
        ["update", "none", "--status", "acknowledged"],
        ["update", "none", "--text", "words"],
        ["update", "none", "--note", "words"],
        ["approve", "none"],
        ["hide", "none"],
        ["me-too", "none"],
        ["hide", "1", "--jurisdiction", "sandbox.phila.gov"],
    ],
    ids=" ".join,
)
def test_a_number_that_is_none_is_told(refused: Any, put: Any, kept: Any, words: list[str]) -> None:
    put()
    before = kept()
    assert refused("requests", *words, exit_code=1) == f"no service request {words[1]!r}"
    assert kept() == before


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["update", "1", "--status", "closed"], "closing needs an outcome and a public text"),
        (["update", "1", "--status", "closed", "--outcome", "resolved"], "closing needs an outcome and a public text"),
        (["close", "1", "--outcome", "resolved", "--text", " "], "closing needs an outcome and a public text"),
        (["update", "1", "--status", "scheduled"], "scheduling needs a date"),
        (
            ["update", "1", "--status", "referred", "--outcome", "resolved"],
            "only a closed service request has an outcome",
        ),
        (["update", "1", "--status", "referred", "--scheduled", "2026-12-01"], "only a scheduled service request has"),
        (["update", "1", "--status", "disputed"], "a service request that is received cannot become disputed; it can"),
        (["reopen", "1"], "a service request that is received cannot become received; it can become acknowledged,"),
    ],
    ids=str,
)
def test_a_step_that_is_none_is_told(refused: Any, put: Any, kept: Any, words: list[str], reason: str) -> None:
    put()
    before = kept()
    assert refused("requests", *words, exit_code=1).startswith(reason)
    assert kept() == before


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["close"], "Missing argument 'NUMBER'"),
        (["close", "1", "--text", "Done."], "Missing option '--outcome'"),
        (["close", "1", "--outcome", "resolved"], "Missing option '--text'"),
        (["close", "1", "--outcome", "fine", "--text", "Done."], "'fine' is not one of 'resolved'"),
        (["update", "1"], "say --status, --text or --note"),
        (["update", "1", "--text", " "], "say --status, --text or --note"),
        (["update", "1", "--status", "done"], "'done' is not one of 'received'"),
        (["update", "1", "--status", "scheduled", "--scheduled", "soon"], "--scheduled: 'soon' is not a date"),
        (["update", "1", "--text", "words", "--outcome", "resolved"], "--outcome and --scheduled go with --status"),
        (["update", "1", "--text", "words", "--scheduled", "2026-12-01"], "--outcome and --scheduled go with --status"),
        (["hide", "1", "2"], "Got unexpected extra argument (2)"),
        (["show", "1", "--jurisdiction", "nowhere"], "no jurisdiction 'nowhere'; there are phila.gov"),
    ],
    ids=str,
)
def test_words_that_cannot_be_understood_are_told(
    refused: Any, put: Any, kept: Any, words: list[str], reason: str
) -> None:
    put()
    before = kept()
    assert reason in refused("requests", *words)
    assert kept() == before


def test_who_has_no_name_must_give_one(refused: Any, run: Any, put: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 987_654)
    assert "you have no login name here" in refused("requests", "hide", put())
    assert run("requests", "hide", "1", "--by", "ann") == "1 is hidden\n"

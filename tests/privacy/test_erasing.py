"""One person is exported whole and erased whole; others stay as they are, and so does what was reported."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.accounts.staff import grant_role
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import progress
from open311.actions.cases.redact import TOMBSTONE
from open311.actions.cases.relate import merge
from open311.actions.privacy import erase as erasing
from open311.actions.privacy.erase import erase_person, look_at_person
from open311.actions.privacy.export import export_person
from open311.actions.privacy.registry import KINDS
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.errors import InvalidArgument
from open311.domain.lifecycle import Outcome, Status
from open311.domain.person import Who
from open311.domain.roles import Grant, Role
from open311.models.base import database
from tests.conftest import API
from tests.mailbox import Mailbox
from tests.privacy.conftest import HERE, STAFF, Person, Traces, files

EVERYWHERE = {
    "person.first_name",
    "person.last_name",
    "person.account_id",
    "contact_point.value",
    "service_request.description",
    "service_request.address",
    "service_request.status_notes",
    "service_request.media_url",
    "service_request_update.description",
    "service_request_update.note",
    "answer.values",
    "answer.names",
    "feedback.words",
    "publication.json",
    "publication.xml",
    "publication.words",
    "subscription.address",
    "message.address",
    "account.email",
    "account_link.email",
    "account_session.device",
    "api_client.contact",
    "procrastinate_jobs.args",
}
"""Where somebody leaves traces today. A new table adds itself to what is searched after erasing."""


def erase(environment: Environment, person: Person) -> None:
    """Both ways in which they are known."""
    for who in (person.email, person.phone):
        erase_person(environment, Who.read(who), STAFF)


def test_before_erasing_they_are_everywhere(ann: Person, traces: Traces) -> None:
    assert set(traces(ann)) >= EVERYWHERE


def test_after_erasing_they_are_nowhere(
    app: Flask, city: Connection, environment: Environment, ann: Person, traces: Traces
) -> None:
    query = "SELECT unnest(ARRAY[file, thumbnail, original]) FROM media"
    theirs = {name for name in city.execute(text(query)).scalars() if name}
    erase(environment, ann)
    assert traces(ann) == {}
    assert not [path for path, _ in files(app) if path.rpartition("/")[2] in theirs]


def test_the_order_of_the_kinds_does_not_matter(
    environment: Environment, ann: Person, traces: Traces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "KINDS", dict(reversed(KINDS.items())))
    erase(environment, ann)
    assert traces(ann) == {}


def test_others_stay_as_they_are(
    app: Flask, city: Connection, environment: Environment, ann: Person, bob: Person, traces: Traces
) -> None:
    database.session.remove()
    before, shown = traces(bob), photos_of(city, bob)
    erase(environment, ann)
    assert traces(bob) == before
    assert photos_of(city, bob) == shown
    kept = {path.rpartition("/")[2] for path, _ in files(app)}
    assert {name for row in shown for name in row if name} <= kept


def photos_of(city: Connection, person: Person) -> list[Any]:
    query = text(
        "SELECT m.file, m.thumbnail, m.original FROM media m JOIN service_request r ON r.key = m.service_request"
        " WHERE r.service_request_id = ANY(:numbers) ORDER BY m.key"
    )
    return list(city.execute(query, {"numbers": person.numbers}).all())


def test_what_was_reported_stays_without_their_words(
    client: FlaskClient, environment: Environment, ann: Person
) -> None:
    listed = f"{API}/requests.json?service_request_id={','.join(ann.numbers)}"
    before = {each["service_request_id"]: each for each in client.get(listed).get_json()}
    erase(environment, ann)
    after = {each["service_request_id"]: each for each in client.get(listed).get_json()}
    assert before.keys() == after.keys() == set(ann.numbers)
    for number, case in after.items():
        gone = {"description": TOMBSTONE, "media_url": None, "updated_datetime": case["updated_datetime"]}
        if ann.marks().search(str(before[number]["status_notes"])):
            gone["status_notes"] = TOMBSTONE
        assert case == {**before[number], **gone}


def test_history_says_that_it_happened_and_keeps_what_names_nobody(
    city: Connection, environment: Environment, ann: Person
) -> None:
    erase(environment, ann)
    car = text(
        "SELECT u.description, u.note, u.actor FROM service_request_update u JOIN service_request r"
        " ON r.key = u.service_request WHERE r.service_request_id = :number ORDER BY u.key"
    )
    rows = city.execute(car, {"number": ann.numbers[0]}).all()
    said = {row.description for row in rows} - {None}
    assert said == {TOMBSTONE, "A tow truck is on its way.", "Which street?"}
    assert [row.note for row in rows][-1] == "Who reported this asked to be forgotten."
    assert city.scalar(text("SELECT count(*) FROM endorsement")) == 2  # one "me too", and the duplicate


@pytest.mark.parametrize("follows", ["theirs", "another"])
def test_words_that_name_them_go_from_what_was_merged_with_theirs(
    client: FlaskClient, environment: Environment, ann: Person, traces: Traces, report: Any, follows: str
) -> None:
    car, another, third = ann.numbers[0], report(), report()
    duplicate, top = (car, another) if follows == "another" else (another, car)
    for number in (duplicate, third):
        merge(environment, CaseRef(HERE, number), STAFF, top)
    if follows == "theirs":
        progress(environment, CaseRef(HERE, top), STAFF, Change(Status.RECEIVED))
    progress(
        environment,
        CaseRef(HERE, top),
        STAFF,
        Change(Status.CLOSED, outcome=Outcome.RESOLVED, text=f"Done, {ann.email}"),
    )
    listed = f"{API}/requests.json?service_request_id={another},{third}"
    assert client.get(listed).get_data(as_text=True).count(ann.email) == 2
    erase(environment, ann)
    assert traces(ann) == {}
    assert [case["status_notes"] for case in client.get(listed).get_json()] == [TOMBSTONE] * 2


def test_erasing_twice_does_nothing(city: Connection, environment: Environment, ann: Person) -> None:
    def everything() -> str:
        database.session.remove()
        tables = ("person", "service_request", "service_request_update", "publication", "answer", "account", "message")
        return str([city.execute(text(f"SELECT * FROM {table} ORDER BY 1")).all() for table in tables])

    erase(environment, ann)
    once = everything()
    assert erase_person(environment, Who.read(ann.email), STAFF).nothing
    assert erase_person(environment, Who.read(f"account:{ann.account}"), STAFF).nothing
    assert everything() == once


def test_nobody_is_told_and_they_hear_nothing_more(
    city: Connection, environment: Environment, ann: Person, work: Callable[[], int], mailbox: Mailbox
) -> None:
    work()
    mailbox.clear()
    calls = city.scalar(text("SELECT count(*) FROM webhook_delivery"))
    erase(environment, ann)
    assert work() == 0
    assert city.scalar(text("SELECT count(*) FROM webhook_delivery")) == calls
    progress(
        environment,
        CaseRef(HERE, ann.numbers[0]),
        STAFF,
        Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="It is gone."),
    )
    work()
    assert mailbox.messages == []


def test_looking_takes_nothing(city: Connection, environment: Environment, ann: Person, traces: Traces) -> None:
    before = traces(ann)
    found = look_at_person(environment, Who.read(ann.email), STAFF)
    assert traces(ann) == before
    assert not found.nothing
    assert erase_person(environment, Who.read(ann.email), STAFF) == found


def test_the_audit_log_has_a_mark_and_no_name(city: Connection, environment: Environment, ann: Person) -> None:
    for who in (ann.email, ann.email.upper(), ann.phone):
        erase_person(environment, Who.read(who), STAFF)
    log = city.execute(text("SELECT target FROM audit_log WHERE act = 'erase_person' ORDER BY key")).scalars().all()
    assert log[0] == log[1] != log[2]
    assert all(len(target) == len("person:") + 32 for target in log)


def test_whoever_has_roles_is_not_erased(environment: Environment, ann: Person, traces: Traces) -> None:
    grant_role(environment, ann.email, Grant(Role.AGENT), STAFF)
    before = traces(ann)
    with pytest.raises(InvalidArgument, match="revoke them first"):
        erase_person(environment, Who.read(ann.email), STAFF)
    assert traces(ann) == before


def test_a_number_in_a_report_does_not_lead_to_what_others_do_under_it(
    client: FlaskClient, environment: Environment, ann: Person, report: Any, traces: Traces
) -> None:
    report(email="mallory@example.org", phone=ann.phone)
    made = export_person(environment, Who.read("mallory@example.org"), STAFF)
    assert "zqann" not in str(made.document).lower()
    before = traces(ann)["subscription.address"]
    erase_person(environment, Who.read("mallory@example.org"), STAFF)
    assert traces(ann)["subscription.address"] == before


# Exporting


def test_the_export_has_all_of_one_person_and_nothing_of_others(
    environment: Environment, ann: Person, bob: Person
) -> None:
    made = export_person(environment, Who.read(ann.email), STAFF)
    document = made.document
    assert not bob.marks().search(str(document))
    assert {each["section"]: each["entries"] for each in document["contents"]} == {
        name: len(document[name]) for name in document if isinstance(document[name], list) and name != "contents"
    }
    assert {each["service_request_id"] for each in document["service_requests"]} >= set(ann.numbers)
    empty = [each["section"] for each in document["contents"] if not each["entries"]]
    assert empty == ["roles", "saved_filters"]
    told = str(document)
    for where in ("SR-PD01", "colour", "plate", "answer", "fixed", "inlet", "paint", "part"):
        assert ann.words(where) in told
    assert "called from" not in told  # what staff wrote for themselves


def test_the_photos_lie_beside_it_with_their_originals(environment: Environment, ann: Person, bob: Person) -> None:
    made = export_person(environment, Who.read(ann.email), STAFF)
    named = {photo[name] for photo in made.document["photos"] for name in ("file", "original")} - {None}
    assert set(made.files) == named
    assert len(named) == 3


def test_an_export_is_noted_and_is_of_exactly_whom_was_named(
    city: Connection, environment: Environment, ann: Person
) -> None:
    by_number = export_person(environment, Who.read(ann.phone), STAFF).document
    assert by_number["account"] == by_number["sign_in_links"] == []
    assert city.scalar(text("SELECT count(*) FROM audit_log WHERE act = 'export_person'")) == 1
    by_account = export_person(environment, Who.read(f"account:{ann.account}"), STAFF).document
    assert (
        by_account["service_requests"]
        == export_person(environment, Who.read(ann.email), STAFF).document["service_requests"]
    )


# The commands


def test_an_archive_is_written(run: Callable[..., str], ann: Person, tmp_path: Path) -> None:
    told = run("privacy", "export", ann.email, "--output", tmp_path / "ann.zip")
    assert "service_requests: 6" in told
    with zipfile.ZipFile(io.BytesIO((tmp_path / "ann.zip").read_bytes())) as archive:
        names = archive.namelist()
        document = json.loads(archive.read("person.json"))
    assert len(names) == 4
    assert document["about"] == ann.email
    run("privacy", "export", ann.email, "--output", tmp_path / "ann.json")
    assert json.loads((tmp_path / "ann.json").read_text())["contents"] == document["contents"]
    assert (tmp_path / "ann.json").stat().st_mode & 0o077 == 0


def test_erasing_asks_first_and_says_what_went(
    run: Callable[..., str], refused: Callable[..., str], ann: Person, traces: Traces
) -> None:
    before = traces(ann)
    assert "service requests: 6 would go" in run("privacy", "erase", ann.email, "--dry-run")
    assert "Aborted" in run("privacy", "erase", ann.email, exit_code=1)
    assert traces(ann) == before
    assert "photos: 2 erased" in run("privacy", "erase", ann.email, "--yes")
    assert run("privacy", "erase", ann.email, "--yes") == "there is no data about them\n"
    assert "ann@example.org" in refused("privacy", "erase", "Ann", exit_code=1)
    assert ".zip or .json" in refused("privacy", "export", ann.email, "--output", "ann.txt")

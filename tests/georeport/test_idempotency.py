"""The same report twice, one row: ``Idempotency-Key`` and ``client_request_id``."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from PIL import Image
from sqlalchemy import Connection, text
from werkzeug.test import TestResponse

from open311.actions.accounts.keys import issue_key
from open311.actions.base.environment import Environment
from open311.catalog.city import Jurisdiction
from open311.models.base import database
from tests.conftest import API, GRAFFITI, SANDBOX
from tests.forgetting import forgotten
from tests.georeport.small_city import serve, small_city

PATH = f"{API}/requests.json"
POLICE_COMPLAINT = {"service_code": "SR-PD02", "attribute[complaint_or_compliment]": "complaint"}
INLET = {"service_code": "SR-WD01", "attribute[problem_type]": "clogged"}


@pytest.fixture(params=["header", "field"])
def send(request: pytest.FixtureRequest, client: FlaskClient, api_key: str) -> Callable[..., TestResponse]:
    """Send a report under an idempotency key, named in the header or in a field of the form."""

    def run(once: str = "first", path: str = PATH, **fields: Any) -> TestResponse:
        form = {**GRAFFITI, "api_key": api_key, "description": "A tag", **fields}
        if request.param == "header":
            return client.post(path, data=form, headers={"Idempotency-Key": once})
        return client.post(path, data={**form, "client_request_id": once})

    return run


@pytest.fixture
def count(city: Connection) -> Callable[[], int]:
    """How many service requests there are."""
    return lambda: city.execute(text("SELECT count(*) FROM service_request")).scalar_one()


def photo(color: str) -> tuple[io.BytesIO, str]:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(written, "png")
    return io.BytesIO(written.getvalue()), "a.png"


# One row


@pytest.mark.parametrize("suffix", ["json", "xml"])
@pytest.mark.parametrize("form", [{}, INLET, POLICE_COMPLAINT], ids=["realtime", "batch", "blackbox"])
def test_the_same_report_again_gets_the_same_answer(send: Any, count: Any, form: dict[str, str], suffix: str) -> None:
    path = f"{API}/requests.{suffix}"
    first, *again = (send(path=path, **form) for _ in range(3))
    assert first.status_code == 200
    for answer in again:
        assert (answer.status_code, answer.data) == (200, first.data)
        assert answer.headers["Content-Type"] == first.headers["Content-Type"]
    assert count() == 1


def test_the_answer_comes_in_the_format_that_is_asked_for_now(send: Any, count: Any) -> None:
    (receipt,) = send().get_json()
    root = etree.fromstring(send(path=f"{API}/requests.xml").data)
    assert root[0].findtext("service_request_id") == receipt["service_request_id"]
    assert count() == 1


def test_another_key_is_another_report(send: Any, count: Any) -> None:
    assert len({send(once).data for once in ("a", "b", "A", "ü", " a b ")}) == 5
    assert count() == 5


@pytest.mark.parametrize("once", ["", " "])
def test_an_empty_key_is_none(send: Any, count: Any, once: str) -> None:
    assert send(once).data != send(once).data
    assert count() == 2


def test_white_space_around_a_key_means_nothing(client: FlaskClient, api_key: str, count: Any) -> None:
    form = {**GRAFFITI, "api_key": api_key}
    answers = {client.post(PATH, data=form, headers={"Idempotency-Key": key}).data for key in ("k", " k ", "k\t")}
    assert len(answers) == 1
    assert count() == 1


@pytest.mark.parametrize(("length", "status"), [(255, 200), (256, 400)])
def test_a_key_has_at_most_255_characters(send: Any, count: Any, length: int, status: int) -> None:
    assert send("k" * length).status_code == status
    assert count() == (status == 200)


def test_the_first_answer_is_kept_whatever_happened_to_the_report(
    send: Any, client: FlaskClient, api_key: str, count: Any
) -> None:
    first = send()
    (receipt,) = first.get_json()
    update = {"api_key": api_key, "service_request_id": receipt["service_request_id"], "status": "CLOSED"}
    done = client.post(f"{API}/servicerequestupdates.json", data={**update, "description": "Gone."})
    assert done.status_code == 200
    assert send().data == first.data
    assert count() == 1


# Another body


@pytest.mark.parametrize("suffix", ["json", "xml"])
@pytest.mark.parametrize(
    "change",
    [
        {"description": "Another tag"},
        {"lat": "39.95261"},
        {"attribute[surface]": "brick"},
        {"attribute[property_type]": "home"},
        {"email": "ann@example.net"},
        {"unknown": "field"},
        INLET,
        {"media": "red"},
    ],
    ids=str,
)
def test_another_body_under_the_same_key_is_refused(send: Any, count: Any, change: dict[str, Any], suffix: str) -> None:
    first = send()
    if color := change.get("media"):
        change = {"media": photo(color)}
    answer = send(path=f"{API}/requests.{suffix}", **change)
    assert answer.status_code == 422
    assert "'first' was used for another request" in answer.get_data(as_text=True)
    assert count() == 1
    assert send().data == first.data


def test_photos_belong_to_the_body(send: Any, count: Any) -> None:
    answers = [send(media=photo(color)) for color in ("red", "red", "blue")]
    assert [answer.status_code for answer in answers] == [200, 200, 422]
    assert answers[0].data == answers[1].data
    assert send(media=photo("red"), photo1=photo("blue")).status_code == 422
    assert count() == 1


def test_the_order_of_fields_does_not_belong_to_the_body(client: FlaskClient, api_key: str, count: Any) -> None:
    fields = list({**GRAFFITI, "api_key": api_key}.items())
    for form in (fields, fields[::-1]):
        assert client.post(PATH, data=dict(form), headers={"Idempotency-Key": "k"}).status_code == 200
    assert count() == 1


# Whose key it is


def test_every_client_has_keys_of_its_own(client: FlaskClient, api_key: str, file_key: str, count: Any) -> None:
    for number, key in enumerate((api_key, file_key), start=1):
        for _ in range(2):
            form = {**GRAFFITI, "api_key": key, "description": f"Of client {number}"}
            assert client.post(PATH, data=form, headers={"Idempotency-Key": "k"}).status_code == 200
        assert count() == number


def test_every_jurisdiction_has_keys_of_its_own(
    client: FlaskClient, api_key: str, environment: Environment, count: Any
) -> None:
    sandbox = issue_key(environment.city.jurisdictions["sandbox.phila.gov"], "tests")
    for base, key in ((API, api_key), (SANDBOX, sandbox)) * 2:
        form = {**GRAFFITI, "api_key": key, "description": f"At {base}"}
        assert client.post(f"{base}/requests.json", data=form, headers={"Idempotency-Key": "k"}).status_code == 200
    assert count() == 2


def test_those_without_an_api_key_have_keys_of_their_own_too(
    city: Connection, tmp_path: Path, api_key: str, count: Any
) -> None:
    def change(files: dict[str, Any]) -> None:
        files["jurisdictions"][0]["anonymous_per_hour"] = 100

    client = serve(city, city_dir=small_city(tmp_path, change, "SR-CL01"), public_url="https://311.example.org")
    for base, key in ((API, {}), (SANDBOX, {}), (API, {"api_key": api_key})):
        form = {**GRAFFITI, **key, "description": f"At {base}, {key}"}
        answers = [client.post(f"{base}/requests.json", data=form, headers={"Idempotency-Key": "k"}) for _ in "12"]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].data == answers[1].data
    assert count() == 3


def test_a_key_shows_nobody_what_another_client_was_answered(send: Any, client: FlaskClient, file_key: str) -> None:
    (mine,) = send().get_json()
    form = {**GRAFFITI, "api_key": file_key, "description": "A tag"}
    (theirs,) = client.post(PATH, data=form, headers={"Idempotency-Key": "first"}).get_json()
    assert theirs["service_request_id"] != mine["service_request_id"]


# What burns no key


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"lat": "north"}, 400),
        ({"attribute[property_type]": "nobody's"}, 400),
        ({"service_code": ""}, 400),
        ({"service_code": "SR-NONE"}, 404),
        ({"api_key": "wrong"}, 403),
        ({"jurisdiction_id": "elsewhere.gov"}, 404),
        ({"description": "x" * 4001}, 400),
    ],
    ids=str,
)
def test_a_refused_report_burns_no_key(send: Any, count: Any, fault: dict[str, str], status: int) -> None:
    assert send(**fault).status_code == status
    first = send()
    assert first.status_code == 200
    assert send().data == first.data
    assert count() == 1


def test_a_report_that_failed_burns_no_key(send: Any, city: Connection, count: Any) -> None:
    savepoint = city.begin_nested()
    city.execute(text("ALTER TABLE service_request_update RENAME TO away"))
    assert send().status_code == 500
    savepoint.rollback()
    assert send(description="Another body").status_code == 200
    assert count() == 1


# How long


def test_a_key_is_forgotten_after_seven_days(send: Any, city: Connection, count: Any, environment: Environment) -> None:
    age = text("UPDATE idempotency_key SET created_at = now() - CAST(:age AS interval)")
    first = send()
    city.execute(age, {"age": "6 days 23 hours"})
    assert forgotten(environment)["idempotency_keys"] == 0
    assert send().data == first.data
    city.execute(age, {"age": "7 days 1 minute"})
    assert forgotten(environment)["idempotency_keys"] == 1
    assert send().data != first.data
    assert count() == 2


def test_the_nightly_job_forgets_keys(app: Flask, send: Any, city: Connection) -> None:
    send()
    city.execute(text("UPDATE idempotency_key SET created_at = now() - interval '8 days'"))
    app.extensions["queue"].tasks["forget"].func(timestamp=0)
    assert city.scalar(text("SELECT count(*) FROM idempotency_key")) == 0


# At once


@pytest.fixture
def at_once(other_app: Flask, phila: Jurisdiction) -> Iterator[Callable[[list[dict[str, str]]], list[TestResponse]]]:
    """Send forms under the same new key, all at the same moment."""
    with other_app.app_context():
        api_key = issue_key(phila, "tests")

    def post(form: dict[str, str], barrier: Barrier) -> TestResponse:
        client = other_app.test_client()
        barrier.wait(30)
        return client.post(PATH, data={**GRAFFITI, "api_key": api_key, **form}, headers={"Idempotency-Key": "k"})

    with ThreadPoolExecutor(6) as threads:

        def run(forms: list[dict[str, str]]) -> list[TestResponse]:
            barrier = Barrier(len(forms))
            return [each.result(60) for each in [threads.submit(post, form, barrier) for form in forms]]

        yield run


def total(app: Flask) -> int:
    with app.app_context():
        return database.session.execute(text("SELECT count(*) FROM service_request")).scalar_one()


@pytest.mark.parametrize("attempt", range(3))
def test_the_same_report_at_once_is_one(at_once: Any, other_app: Flask, attempt: int) -> None:
    before = total(other_app)
    answers = at_once([{"description": f"Attempt {attempt}"}] * 6)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert total(other_app) == before + 1


def test_of_two_bodies_at_once_one_is_taken(at_once: Any, other_app: Flask) -> None:
    before = total(other_app)
    answers = at_once([{"description": "One"}, {"description": "Two"}] * 3)
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [422] * 3
    assert len({answer.data for answer in answers}) == 2
    assert total(other_app) == before + 1


def test_who_waited_for_a_report_that_failed_files_it(at_once: Any, other_app: Flask) -> None:
    with other_app.app_context():
        first = database.engine.connect()
    with first, ThreadPoolExecutor(1) as thread:
        first.execute(
            text(
                "INSERT INTO idempotency_key (client, jurisdiction, idempotency_key, body_hash)"
                " SELECT max(key), 'phila.gov', 'k', 'first' FROM api_client"
            )
        )
        second = thread.submit(at_once, [{}])
        wait_for_lock(first)
        first.rollback()
        (answer,) = second.result(60)
    assert answer.status_code == 200


def wait_for_lock(connection: Connection) -> None:
    """Until somebody waits for this connection's transaction."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
    for _ in range(3000):
        if connection.execute(waiting).scalar_one():
            return
        connection.execute(text("SELECT pg_sleep(0.01)"))
    raise AssertionError("nobody waits")

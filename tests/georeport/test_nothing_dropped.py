"""What is sent is kept, refused or told; and everything that is wrong with a call is told at once."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Connection, text
from werkzeug.test import TestResponse

from tests.conftest import API, GRAFFITI

UPDATES = f"{API}/servicerequestupdates.json"
ONE, TWO = "https://example.org/1.jpg?a=1&b=2", "https://example.org/2.jpg"


def photo(color: str = "red") -> tuple[io.BytesIO, str]:
    written = io.BytesIO()
    Image.new("RGB", (8, 8), color).save(written, "PNG")
    written.seek(0)
    return written, f"{color}.png"


def reasons(answer: TestResponse) -> list[str]:
    return [error["description"] for error in answer.get_json()]


@pytest.fixture
def file(client: FlaskClient, api_key: str) -> Callable[..., TestResponse]:
    return lambda path=f"{API}/requests.json", **fields: client.post(
        path, data={**GRAFFITI, "api_key": api_key, "description": "A tag", **fields}
    )


@pytest.fixture
def update(client: FlaskClient, api_key: str, report: Any) -> Callable[..., TestResponse]:
    number = report()
    return lambda **fields: client.post(
        UPDATES, data={"api_key": api_key, "service_request_id": number, "description": "Seen", **fields}
    )


def read(client: FlaskClient, number: str) -> dict[str, Any]:
    (found,) = client.get(f"{API}/requests/{number}.json?extensions=true").get_json()
    return found


# All faults at once


@pytest.mark.parametrize(
    ("fields", "codes", "words"),
    [
        ({"service_code": "", "lat": "x"}, [400, 400], ["service_code required", "lat and long"]),
        ({"service_code": "NONE", "lat": "x"}, [404, 404], ["'NONE'", "lat and long"]),
        (
            {"lat": "", "long": "", "description": "x" * 4001, "attribute[property_type]": "moon"},
            [400, 400, 400],
            ["description is longer", "location required", "property_type"],
        ),
        (
            {"lat": "91", "zipcode": "1" * 501, "attribute[property_type]": ""},
            [400] * 3,
            ["zipcode", "lat", "required"],
        ),
        (
            {"lat": ["39.9", "40.1"], "first_name": ["Ann", "Bob"]},
            [400, 400],
            ["lat was given 2", "first_name was given 2"],
        ),
        (
            {"media_url": ["https://example.org/" + "x" * 500], "long": "x"},
            [400, 400],
            ["media_url is longer", "lat and"],
        ),
        ({"media_url": [f"https://example.org/{n}.jpg" for n in range(11)]}, [400], ["at most 10"]),
        ({f"attribute[a{n}]": "x" for n in range(101)}, [400], ["at most 100 attributes"]),
    ],
)
def test_a_report_is_told_every_fault_at_once(file: Any, fields: Any, codes: list[int], words: list[str]) -> None:
    answer = file(**fields)
    assert answer.status_code == codes[0]
    assert [error["code"] for error in answer.get_json()] == codes
    assert [(word, reason) for word, reason in zip(words, reasons(answer), strict=True) if word not in reason] == []


@pytest.mark.parametrize(
    ("path", "query", "words"),
    [
        (
            "requests",
            "start_date=x&bbox=1&status=shut&page=0&sort=near&cursor=%25&page_size=x",
            ["status", "start_date", "bbox", "sort", "cursor", "page is", "page_size is"],
        ),
        ("requests", "start_date=2026-01-01&end_date=2026-06-01&page=x", ["90 days", "page is"]),
        ("requests", "page=1&page=2&lat=1", ["lat and long", "page was given 2 times"]),
        ("servicerequestupdates", "start_date=x&end_date=y&page=0", ["start_date", "end_date", "page is"]),
    ],
)
def test_a_question_is_told_every_fault_at_once(client: FlaskClient, path: str, query: str, words: list[str]) -> None:
    answer = client.get(f"{API}/{path}.json?{query}")
    assert answer.status_code == 400
    assert [(word, reason) for word, reason in zip(words, reasons(answer), strict=True) if word not in reason] == []


def test_an_update_is_told_every_fault_at_once(update: Any) -> None:
    bad = {"description": "x" * 4001, "update_id": "x" * 501, "status": "nonsense", "updated_datetime": "soon"}
    answer = update(**bad)
    assert [reason.split()[0].rstrip(":") for reason in reasons(answer)] == [
        "description",
        "updated_datetime",
        "update_id",
        "status",
    ]
    answer = update(service_request_id="none", updated_datetime="soon")
    assert [error["code"] for error in answer.get_json()] == [404, 404]


# Pictures


@pytest.mark.parametrize("name", ["media_url", "media_url[]"])
def test_every_address_of_a_picture_is_kept(client: FlaskClient, file: Any, name: str) -> None:
    number = file(**{name: [ONE, "no address", TWO, ONE]}).get_json()[0]["service_request_id"]
    found = read(client, number)
    assert (found["media_url"], found["extended_attributes"]["media_urls"]) == (ONE, [ONE, TWO])


def test_every_address_of_a_picture_of_an_update_is_kept(client: FlaskClient, update: Any) -> None:
    update(media_url=[ONE, TWO])
    found = client.get(UPDATES).get_json()[0]
    assert (found["media_url"], found["media_urls"]) == (ONE, [ONE, TWO])
    update(media_url=[ONE])
    assert "media_urls" not in client.get(UPDATES).get_json()[0]


@pytest.mark.parametrize("status", ["", "INVESTIGATING", "CLOSED"])
def test_photos_of_an_update_are_kept(client: FlaskClient, update: Any, status: str) -> None:
    answer = update(status=status, media=photo(), photo2=photo("blue"), update_id="1")
    assert (answer.status_code, "service_notice" in answer.get_json()[0]) == (200, False)
    newest = client.get(UPDATES).get_json()[0]
    photos = read(client, newest["service_request_id"])["extended_attributes"]["photos"]
    assert [each["kind"] for each in photos] == ["after", "after"]
    assert newest["media_url"] == photos[0]["media_url"]
    assert client.get(photos[1]["media_url"].partition("example.org")[2]).status_code == 200
    update(status=status, media=photo(), update_id="1")
    assert len(read(client, newest["service_request_id"])["extended_attributes"]["photos"]) == 2


def test_photos_alone_make_an_update(client: FlaskClient, update: Any) -> None:
    assert update(description="", media=photo()).status_code == 200
    assert client.get(UPDATES).get_json()[0]["media_url"]


def test_photos_of_a_reporters_app_wait_for_staff(
    client: FlaskClient, report: Any, file_key: str, city: Connection
) -> None:
    number = report(api_key=file_key)
    form = {"api_key": file_key, "service_request_id": number, "description": "Look", "media": photo()}
    assert client.post(UPDATES, data=form).status_code == 200
    assert read(client, number)["extended_attributes"]["photos"] == []
    assert city.execute(text("SELECT kind, moderation FROM media")).all() == [("submitted", "pending")]


def test_a_photo_of_an_update_that_cannot_be_read_is_told(update: Any) -> None:
    answer = update(media=(io.BytesIO(b"no picture"), "a.jpg"), other=photo(), update_id="9")
    assert "photo 1 of 2 was not kept" in answer.get_json()[0]["service_notice"]
    again = update(media=(io.BytesIO(b"no picture"), "a.jpg"), update_id="9", description="Other words")
    assert again.data == answer.data


def test_a_field_for_files_in_which_none_was_chosen_is_none(update: Any) -> None:
    answer = update(media=(io.BytesIO(b""), ""))
    assert (answer.status_code, answer.get_json()[0].keys()) == (200, {"update_id"})


# Everything else


def test_answers_that_nobody_asked_for_are_kept_for_staff_and_never_public(
    client: FlaskClient, file: Any, city: Connection
) -> None:
    answer = file(**{"attribute[easting]": "529025", "attribute[fixmystreet_id][]": ["4711", "4712"]})
    found = read(client, answer.get_json()[0]["service_request_id"])
    assert {each["name"] for each in found["attributes"]} == {"property_type"}
    kept = city.execute(text('SELECT code, "values", public FROM answer WHERE NOT public ORDER BY code')).all()
    assert [tuple(row) for row in kept] == [
        ("easting", ["529025"], False),
        ("fixmystreet_id", ["4711", "4712"], False),
    ]


def test_parameters_that_nobody_reads_are_named(file: Any, update: Any) -> None:
    assert file(deviceid="1", service_name="x").headers["Ignored-Parameters"] == "deviceid, service_name"
    assert update(**{"color\r\nX": "1"}).headers["Ignored-Parameters"] == "color%0D%0AX"
    for answer in (file(email="ann@example.org", **{"attribute[x]": "1"}), update(email="ann@example.org")):
        assert "Ignored-Parameters" not in answer.headers


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_field_does_not_hide_the_same_field_with_a_value(client: FlaskClient, file: Any, empty: str) -> None:
    answer = file(description=[empty, "The value"], address_string=[empty, "1 Main St"], lat=[empty, GRAFFITI["lat"]])
    found = read(client, answer.get_json()[0]["service_request_id"])
    assert (found["description"], found["address"], found["lat"]) == ("The value", "1 Main St", 39.9526)


def test_the_form_wins_over_the_query(client: FlaskClient, file: Any) -> None:
    answer = file(f"{API}/requests.json?description=Of+the+query&zipcode=19103")
    found = read(client, answer.get_json()[0]["service_request_id"])
    assert (found["description"], found["zipcode"]) == ("A tag", "19103")

"""What every published answer shares: errors in one format, validators, and streamed bodies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection

from open311.api.answers import Answer
from open311.queries.reading import Statement, fetch_value

NUMBER = Statement("SELECT CAST(:number AS text)")


def pieces() -> Iterator[bytes]:
    """Pieces that are read from the database one by one."""
    for number in range(3):
        yield f"{fetch_value(NUMBER, {'number': number})}\n".encode()


def test_a_stream_reads_the_database_until_it_ends(app: Flask, city: Connection) -> None:
    with app.test_request_context("/bulk.csv"):
        response = Answer(pieces(), "text/csv").response()
    assert response.content_length is None
    assert response.get_data() == b"0\n1\n2\n"
    assert response.content_type == "text/csv"


def test_who_has_an_answer_is_told_so_without_a_body(app: Flask) -> None:
    with app.test_request_context("/"):
        response = Answer.unchanged('W/"1"', {"Cache-Control": "no-cache"}).response()
    assert (response.status_code, response.get_data()) == (304, b"")
    assert response.headers["ETag"] == 'W/"1"'
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/open311/v2/boundaries/moon.geojson", "application/json"),
        ("/feeds/requests/0.atom", "text/xml"),
        ("/media/nothing.jpg", "text/xml"),
        ("/open311/v2/requests/0.json", "application/json"),
    ],
)
def test_a_refusal_has_the_format_that_the_address_stands_for(
    client: FlaskClient, path: str, content_type: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, content_type)

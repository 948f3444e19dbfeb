"""GET requests with parameters that make no sense: answered or refused, never a failure."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from open311.api.arguments import PARAMETERS
from tests.conftest import API
from tests.georeport.conftest import case

SUFFIXES = ("json", "xml")
GARBAGE = [
    *("", "%00", "a%00b", "%00,%00", "%01", "%0b%0c", "%ff%fe", "%ED%A0%80", "%EF%BF%BE", "%F0%9F%8E%A8", "%D9%A3"),
    *(
        ",",
        ",,,",
        "'",
        '"',
        "\\",
        "%25",
        "%",
        "$1",
        "{}",
        "[]",
        "()",
        "*",
        "%3Cscript%3E",
        "-",
        "--",
        "1e400",
        "-1e400",
    ),
    *(
        "nan",
        "inf",
        "-inf",
        "NaN,NaN,NaN,NaN",
        "1,2,3,4",
        "0",
        "-1",
        "1",
        "1.5",
        "999999999999999999999",
        "0x10",
        "1_0",
    ),
    *("-180,-90,180,90", "180,90,180,90", "50000", "ward:", ":5", "ward@:5", "ward:%00", "ward@%00:5", "ward@x:y:z"),
    *("9999-12-31T23:59:59-23:59", "0001-01-01", "0001-01-01T00:00:00%2B14:00", "9999-12-31", "true", "distance"),
    *("x" * 3000, "1," * 3000, "9" * 3000, "%C3%A9" * 1000, "a+" * 2000),
]
"""What no client should send."""
CIRCLE = {"lat": "39.9526", "long": "-75.1652", "radius": "100", "sort": "distance"}


@pytest.mark.parametrize("name", sorted({*PARAMETERS, "jurisdiction_id", "api_key", "unknown", "%00"}))
def test_garbage_is_answered_or_refused_and_never_breaks_the_server(client: FlaskClient, put: Any, name: str) -> None:
    put(case("1"))
    beside = "&".join(f"{each}={value}" for each, value in CIRCLE.items() if name in CIRCLE and each != name)
    expected = {200, 400, 404} if name == "jurisdiction_id" else {200, 400}
    for place, garbage in enumerate(GARBAGE):
        query = f"{name}={garbage}&{beside}"
        assert client.get(f"{API}/requests.{SUFFIXES[place % 2]}?{query}").status_code in expected, query


def test_a_query_without_any_sense_is_answered(client: FlaskClient) -> None:
    for query in ("&&&", "=", "=1", "%", "?", "a=b=c", ";", "service_request_id", "status", "page", "%00=%00"):
        assert client.get(f"{API}/requests.json?{query}").status_code == 200, query

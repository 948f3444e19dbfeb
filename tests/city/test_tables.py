"""The CSV itself: marks, line ends, quotes, packing, other encodings, and files that are none."""

from __future__ import annotations

import gzip

import pytest

from tests.city.conftest import PHILADELPHIA, Importing

PLAIN = (
    "service_request_id,service_code,status,requested_datetime,address\n"
    "1,SR-ST02,Open,2024-05-01T10:00:00Z,1 Vine St\n"
    "2,SR-ST02,Open,2024-05-02T10:00:00Z,2 Vine St\n"
)
ADDRESSES = {"1": "1 Vine St", "2": "2 Vine St"}


def addresses(importing: Importing) -> dict[str, str]:
    return dict(importing.ask("SELECT service_request_id, address FROM service_request"))


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.rstrip("\n").encode(),
        PLAIN.replace("\n", "\n\n").encode(),
        gzip.compress(PLAIN.encode(), mtime=0),
        gzip.compress(PLAIN.encode("utf-8-sig"), mtime=0),
        PLAIN.replace("1 Vine St", '"1 Vine St"').encode(),
        PLAIN.replace("requested_datetime,address", " requested_datetime , address ").encode(),
    ],
    ids=["plain", "mark", "crlf", "no last newline", "empty lines", "gzip", "gzip with mark", "quotes", "spaces"],
)
def test_every_form_of_csv_says_the_same(importing: Importing, content: bytes) -> None:
    assert "2 rows: 2 new, 0 changed, 0 as before, 0 refused" in importing.run(importing.csv(content), PHILADELPHIA)
    assert addresses(importing) == ADDRESSES


def test_newlines_in_quotes_belong_to_the_text_and_count_as_lines(importing: Importing) -> None:
    file = importing.csv(PLAIN.replace("1 Vine St", '"1 Vine St\r\nrear ""B"""').replace("2,SR-ST02", "2,NONE"))
    importing.run(file, PHILADELPHIA)
    assert addresses(importing) == {"1": '1 Vine St rear "B"'}
    assert importing.refused() == {4: "unknown service 'NONE'"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("3,SR-ST02,Open", "3 values under 5 columns"),
        ("3,SR-ST02,Open,2024-05-02T10:00:00Z,3 Vine St,more", "6 values under 5 columns"),
        ("3", "1 values under 5 columns"),
    ],
)
def test_rows_of_another_length_are_refused(importing: Importing, row: str, reason: str) -> None:
    told = importing.run(importing.csv(f"{PLAIN}{row}\n"), PHILADELPHIA)
    assert "3 rows: 2 new, 0 changed, 0 as before, 1 refused" in told
    assert importing.refused() == {4: reason}


def test_bytes_that_are_no_utf8_are_windows_1252(importing: Importing) -> None:
    file = importing.csv(PLAIN.encode().replace(b"1 Vine", b"1 Ni\xf1o").replace(b"2 Vine", "2 Peña".encode()))
    importing.run(file, PHILADELPHIA)
    assert addresses(importing) == {"1": "1 Niño St", "2": "2 Peña St"}


def test_characters_that_cannot_be_published_are_left_out(importing: Importing) -> None:
    importing.run(importing.csv(PLAIN.replace("1 Vine", "1\x00\x07 Vine")), PHILADELPHIA)
    assert addresses(importing) == ADDRESSES


def test_a_header_alone_imports_nothing(importing: Importing) -> None:
    assert "0 rows: 0 new" in importing.run(importing.csv(PLAIN.split("\n", 1)[0]), PHILADELPHIA)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (PLAIN.replace("requested_datetime", "when").encode(), "no column requested_datetime or requested_date"),
        (b"\x1f\x8b and no more", "cannot be read"),
        (b"x" * 300_000, "the names of the columns cannot be read: longer than 200000 characters"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_as_a_whole(importing: Importing, content: bytes, told: str) -> None:
    assert told in importing.run(importing.csv(content), PHILADELPHIA, exit_code=1)
    assert importing.stored() == []


def test_columns_that_are_missing_are_told(importing: Importing) -> None:
    told = importing.run(importing.csv(PLAIN), PHILADELPHIA)
    (line,) = [line for line in told.splitlines() if line.startswith("the file has no column for ")]
    assert {"zipcode", "lat", "long", "closed_datetime"} <= set(
        line.removeprefix("the file has no column for ").split(", ")
    )
    assert "2 without coordinates" in told

"""Tables as programs export them: any separator and letters are read, and a broken row costs only itself."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from typing import Any

import pytest

from open311.adapters.tables import MAX_ROW_CHARACTERS
from tests.city.conftest import PHILADELPHIA, Importing
from tests.city.test_tables import ADDRESSES, PLAIN, addresses

HEADER = "service_request_id,service_code,status,requested_datetime,address,status_notes\n"


def row(number: int | str, notes: str = "", address: str = "1 Vine St") -> str:
    return f"{number},SR-ST02,Open,2024-05-01T10:00:00Z,{address},{notes}\n"


def numbers(importing: Importing) -> set[str]:
    return {number for (number,) in importing.ask("SELECT service_request_id FROM service_request")}


UNICODE = PLAIN.replace("1 Vine", "1 Peña 案")


@pytest.mark.parametrize(
    "content",
    [
        UNICODE.encode("utf-16"),
        UNICODE.encode("utf-16-le"),
        UNICODE.encode("utf-16-be"),
        b"\xfe\xff" + UNICODE.encode("utf-16-be"),
        UNICODE.encode("utf-32"),
        gzip.compress(UNICODE.encode("utf-16"), mtime=0),
        UNICODE.replace(",", ";").encode(),
        UNICODE.replace(",", "\t").encode("utf-16"),
        UNICODE.replace(",", "|").encode(),
        ("sep=;\n" + UNICODE.replace(",", ";")).encode("utf-8-sig"),
        ("sep=,\r\n" + UNICODE.replace("\n", "\r\n")).encode(),
        ('"sep=\t"\n' + UNICODE.replace(",", "\t")).encode(),
        ("sep=~\n" + UNICODE.replace(",", "~")).encode(),
        ("\n\n" + UNICODE).encode(),
        UNICODE.replace("\n", "\r").encode(),
        (UNICODE[:66].upper() + UNICODE[66:]).encode(),
        UNICODE.replace("\n", ",,\n").replace("address,,", "address,,").encode(),
        (UNICODE + ",,,,\n" * 3).encode(),
        UNICODE.replace("\n2", "\n\ufeff2").encode(),
        UNICODE.replace("\n2", "\n\ufeff" + UNICODE.split("\n")[0] + "\n2").encode(),
    ],
    ids=[
        "utf-16", "utf-16-le without a mark", "utf-16-be without a mark", "utf-16-be", "utf-32", "utf-16 in gzip",
        "semicolons", "tabs in utf-16", "bars", "sep=;", "sep=,", "sep=tab", "sep=~", "blank lines first",
        "carriage returns", "capitals", "columns without a name", "rows of commas", "a mark amid the file",
        "two files in one",
    ],
)  # fmt: skip
def test_every_form_of_a_table_is_read(importing: Importing, content: bytes) -> None:
    importing.run(importing.csv(content), PHILADELPHIA)
    assert addresses(importing) == {**ADDRESSES, "1": "1 Peña 案 St"}


def test_what_divides_the_columns_is_told_unless_it_is_commas(importing: Importing) -> None:
    told = importing.run(importing.csv(PLAIN.replace(",", ";")), PHILADELPHIA)
    assert "the columns are divided by semicolons" in told
    assert "divided by" not in importing.run(importing.csv(PLAIN), PHILADELPHIA)


def test_a_mapping_says_letters_and_separator_where_they_cannot_be_seen(importing: Importing) -> None:
    file = importing.csv(PLAIN.replace("1 Vine", "1 Жук").replace(",", "|").encode("cp1251"))
    importing.run(file, importing.mapping(encoding="cp1251", delimiter="|"))
    assert addresses(importing) == {**ADDRESSES, "1": "1 Жук St"}


def test_the_columns_that_there_are_are_told_where_the_needed_one_is_missing(importing: Importing) -> None:
    told = importing.run(importing.csv(PLAIN.replace("requested_datetime", "fecha")), PHILADELPHIA, exit_code=1)
    assert "it has service_request_id, service_code, status, fecha, address" in told


def workbook() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("xl/workbook.xml", "<workbook/>")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (workbook(), "an Excel workbook, or a zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an Excel workbook: save it as CSV"),
        (b"%PDF-1.7\n", "a PDF"),
        (bz2.compress(PLAIN.encode()), "packed with bzip2"),
        (lzma.compress(PLAIN.encode()), "packed with xz"),
        (b"PAR1\x15\x04", "a Parquet file"),
        (b'{"type": "FeatureCollection"}', "JSON"),
        (b'[{"service_request_id": 1}]', "JSON"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><rows/>", "a web page or XML"),
        (b"\n<!DOCTYPE html><html>Sign in</html>", "a web page or XML"),
        (b"SQLite format 3\0", "an SQLite database"),
        (gzip.compress(PLAIN.encode() * 50, mtime=0)[:60], "cannot be read"),
        (gzip.compress(PLAIN.encode(), mtime=0)[:12] + b"\xff" * 50, "cannot be read"),
        (b"\0" * 1000, "no column requested_datetime"),
        (b'"' + b"x" * 1000, "the names of the columns cannot be read: a quotation mark"),
    ],
)
def test_a_file_that_is_no_table_is_told_for_what_it_is(importing: Importing, content: bytes, told: str) -> None:
    assert told in importing.run(importing.csv(content), PHILADELPHIA, exit_code=1)


OPEN = "a quotation mark that opens in this line is not closed"


@pytest.mark.parametrize(
    ("lines", "broken"),
    [
        ([row(1), row(2, '"never closed'), row(3), row(4)], [3]),
        ([row(1), row(2), row(3, '"never closed')], [4]),
        ([row(1, '"never closed'), row(2), row(3, '"a, quoted one"'), row(4)], [2]),
        ([row(1, '"never closed'), row(2), row(3, '"quoted"'), row(4)], [2]),
        ([row(1, '"never closed'), row(2), row(3, '"also never'), row(4)], [2, 4]),
        ([row(1, '"never closed'), row(2), row(3, 'a pipe of 5"'), row(4)], [2]),
        ([row(1, '"never closed'), row(2, 'a pipe of 5"'), row(3)], [2]),
        ([row(1, '"never closed'), row(2, '""'), row(3, '"two\nlines"'), row(4)], [2]),
        ([row(1), row('"2', address="x"), row(3), row(4)], [3]),
        ([row(each, '"never closed') for each in range(1, 6)], [2, 3, 4, 5, 6]),
        ([row(1, '"never closed'), *(row(each) for each in range(2, 5000))], [2]),
    ],
)
def test_an_open_quotation_mark_is_told_by_its_line_and_loses_no_row_behind_it(
    importing: Importing, lines: list[str], broken: list[int]
) -> None:
    told = importing.run(importing.csv(HEADER + "".join(lines)), PHILADELPHIA)
    assert importing.refused() == dict.fromkeys(broken, OPEN)
    assert f"{len(broken)} refused: {OPEN}: first in line {broken[0]}" in told
    assert f"{len(lines)} rows: {len(lines) - len(broken)} new" in told


@pytest.mark.parametrize(
    "notes",
    [
        '"line one\nline two\n\nline ""four"""', '"a, b, c, d, e, f\ng, h, i, j, k, l"', '"\n\n\n"', '"x\r\ny"',
        '"' + "long line of prose, with commas\n" * 200 + '"',
    ],
)  # fmt: skip
def test_a_text_of_several_lines_is_one_value(importing: Importing, notes: str) -> None:
    importing.run(importing.csv(HEADER + row(1, notes) + row(2)), PHILADELPHIA)
    assert importing.refused() == {}
    expected = notes[1:-1].replace('""', '"').replace("\r\n", "\n").strip()
    assert importing.case("coalesce(status_notes, '')", "1") == expected


@pytest.mark.parametrize("length", [MAX_ROW_CHARACTERS, 1_000_000, 3 * MAX_ROW_CHARACTERS])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_row_that_is_too_long_is_refused_and_the_next_one_taken(
    importing: Importing, length: int, quote: str
) -> None:
    lines = row(1) + row(2, quote + "x" * length + quote) + row(3)
    told = importing.run(importing.csv(HEADER + lines), PHILADELPHIA)
    assert importing.refused() == {3: f"longer than {MAX_ROW_CHARACTERS} characters"}
    assert "3 rows: 2 new" in told
    assert importing.rejects.stat().st_size < 5_000


def test_ten_thousand_columns_are_read(importing: Importing) -> None:
    more = [f"c{each}" for each in range(10_000)]
    text = PLAIN.replace("address\n", f"address,{','.join(more)}\n").replace("St\n", "St" + "," * len(more) + "\n")
    importing.run(importing.csv(text), PHILADELPHIA)
    assert addresses(importing) == ADDRESSES


def test_the_names_of_the_columns_again_are_told_and_not_taken(importing: Importing) -> None:
    importing.run(importing.csv(HEADER + row(1) + HEADER + row(2)), PHILADELPHIA)
    assert importing.refused() == {3: "the names of the columns again"}
    assert numbers(importing) == {"1", "2"}


def test_of_two_columns_with_one_name_the_first_is_read_and_that_is_told(importing: Importing) -> None:
    text = PLAIN.replace("address\n", "address,address\n").replace("St\n", "St,other\n")
    assert "the file has several columns address: the first is read" in importing.run(importing.csv(text), PHILADELPHIA)
    assert addresses(importing) == ADDRESSES


@pytest.mark.parametrize("mark", ["\x00", "\x0b", "\x1f", "\r", "\x85", "\u2028"])
def test_a_mark_amid_a_value_ends_no_row(importing: Importing, mark: str) -> None:
    importing.run(importing.csv(HEADER + row(1, f"one{mark}two") + row(2, f'"three{mark}four"')), PHILADELPHIA)
    assert importing.refused() == {}
    assert numbers(importing) == {"1", "2"}


def test_an_import_reads_a_file_in_pieces(importing: Importing, monkeypatch: Any) -> None:
    """A file without any line end must not be read into memory as a whole."""
    asked: list[int] = []
    original = io.TextIOWrapper.readline

    class Counted(io.TextIOWrapper):
        def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
            asked.append(size)
            return original(self, size)

    monkeypatch.setattr("open311.adapters.table_forms.io.TextIOWrapper", Counted)
    importing.run(importing.csv(HEADER + "x" * 1_000_000), PHILADELPHIA)
    assert asked
    assert all(0 < size <= MAX_ROW_CHARACTERS for size in asked)

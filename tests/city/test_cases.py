"""Small files that each show a fault as other systems export it, where they are at hand beside the checkout."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.city.conftest import Importing
from tests.conftest import SHARED_DATA

FILES = SHARED_DATA.parent / "cases" / "imports"
pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason="the shared cases are not at hand")


@pytest.fixture
def bring(importing: Importing) -> Callable[..., str]:
    """Import one of the files into the sandbox; answers what was told."""

    def run(name: str, **changes: object) -> str:
        return importing.run(FILES / name, importing.mapping(FILES / "mapping.yaml", **changes))

    return run


@pytest.mark.parametrize(
    ("name", "new", "refused"),
    [
        ("null-words.csv", 5, 0),
        ("odd-years.csv", 3, 2),
        ("excel-numbers.csv", 4, 2),
        ("places.csv", 4, 5),
        ("status-words.csv", 9, 0),
        ("open-quote.csv", 21, 1),
        ("ids.csv", 8, 1),
        ("semicolons.csv", 1, 0),
        ("tabs.csv", 1, 0),
        ("utf16.csv", 1, 0),
        ("sep-line.csv", 1, 0),
        ("header-case.csv", 1, 0),
        ("cp1252.csv", 1, 0),
        ("cr-only.csv", 2, 0),
        ("bom.csv", 1, 0),
        ("text.csv", 4, 0),
        ("extra-column.csv", 0, 2),
        ("repeats.csv", 1, 1),
    ],
)
def test_every_row_of_a_file_is_taken_or_told(bring: Callable[..., str], name: str, new: int, refused: int) -> None:
    told = bring(name)
    assert f"{new + refused} rows: {new} new, 0 changed, 0 as before, {refused} refused" in told, told


def test_words_for_nothing_are_never_published(bring: Callable[..., str], importing: Importing) -> None:
    bring("null-words.csv")
    published = importing.ask("SELECT lower(convert_from(json, 'UTF8')) FROM publication")
    assert len(published) == 5
    for (document,) in published:
        values = document.replace(":null", "")
        assert not any(word in values for word in ("null", "n/a", '"\\\\n"', '"none"', '"nan"'))


def test_nothing_is_newer_than_the_import(bring: Callable[..., str], importing: Importing) -> None:
    told = bring("odd-years.csv")
    assert importing.ask(
        "SELECT bool_and(greatest(requested_datetime, updated_datetime, closed_datetime) <= now()),"
        " min(extract(year FROM closed_datetime))::int FROM service_request"
    ) == [(True, 2026)]
    assert "with a time in the future or too long ago: that time was left out" in told


def test_what_a_spreadsheet_spoilt_is_mended_or_told(bring: Callable[..., str], importing: Importing) -> None:
    told = bring("excel-numbers.csv")
    found = importing.ask("SELECT service_request_id, zipcode FROM service_request ORDER BY 1")
    assert found == [("10100003", "19103"), ("10100004", "7103"), ("10100005", "07103"), ("10100006", "19103")]
    assert "1 refused: a rounded number" in told
    assert "say serial under time_formats" in told


def test_places_that_are_none_are_counted_as_such(bring: Callable[..., str], importing: Importing) -> None:
    told = bring("places.csv")
    assert "5 refused: coordinates that cannot be read" in told
    assert "3 without coordinates" in told
    assert {line: reason.partition(": ")[2] for line, reason in importing.refused().items()} == {
        3: "latitude and longitude seem to be swapped",
        4: "they seem to be feet or meters of a grid; degrees (EPSG:4326) are needed",
        6: "decimal degrees like 39.9526 and -75.1652 are needed",
        7: "they seem to be fractions of a degree, like millionths",
        10: "they seem to stand for nothing",
    }


def test_unknown_status_words_are_named_and_closing_times_not_lost(
    bring: Callable[..., str], importing: Importing
) -> None:
    told = bring("status-words.csv")
    for word in ("In Process", "Completed", "Closed - Referred", "Closed (Transferred)", "Cancelled", "Duplicate", ""):
        assert f"'{word}' (1)" in told
    assert "1 with a closing time, although their status is open: taken as open: 'open, " in told
    assert importing.ask("SELECT status, count(*) FROM service_request GROUP BY 1 ORDER BY 1") == [
        ("closed", 8),
        ("received", 1),
    ]


def test_an_open_quotation_mark_costs_its_own_row_alone(bring: Callable[..., str], importing: Importing) -> None:
    bring("open-quote.csv")
    assert importing.refused() == {3: "a quotation mark that opens in this line is not closed"}


def test_times_are_understood_or_can_be_said(bring: Callable[..., str], importing: Importing) -> None:
    formats = ["%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y", "epoch_ms"]
    told = bring("dst.csv", time_formats=formats)
    assert "12 rows: 11 new" in told
    assert "1 refused: day and month seem to be the other way round" in told
    stored = importing.ask(
        "SELECT service_request_id, requested_datetime::text, closed_datetime::text FROM service_request"
    )
    times = {number: (requested, closed) for number, requested, closed in stored}
    assert times["D1"] == ("2024-11-03 05:50:00+00", "2024-11-03 06:10:00+00")
    assert times["D2"][0] == "2024-03-10 07:30:00+00"
    assert "1 with a time in the hour that clocks skip" in told
    assert times["D10"][0] == times["D12"][0] == "2024-01-05 10:00:00+00"
    assert times["D11"][0] == times["D9"][0] == "2024-01-05 15:00:00+00"

"""What other programs write into cells: words for nothing, spreadsheets' marks, times and places of any grammar."""

from __future__ import annotations

from typing import Any

import pytest

from open311.domain.cell import NULL_WORDS
from tests.city.conftest import Importing

FIELDS = {
    "service_request_id": "id", "service_code": "code", "service_name": "name", "agency_responsible": "agency",
    "service_notice": "notice", "description": "words", "status": "status", "status_notes": "notes",
    "requested_datetime": "opened", "updated_datetime": "changed", "expected_datetime": "due",
    "closed_datetime": "closed", "address": "address", "address_id": "parcel", "zipcode": "zip", "media_url": "photo",
    "lat": "lat", "long": "lon", "location": "place", "channel": "source",
}  # fmt: skip
GOOD = {
    "id": "77",
    "code": "SR-CL01",
    "status": "Open",
    "opened": "2024-01-05 10:00:00",
    "lat": "39.95",
    "lon": "-75.16",
}
SHOWN = (
    "description, status_notes, address, address_id, zipcode, media_url, updated_datetime::text, expected_datetime,"
    " closed_datetime, point, channel, agency_responsible, service_notice"
)


def table(*rows: dict[str, str]) -> str:
    """A CSV of rows like ``GOOD``, every cell in quotation marks."""
    lines = [FIELDS.values(), *([{**GOOD, **row}.get(name, "") for name in FIELDS.values()] for row in rows)]
    return "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in line) + "\n" for line in lines)


@pytest.fixture
def bring(importing: Importing) -> Any:
    """Import rows like ``GOOD``; answers what was told. Mappings may differ from the usual one."""

    def run(*rows: dict[str, str], when: dict[str, str] | None = None, **changes: Any) -> str:
        return importing.run(
            importing.csv(table(*rows)), importing.mapping(when=when, **{"columns": FIELDS, **changes})
        )

    return run


@pytest.mark.parametrize("word", [*sorted(NULL_WORDS), "NULL", " Null ", "N/A", "\\N", "#N/A", "NaN", "NaT"])
def test_a_word_for_nothing_is_nothing_in_every_column(importing: Importing, bring: Any, word: str) -> None:
    empty = {name: word for name in FIELDS.values() if name not in ("id", "code", "status", "opened")}
    bring(empty)
    assert importing.case(SHOWN, "77") == (
        *(None, None, None, None, None, None, "2024-01-05 15:00:00+00", None, None, None, "import"),
        *("Community Life Improvement Program", None),
    )


def test_a_city_names_more_words_for_nothing(importing: Importing, bring: Any) -> None:
    bring({"address": "Unassigned", "zip": "99999", "words": "unassigned work"}, null_words=["UNASSIGNED", "99999"])
    assert importing.case("address, zipcode, description", "77") == (None, None, "unassigned work")


def test_a_word_that_the_mapping_explains_is_not_nothing(importing: Importing, bring: Any) -> None:
    bring({"status": "None", "source": "N/A"}, statuses={"None": "acknowledged"}, channels={"N/A": "phone"})
    assert importing.case("status, channel", "77") == ("acknowledged", "phone")


def test_without_a_number_but_a_word_for_it_one_is_made(importing: Importing, bring: Any) -> None:
    assert "2 without a number" in bring({"id": "NULL"}, {"id": "NULL"})
    assert importing.ask("SELECT count(*) FROM service_request WHERE service_request_id LIKE 'H%'") == [(2,)]


@pytest.mark.parametrize("error", ["#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#SPILL!", "########", "#calc!"])
def test_an_error_of_a_spreadsheet_is_left_out_and_told(importing: Importing, bring: Any, error: str) -> None:
    told = bring({"address": error, "words": error, "zip": error})
    assert importing.case("address, description, zipcode", "77") == (None, None, None)
    assert f"3 values that are errors of a spreadsheet (#REF!): left out: '{error}' (line 2)" in told


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ('="007"', "007"), ("'007", "007"), ("7.0", "7"), ("19103.000", "19103"), ("10,100,006", "10100006"),
        ('="24/0123"', "24/0123"), ("'24/0123", "24/0123"),
    ],
)  # fmt: skip
def test_the_marks_of_a_spreadsheet_are_taken_off_codes(
    importing: Importing, bring: Any, cell: str, meant: str
) -> None:
    told = bring({"id": cell, "zip": cell, "parcel": cell})
    assert importing.case("zipcode, address_id", meant) == (meant, meant)
    assert "3 values with the marks of a spreadsheet" in told


@pytest.mark.parametrize("cell", ["7.5", "v1.0", "1.0.0", "'tis", "O'7"])
def test_codes_that_only_resemble_such_marks_stay(importing: Importing, bring: Any, cell: str) -> None:
    bring({"id": cell})
    assert importing.ask("SELECT service_request_id FROM service_request") == [(cell,)]


@pytest.mark.parametrize("cell", ["1.01E+07", "1E7", "1,01E+07", "2e+15"])
def test_a_number_that_a_spreadsheet_rounded_is_refused_and_a_rounded_code_left_out(
    importing: Importing, bring: Any, cell: str
) -> None:
    told = bring({"id": cell}, {"zip": cell})
    assert importing.case("zipcode", "77") is None
    assert importing.refused() == {2: f"{cell} was a longer number before a spreadsheet rounded it"}
    assert "1 refused: a rounded number" in told
    assert "1 codes that a spreadsheet has rounded" in told


@pytest.mark.parametrize("text", ["'Twas here", "5 pipes", "= wet", "#7 is broken", "10,000 bottles", "1.0"])
def test_prose_stays_as_it_is(importing: Importing, bring: Any, text: str) -> None:
    bring({"words": text})
    assert importing.case("description", "77") == text


@pytest.mark.parametrize(
    ("text", "stored", "formats"),
    [
        ("2024/01/05 10:00:00+00", "2024-01-05 10:00:00+00", []),
        ("2024/1/5 10:00:00 +0000", "2024-01-05 10:00:00+00", []),
        ("2024-01-05 10:00:00 +00:00", "2024-01-05 10:00:00+00", []),
        ("2024-01-05T10:00:00.000Z", "2024-01-05 10:00:00+00", []),
        ("2024-01-05 10:00:00.0000000", "2024-01-05 15:00:00+00", []),
        ("2024-01-05 10:00:00 Z", "2024-01-05 10:00:00+00", []),
        ("2024-01-05 10:00:00 UTC", "2024-01-05 10:00:00+00", []),
        ("2024-01-05 10:00:00 EST", "2024-01-05 15:00:00+00", []),
        ("2024-07-05 10:00:00 EST", "2024-07-05 15:00:00+00", []),
        ("2024-07-05 10:00:00 edt", "2024-07-05 14:00:00+00", []),
        ("2024-07-05 10:00 America/Chicago", "2024-07-05 15:00:00+00", []),
        ("2024-01-05 10:00:00 PM", "2024-01-06 03:00:00+00", []),
        ("2024-01-05 12:00:00 a.m.", "2024-01-05 05:00:00+00", []),
        ("2024.01.05", "2024-01-05 05:00:00+00", []),
        ("20240105", "2024-01-05 05:00:00+00", []),
        ("05/01/2024 10:00:00", "2024-01-05 15:00:00+00", ["%d/%m/%Y %H:%M:%S"]),
        ("05.01.2024 10:00", "2024-01-05 15:00:00+00", ["%d.%m.%Y %H:%M"]),
        ("01/05/2024 10:00:00 PM EST", "2024-01-06 03:00:00+00", ["%m/%d/%Y %I:%M:%S %p"]),
        ("01/05/2024 10:00 +0100", "2024-01-05 09:00:00+00", ["%m/%d/%Y %H:%M %z"]),
        ("01/05/2024 10:00 EST", "2024-01-05 15:00:00+00", ["%m/%d/%Y %H:%M %Z"]),
        ("05-Jan-2024", "2024-01-05 05:00:00+00", ["%d-%b-%Y"]),
        ("2024-05-01", "2024-01-05 05:00:00+00", ["%Y-%d-%m"]),
        ("1704448800", "2024-01-05 10:00:00+00", ["epoch"]),
        ("1704448800.25", "2024-01-05 10:00:00+00", ["epoch"]),
        ("1704448800000", "2024-01-05 10:00:00+00", ["epoch_ms"]),
        ("1704448800000", "2024-01-05 10:00:00+00", ["epoch", "epoch_ms", "serial"]),
        ("45296.5", "2024-01-05 17:00:00+00", ["serial"]),
        ("45296", "2024-01-05 05:00:00+00", ["serial"]),
    ],
)
def test_times_of_one_grammar_land_in_utc(
    importing: Importing, bring: Any, text: str, stored: str, formats: list[str]
) -> None:
    bring({"opened": text}, time_formats=formats)
    assert importing.refused() == {}
    assert importing.case("requested_datetime::text", "77") == stored


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1704448800", "if it is one, say epoch under time_formats"),
        ("1704448800000", "if it is one, say epoch_ms under time_formats"),
        ("45296.5", "if it is one, say serial under time_formats"),
        ("2024-01-05 10:00 MST", "MST is not what the time of America/New_York is called"),
        ("2024-01-05 10:00 Mars/Base", "there is no time zone Mars/Base"),
        ("10:00", "is not a time"),
        ("2024-13-05", "is not a time"),
        ("yesterday", "is not a time"),
        ("9" * 5000, "is not a time"),
    ],
)
def test_a_time_that_is_not_understood_is_refused_with_a_hint(
    importing: Importing, bring: Any, text: str, hint: str
) -> None:
    told = bring({"opened": text})
    assert hint in importing.refused()[2]
    assert "1 refused: a time that cannot be read" in told


@pytest.mark.parametrize(
    ("right", "wrong"), [("%m/%d/%Y", "13/05/2024"), ("%d/%m/%Y", "05/13/2024"), ("%m-%d-%y", "31-12-23")]
)
def test_a_wrong_order_of_day_and_month_is_told_by_the_rows_that_show_it(
    importing: Importing, bring: Any, right: str, wrong: str
) -> None:
    told = bring({"opened": wrong}, time_formats=[right])
    assert "1 refused: day and month seem to be the other way round than time_formats says" in told
    assert "so other dates may be read wrong" in told


@pytest.mark.parametrize(
    ("opened", "closed", "stored"),
    [
        ("2024-11-03 01:50", "2024-11-03 01:10", "2024-11-03 06:10:00+00"),
        ("2024-11-03 01:10", "2024-11-03 01:50", "2024-11-03 05:50:00+00"),
        ("2024-11-03 01:50", "2024-11-03 01:10 EST", "2024-11-03 06:10:00+00"),
        ("2024-11-03 00:50", "2024-11-03 01:10", "2024-11-03 05:10:00+00"),
        ("2024-11-03 05:55Z", "2024-11-03 01:00", "2024-11-03 06:00:00+00"),
        ("2024-11-03 02:10", "2024-11-03 01:50", "2024-11-03 07:10:00+00"),  # before it in either hour
    ],
)
def test_the_hour_that_comes_twice_puts_no_closing_before_its_request(
    importing: Importing, bring: Any, opened: str, closed: str, stored: str
) -> None:
    told = bring({"status": "Closed", "opened": opened, "closed": closed, "changed": closed})
    assert importing.case("closed_datetime::text, updated_datetime::text", "77") == (stored, stored)
    assert ("closed before they were requested" in told) is (opened == "2024-11-03 02:10")


def test_the_hour_that_never_comes_is_told(importing: Importing, bring: Any) -> None:
    told = bring({"opened": "2024-03-10 02:30"}, {"id": "78", "opened": "2024-03-10 02:30 EST"})
    assert (
        "1 with a time in the hour that clocks skip in spring: taken as an hour later: '2024-03-10 02:30' (line 2)"
        in told
    )
    assert importing.case("requested_datetime::text", "77") == "2024-03-10 07:30:00+00"


IMPLAUSIBLE = [
    "3020-01-05 10:00:00", "9999-12-31 23:59:59", "0001-01-01 00:00:00", "1899-12-30", "1900-01-01 00:00:00",
    "1970-01-01T00:00:00Z", "2090-01-01",
]  # fmt: skip


@pytest.mark.parametrize("text", IMPLAUSIBLE)
def test_a_request_of_an_impossible_time_is_refused(importing: Importing, bring: Any, text: str) -> None:
    told = bring({"opened": text}, {"id": "78"})
    assert list(importing.refused()) == [2]
    assert "1 refused: requested in the future or too long ago" in told
    assert "requested from 2024-01-05 to 2024-01-05" in told


@pytest.mark.parametrize("text", IMPLAUSIBLE)
def test_other_impossible_times_are_left_out_and_told(importing: Importing, bring: Any, text: str) -> None:
    told = bring({"status": "Closed", "changed": text, "closed": text, "due": text})
    times = importing.case("updated_datetime::text, closed_datetime::text, expected_datetime", "77")
    assert times == ("2024-01-05 15:00:00+00", "2024-01-05 15:00:00+00", None)
    assert "3 with a time in the future or too long ago" in told


def test_a_promise_may_lie_in_the_future(importing: Importing, bring: Any) -> None:
    bring({"due": "2030-01-05 10:00:00"})
    assert importing.case("expected_datetime::text", "77") == "2030-01-05 15:00:00+00"


def test_a_city_says_when_its_requests_begin(importing: Importing, bring: Any) -> None:
    bring({"opened": "2004-12-31"}, {"id": "78", "opened": "2005-01-01"}, earliest="2005-01-01")
    assert list(importing.refused()) == [2]


UNREADABLE = [
    ("235930.5", "2694567.2", "feet or meters"), ("486123.0", "4422345.0", "feet or meters"),
    ("-75.16", "39.95", "swapped"), ("39950000", "-75160000", "fractions of a degree"),
    ("3995000", "-7516000", "fractions of a degree"), ("-999", "-999", "stand for nothing"),
    ("99999", "99999", "stand for nothing"), ("39.95 N", "75.16 W", "decimal degrees"),
    ("39°57'0\"", "-75°9'36\"", "decimal degrees"), ("north", "1", "decimal degrees"),
    ("91", "1", "feet or meters"), ("1e5", "2", "feet or meters"), ("inf", "-75.16", "decimal degrees"),
    ("39.95.1", "-75.16", "decimal degrees"),
]  # fmt: skip


@pytest.mark.parametrize(("lat", "long", "hint"), UNREADABLE)
def test_coordinates_that_are_none_are_refused_and_never_count_as_missing(
    importing: Importing, bring: Any, lat: str, long: str, hint: str
) -> None:
    told = bring({"lat": lat, "lon": long}, when={"coordinates_missing": "keep", "coordinates_outside": "reject"})
    assert hint in importing.refused()[2]
    assert "1 refused: coordinates that cannot be read" in told
    assert "without coordinates" not in told


@pytest.mark.parametrize(("lat", "long", "hint"), UNREADABLE)
def test_a_mapping_may_take_such_rows_without_a_place(
    importing: Importing, bring: Any, lat: str, long: str, hint: str
) -> None:
    told = bring({"lat": lat, "lon": long}, when={"coordinates_unreadable": "drop"})
    assert importing.case("point", "77") is None
    assert "1 with coordinates that cannot be read: taken without a point: " in told
    assert hint in told


@pytest.mark.parametrize("place", ["39.95 N 75.16 W", "(40 1", "POINT (feet)", "{'latitude': '39.95'}"])
def test_a_place_in_one_column_that_cannot_be_read_is_refused(importing: Importing, bring: Any, place: str) -> None:
    bring({"lat": "", "lon": "", "place": place})
    assert f"coordinates {place!r}" in importing.refused()[2]


@pytest.mark.parametrize(("lat", "long"), [("0", "0"), ("0.0000001", "-0.0000001"), ("0.0", ""), ("", "-75.16")])
def test_no_place_is_no_place(importing: Importing, bring: Any, lat: str, long: str) -> None:
    assert "1 without coordinates: taken without a point" in bring({"lat": lat, "lon": long})


def test_a_decimal_comma_is_read(importing: Importing, bring: Any) -> None:
    bring({"lat": "39,9526", "lon": "-75,1652"})
    assert importing.case("ST_Y(point), ST_X(point)", "77") == (39.9526, -75.1652)


def test_words_of_states_that_are_not_known_are_named_with_their_counts(importing: Importing, bring: Any) -> None:
    told = bring(*({"id": str(each), "status": "In Process" if each % 3 else "Parked"} for each in range(9)))
    assert (
        "9 without a status that the mapping knows: taken as it says: 'In Process' (6), 'Parked' (3), first in line 2"
        in told
    )


def test_words_of_services_that_are_not_known_are_named_with_their_counts(importing: Importing, bring: Any) -> None:
    told = bring(*({"id": str(each), "code": "", "name": "Potholes" if each else "Elves"} for each in range(4)))
    assert "4 refused: unknown service: 'Potholes' (3), 'Elves' (1), first in line 2" in told


def test_a_column_of_words_that_was_taken_for_states_is_told_in_short(importing: Importing, bring: Any) -> None:
    told = bring(*({"id": str(each), "status": f"word {each}"} for each in range(50)))
    assert "and 38 others, first in line 2" in told


@pytest.mark.parametrize(
    ("status", "state", "told"),
    [
        (
            "In Process",
            "closed",
            "1 without a status that the mapping knows, but with a closing time: taken as closed: 'In",
        ),
        ("", "closed", "1 without a status that the mapping knows, but with a closing time: taken as closed"),
        ("Open", "received", "1 with a closing time, although their status is open: taken as open: 'Open, 2024-01-06"),
    ],
)
def test_a_row_with_a_closing_time_is_never_opened_silently(
    importing: Importing, bring: Any, status: str, state: str, told: str
) -> None:
    assert told in bring({"status": status, "closed": "2024-01-06 10:00:00"})
    assert importing.case("status", "77") == state


def test_a_number_of_a_refused_row_may_come_again(importing: Importing, bring: Any) -> None:
    assert "2 rows: 1 new, 0 changed, 0 as before, 1 refused" in bring({"code": "NO"}, {})


def test_a_dry_run_tells_the_same_and_writes_nothing(importing: Importing, bring: Any) -> None:
    bring({})
    before = importing.stored()
    file = importing.csv(table({}, {"id": "78"}, {"id": "79", "opened": "soon"}))
    told = importing.run(file, importing.mapping(columns=FIELDS), "--check")
    assert "3 rows: 1 would be new, 1 are here already, 1 refused" in told
    assert "1 refused: a time that cannot be read" in told
    assert told.endswith("nothing was written\n")
    assert list(importing.refused()) == [4]
    assert importing.stored() == before

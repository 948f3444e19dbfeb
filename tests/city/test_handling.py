"""Rows that are not as they should be: the mapping says what happens, and the command tells how often it did."""

from __future__ import annotations

import pytest

from tests.city.conftest import Importing

HEADER = (
    "service_request_id,service_code,service_name,status,status_notes,"
    "requested_datetime,updated_datetime,expected_datetime,closed_datetime,lat,lon"
)
GOOD = {
    "service_request_id": "77",
    "service_code": "SR-CL01",
    "status": "Open",
    "requested_datetime": "2020-01-15T17:00:00Z",
    "lat": "39.95",
    "lon": "-75.16",
}
CLOSED = {"status": "Closed", "updated_datetime": "2020-02-01T12:00:00Z", "closed_datetime": "2020-01-20T12:00:00Z"}


def rows(*given: dict[str, str]) -> str:
    """A CSV of rows like ``GOOD``, with what each says itself."""
    lines = [",".join({**GOOD, **row}.get(column, "") for column in HEADER.split(",")) for row in given]
    return "\n".join([HEADER, *lines]) + "\n"


def test_a_row_becomes_a_case_with_its_history(importing: Importing) -> None:
    told = importing.run(importing.csv(rows({**CLOSED, "status_notes": "Service Not Needed"})), importing.mapping())
    assert "1 rows: 1 new, 0 changed, 0 as before, 0 refused" in told
    assert importing.case("service_code, status, outcome, status_notes, origin, channel", "77") == (
        *("SR-CL01", "closed", "no_action_needed", "Service Not Needed"),
        *("import:philadelphia", "import"),
    )
    history = importing.ask(
        "SELECT kind, public, status, outcome, description, actor, occurred_at::text FROM service_request_update"
        " ORDER BY occurred_at"
    )
    assert history == [
        ("status", True, "received", None, None, "import:philadelphia", "2020-01-15 17:00:00+00"),
        (
            *("status", True, "closed", "no_action_needed", "Service Not Needed", "import:philadelphia"),
            "2020-01-20 12:00:00+00",
        ),
    ]


def test_who_answered_then_and_what_was_said_stay_and_the_service_says_the_rest(importing: Importing) -> None:
    theirs = rows(GOOD, {"service_request_id": "78"}).splitlines()
    more = ("agency_responsible,service_notice", "Water Department (PWD),45 Business Days", ",")
    importing.run(importing.csv("\n".join(map(",".join, zip(theirs, more, strict=True)))), importing.mapping())
    assert importing.case("agency_responsible, service_notice", "77") == ("Water Department (PWD)", "45 Business Days")
    assert importing.case("agency_responsible, service_notice", "78") == ("Community Life Improvement Program", None)


@pytest.mark.parametrize(
    ("choice", "row", "columns", "found", "told"),
    [
        ({"status_missing": "received"}, {"status": ""}, "status", "received", "1 without a status"),
        ({"status_missing": "in_progress"}, {"status": "Odd"}, "status", "in_progress", "1 without a status"),
        (
            {"service_unknown": "SR-MI01"},
            {"service_code": "X"},
            "service_code",
            "SR-MI01",
            "1 of a service that is not",
        ),
        ({"coordinates_missing": "keep"}, {"lat": "", "lon": ""}, "point", None, "1 without coordinates"),
        ({"coordinates_missing": "keep"}, {"lat": "0", "lon": "0.0"}, "point", None, "1 without coordinates"),
        ({"coordinates_missing": "keep"}, {"lat": "39.95", "lon": ""}, "point", None, "1 without coordinates"),
        ({"coordinates_missing": "keep"}, {"lat": "nan", "lon": "1"}, "point", None, "1 without coordinates"),
        ({"coordinates_outside": "keep"}, {"lat": "41"}, "ST_AsText(point)", "POINT(-75.16 41)", "1 with coordinates"),
        ({"coordinates_outside": "drop"}, {"lat": "41"}, "ST_AsText(point)", None, "1 with coordinates outside"),
        (
            {"closed_without_time": "updated"},
            {**CLOSED, "closed_datetime": ""},
            "closed_datetime::text",
            "2020-02-01 12:00:00+00",
            "1 closed without a closing time",
        ),
        (
            {"closed_without_time": "updated"},
            {"status": "Closed"},
            "closed_datetime::text",
            "2020-01-15 17:00:00+00",
            "1 closed without a closing time",
        ),
        (
            {"closed_without_time": "requested"},
            {**CLOSED, "closed_datetime": ""},
            "closed_datetime::text",
            "2020-01-15 17:00:00+00",
            "1 closed without a closing time",
        ),
        (
            {"closed_before_requested": "requested"},
            {**CLOSED, "closed_datetime": "2019-12-31T00:00:00Z"},
            "closed_datetime::text",
            "2020-01-15 17:00:00+00",
            "1 closed before they were requested",
        ),
        (
            {},
            {"updated_datetime": "2019-12-31T00:00:00Z"},
            "updated_datetime::text",
            "2020-01-15 17:00:00+00",
            "1 updated before they were requested",
        ),
        (
            {},
            {"expected_datetime": "2019-12-31T00:00:00Z"},
            "expected_datetime::text",
            "2019-12-31 00:00:00+00",
            "1 expected before they were requested",
        ),
    ],
)
def test_what_can_be_mended_is_taken_and_told(
    importing: Importing, choice: dict[str, str], row: dict[str, str], columns: str, found: str | None, told: str
) -> None:
    said = importing.run(importing.csv(rows(row)), importing.mapping(when=choice))
    assert "1 rows: 1 new, 0 changed, 0 as before, 0 refused" in said
    assert told in said
    assert importing.case(columns, "77") == found
    assert importing.refused() == {}


@pytest.mark.parametrize(
    ("choice", "row", "reason"),
    [
        ({"number_missing": "reject"}, {"service_request_id": " "}, "no number"),
        ({"status_missing": "reject"}, {"status": "Odd"}, "unknown status 'Odd'"),
        ({"service_unknown": "reject"}, {"service_code": "X"}, "unknown service 'X'"),
        ({"service_unknown": "reject"}, {"service_code": "", "service_name": "Odd"}, "unknown service 'Odd'"),
        ({"service_unknown": "reject"}, {"service_code": ""}, "unknown service '(none)'"),
        ({"coordinates_missing": "reject"}, {"lat": ""}, "no coordinates"),
        ({"coordinates_outside": "reject"}, {"lat": "41"}, "41.0, -75.16 lies outside City of Philadelphia"),
        ({"closed_without_time": "reject"}, {**CLOSED, "closed_datetime": ""}, "closed without a closing time"),
        (
            {"closed_before_requested": "reject"},
            {**CLOSED, "closed_datetime": "2019-12-31T00:00:00Z"},
            "closed before it was requested",
        ),
        ({}, {"requested_datetime": ""}, "no requested time"),
        ({}, {"requested_datetime": "soon"}, "requested_datetime: 'soon' is not a time"),
        (
            {},
            {"requested_datetime": "2020-02-30T00:00:00Z"},
            "requested_datetime: '2020-02-30T00:00:00Z' is not a time",
        ),
        ({}, {"requested_datetime": "0001-01-01T00:00:00+05"}, "requested_datetime: '0001-01-01T00:00:00+05'"),
        ({}, {**CLOSED, "closed_datetime": "never"}, "closed_datetime: 'never' is not a time"),
    ],
)
def test_what_cannot_is_refused_with_line_and_reason(
    importing: Importing, choice: dict[str, str], row: dict[str, str], reason: str
) -> None:
    file = importing.csv(rows({"service_request_id": "1"}, row, {"service_request_id": "2"}))
    told = importing.run(file, importing.mapping(when=choice))
    assert "3 rows: 2 new, 0 changed, 0 as before, 1 refused" in told
    assert list(importing.refused()) == [3]
    assert importing.refused()[3].startswith(reason)


def test_refused_rows_stand_in_the_reject_file_as_they_came(importing: Importing) -> None:
    importing.run(importing.csv(rows({"service_code": "X"})), importing.mapping())
    header, row = importing.rejects.read_text().splitlines()
    assert header == f"line,reason,{HEADER}"
    assert row == "2,unknown service 'X',77,X,,Open,,2020-01-15T17:00:00Z,,,,39.95,-75.16"


def test_a_mended_reject_file_can_be_imported_itself(importing: Importing) -> None:
    importing.run(importing.csv(rows({"service_code": "X"})), importing.mapping())
    mended = importing.csv(importing.rejects.read_text().replace(",X,", ",SR-CL01,"), "mended.csv")
    assert "1 rows: 1 new" in importing.run(mended, importing.mapping())
    assert not importing.rejects.exists()


def test_the_reject_file_never_takes_the_place_of_the_file(importing: Importing) -> None:
    file = importing.csv(rows({"service_code": "X"}), "rejects.csv")
    assert "would overwrite the file itself" in importing.run(file, importing.mapping(), exit_code=2)
    assert file.read_text() == rows({"service_code": "X"})


def test_a_number_that_came_before_in_the_file_is_refused(importing: Importing) -> None:
    told = importing.run(importing.csv(rows({}, {"status": "Closed"})), importing.mapping())
    assert "1 with a number that came before in the file" in told
    assert importing.refused() == {3: "the number 77 came before in this file"}
    assert importing.case("status", "77") == "received"


def test_made_numbers_tell_equal_rows_apart_and_stay_the_same(importing: Importing) -> None:
    file = importing.csv(rows(*[{"service_request_id": ""}] * 3, {"service_request_id": "", "lat": "39.96"}))
    assert "4 rows: 4 new" in importing.run(file, importing.mapping())
    assert "4 rows: 0 new, 0 changed, 4 as before" in importing.run(file, importing.mapping())


def test_a_service_is_found_by_name_in_any_case_and_by_the_mappings_own_words(importing: Importing) -> None:
    file = importing.csv(
        rows(
            {"service_request_id": "1", "service_code": "", "service_name": "GRAFFITI removal"},
            {"service_request_id": "2", "service_code": "", "service_name": "Tags"},
            {"service_request_id": "3", "service_code": "OLD-1"},
        )
    )
    importing.run(file, importing.mapping(services={"Tags": "SR-CL01", "OLD-1": "SR-ST02"}))
    found = importing.ask("SELECT service_code, service_name FROM service_request ORDER BY service_request_id")
    assert found == [("SR-CL01", "Graffiti Removal"), ("SR-CL01", "Graffiti Removal"), ("SR-ST02", "Illegal Dumping")]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2020-01-15 12:00:00", "2020-01-15 17:00:00+00"),  # winter: EST, five hours
        ("2020-07-15 12:00:00", "2020-07-15 16:00:00+00"),  # summer: EDT, four
        ("2020-07-15T12:00:00Z", "2020-07-15 12:00:00+00"),
        ("2020-07-15 12:00:00+00", "2020-07-15 12:00:00+00"),
        ("2020-07-15T12:00:00.999-04:00", "2020-07-15 16:00:00+00"),
        ("2024-01-01", "2024-01-01 05:00:00+00"),
        ("7/5/2020 9:30", "2020-07-05 13:30:00+00"),
        ("01/15/2020 12:00:00 AM", "2020-01-15 05:00:00+00"),
        ("2020-11-01 01:30:00", "2020-11-01 05:30:00+00"),  # twice that night: the first is taken
        ("2020-03-08 02:30:00", "2020-03-08 07:30:00+00"),  # never that night
    ],
)
def test_times_land_in_utc(importing: Importing, text: str, stored: str) -> None:
    importing.run(importing.csv(rows({"requested_datetime": text})), importing.mapping())
    assert importing.case("requested_datetime::text", "77") == stored


@pytest.mark.parametrize(
    ("published", "moderation", "told"), [(True, "approved", "Nobody lives here"), (False, "pending", None)]
)
def test_reviewed_services_count_as_approved_where_the_rows_are_public_already(
    importing: Importing, published: bool, moderation: str, told: str | None
) -> None:
    """A homeless encampment request is reviewed: what the city published once needs no second review."""
    text = "number,service,when,words\n5,PHL-HOMELESS-ENCAMPMENT-REQUEST,2020-01-15,Nobody lives here\n"
    columns = {
        "service_request_id": "number",
        "service_code": "service",
        "requested_datetime": "when",
        "description": "words",
    }
    importing.run(importing.csv(text), importing.mapping(published=published, columns=columns))
    assert importing.case("moderation", "5") == moderation
    ((document,),) = importing.ask("SELECT convert_from(json, 'UTF8')::json ->> 'description' FROM publication")
    assert document == told


def test_private_services_are_imported_and_never_published(importing: Importing) -> None:
    importing.run(importing.csv(rows({"service_code": "SR-PD02"})), importing.mapping())
    assert importing.case("service_code", "77") == "SR-PD02"
    assert importing.ask("SELECT count(*) FROM publication") == [(0,)]


def test_new_numbers_start_above_the_highest_that_was_imported(importing: Importing) -> None:
    importing.run(importing.csv(rows({"service_request_id": "16000000"})), importing.mapping())
    assert importing.ask("SELECT nextval('service_request_number')") == [(16000001,)]


def test_the_address_of_a_photo_is_one_of_the_web(importing: Importing) -> None:
    mapping = importing.mapping()
    text = (
        "service_request_id,service_code,status,requested_datetime,media_url,lat,lon\n"
        "1,SR-CL01,Open,2020-01-15T17:00:00Z,https://example.net/a.jpg,39.95,-75.16\n"
        "2,SR-CL01,Open,2020-01-15T17:00:00Z,javascript:alert(1),39.95,-75.16\n"
    )
    importing.run(importing.csv(text), mapping)
    assert [importing.case("media_url", number) for number in "12"] == ["https://example.net/a.jpg", None]

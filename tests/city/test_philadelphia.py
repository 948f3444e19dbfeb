"""The City of Philadelphia's own published requests, imported with the project's mapping."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from open311.actions.places.load_boundaries import load_boundaries
from open311.models.base import database
from tests.city.conftest import PHILADELPHIA, Importing
from tests.conftest import API, SHARED_DATA, CheckedClient, moment

REQUESTS = SHARED_DATA / "philly_311_requests.csv"
DUMPING = SHARED_DATA / "philly_illegal_dumping_2024.csv.gz"
WARDS = SHARED_DATA / "philly_wards.geojson"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="the city's published data is not at hand"),
]


def rows_of(file: Path) -> list[dict[str, str]]:
    content = file.read_bytes()
    text = gzip.decompress(content) if file.suffix == ".gz" else content
    return list(csv.DictReader(io.StringIO(text.decode())))


def test_every_row_is_in_the_database_with_its_own_values(importing: Importing) -> None:
    rows = rows_of(REQUESTS)
    told = importing.run(REQUESTS, PHILADELPHIA)
    assert f"{len(rows)} rows: {len(rows)} new, 0 changed, 0 as before, 0 refused" in told
    assert importing.refused() == {}
    stored = {
        number: (service, requested, status == "closed", address, zipcode, lat, long)
        for number, service, requested, status, address, zipcode, lat, long in importing.ask(
            "SELECT service_request_id, service_name, requested_datetime, status, coalesce(address, ''),"
            " coalesce(zipcode, ''), ST_Y(point), ST_X(point) FROM service_request"
        )
    }
    assert stored == {
        row["service_request_id"]: (
            row["service_name"],
            moment(row["requested_datetime"]),
            row["status"] == "Closed",
            " ".join(row["address"].split()),
            row["zipcode"],
            float(row["lat"]) if row["lat"] else None,
            float(row["lon"]) if row["lon"] else None,
        )
        for row in rows
    }


def test_the_faults_of_the_file_are_told(importing: Importing) -> None:
    rows = rows_of(REQUESTS)
    told = importing.run(REQUESTS, PHILADELPHIA)
    without_point = sum(not row["lat"] for row in rows)
    without_time = sum(row["status"] == "Closed" and not row["closed_datetime"] for row in rows)
    assert without_point > 0 < without_time
    assert f"{without_point} without coordinates: taken without a point" in told
    assert f"{without_time} closed without a closing time" in told
    assert importing.ask("SELECT count(*) FROM service_request WHERE point IS NULL") == [(without_point,)]


def test_notes_become_outcomes(importing: Importing) -> None:
    importing.run(REQUESTS, PHILADELPHIA)
    found = importing.ask("SELECT outcome, count(*) FROM service_request WHERE status = 'closed' GROUP BY 1")
    notes = Counter(row["status_notes"] for row in rows_of(REQUESTS) if row["status"] == "Closed")
    outcomes = dict(found)
    assert outcomes["information_given"] == notes["Information Provided"] + notes["Question Answered"]
    assert outcomes["not_found"] == notes["Unable to find issue at location"]
    assert outcomes["resolved"] == notes["Issue Resolved"] + notes["Repair Completed"] + notes["Other"] + notes[""]
    assert sum(outcomes.values()) == sum(notes.values())


@pytest.mark.parametrize("field", ["requested", "updated"])
def test_old_exports_on_the_citys_wall_clock_say_the_same_times(importing: Importing, field: str) -> None:
    """The file keeps the times as they were found, in five forms; the mapping must make the same of them.

    Left out are 161 times of change whose ``Z`` may stand on the wall clock, which no mapping can tell.
    """
    columns = {"service_request_id": "service_request_id", "service_name": "service_name"}
    importing.run(REQUESTS, importing.mapping(columns={**columns, "requested_datetime": f"{field}_raw"}))
    stored = dict(importing.ask("SELECT service_request_id, requested_datetime FROM service_request"))
    told = {
        row["service_request_id"]: (row[f"{field}_raw"], moment(row[f"{field}_datetime"]))
        for row in rows_of(REQUESTS)
        if row[f"{field}_raw"] and not row[f"{field}_raw"].endswith("Z")
    }
    assert len(told) > 1000
    for number, (text, at) in told.items():
        assert stored[number].replace(second=0) == at.replace(second=0), text
    assert {at.month for text, at in told.values() if "+" not in text} >= {1, 7}, "winter and summer"


def test_importing_again_changes_nothing(importing: Importing) -> None:
    importing.run(REQUESTS, PHILADELPHIA)
    before = importing.stored()
    told = importing.run(REQUESTS, PHILADELPHIA)
    assert f"0 new, 0 changed, {len(before)} as before, 0 refused" in told
    assert importing.stored() == before


@pytest.fixture
def dumping(importing: Importing) -> Importing:
    """Both files, in the real wards."""
    phila = importing.app.extensions["open311"].city.jurisdictions["phila.gov"]
    load_boundaries([phila], phila.layers["ward"], str(WARDS))
    importing.run(DUMPING, PHILADELPHIA)
    importing.run(REQUESTS, PHILADELPHIA)
    database.session.remove()
    return importing


@pytest.mark.slow
def test_a_year_of_dumping_by_ward_is_what_postgis_says(dumping: Importing) -> None:
    rows = rows_of(DUMPING)
    found = dumping.ask("SELECT count(*), count(DISTINCT service_request_id) FROM service_request")
    assert found == [(len(rows) + len(rows_of(REQUESTS)),) * 2]
    assert dumping.ask("SELECT min(requested_datetime) FROM service_request WHERE service_request_id LIKE 'H%'") == [
        (datetime(2024, 1, 1, 5, tzinfo=UTC),)
    ]

    shapes = {
        str(shape["properties"]["ward"]): json.dumps(shape["geometry"])
        for shape in json.loads(WARDS.read_text())["features"]
    }
    dumping.app.test_client_class = CheckedClient
    client = dumping.app.test_client()
    for ward in ("5", "25", "66"):
        inside = {
            row[0]
            for row in dumping.ask(
                "SELECT service_request_id FROM publication WHERE jurisdiction = 'phila.gov' AND"
                f" ST_Intersects(point, ST_SetSRID(ST_GeomFromGeoJSON('{shapes[ward]}'), 4326))"
            )
        }
        listed = list(paged(client, f"{API}/requests.json?ward={ward}&updated_after=2000-01-01T00:00:00Z"))
        assert len(listed) == len(set(listed))
        assert set(listed) == inside
        assert len(inside) > 20
        in_windows = [
            number
            for month in range(0, 13)
            for number in paged(client, f"{API}/requests.json?ward={ward}&{window(month)}")
        ]
        year = {row[0] for row in dumping.ask(f"SELECT service_request_id FROM publication WHERE {YEAR}")}
        assert sorted(in_windows) == sorted(inside & year)


YEAR = "requested_datetime >= '2024-01-01T00:00:00Z' AND requested_datetime < '2025-01-14T00:00:00Z'"


def window(part: int) -> str:
    """One of thirteen windows of four weeks and a day, of which the first begins the year and the last ends it."""
    day = 29
    start = datetime(2024, 1, 1, tzinfo=UTC).timestamp() + part * day * 86_400
    end = min(start + day * 86_400, datetime(2025, 1, 14, tzinfo=UTC).timestamp()) - 1
    first, last = (datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for at in (start, end))
    return f"start_date={first}&end_date={last}"


def paged(client: Any, address: str, size: int = 200) -> Iterator[str]:
    """The numbers on all pages, until an empty one."""
    page = 1
    while rows := client.get(f"{address}&page_size={size}&page={page}").get_json():
        yield from (row["service_request_id"] for row in rows)
        page += 1

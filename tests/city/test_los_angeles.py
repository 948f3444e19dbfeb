"""Another city's file in another schema: MyLA311 of Los Angeles lands in a jurisdiction of its own."""

from __future__ import annotations

import csv
import gzip
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.city.conftest import HOME, LOS_ANGELES, Importing
from tests.conftest import SHARED_DATA

REQUESTS = SHARED_DATA / "la_myla311_requests.csv.gz"
ZONE = ZoneInfo("America/Los_Angeles")
HEADER = "SRNumber,RequestType,Status,CreatedDate,ClosedDate,Latitude,Longitude,Location,RequestSource\n"


@pytest.fixture(scope="module")
def city_dir() -> Path:
    return HOME / "tests" / "cities" / "los_angeles"


def pacific(text: str) -> datetime:
    """A time of the file: American, twelve hours, the city's wall clock."""
    return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("lat", "long", "location"),
    [
        ("34.05", "-118.24", ""),
        ("", "", "(34.05, -118.24)"),
        ("", "", "34.05,-118.24"),
        ("", "", "POINT (-118.24 34.05)"),
    ],
)
def test_places_are_read_from_each_of_their_forms(importing: Importing, lat: str, long: str, location: str) -> None:
    row = f'1-1,Bulky Items,Open,07/04/2018 12:00:00 AM,,{lat},{long},"{location}",Mobile App\n'
    importing.run(importing.csv(HEADER + row), LOS_ANGELES)
    found = importing.case("jurisdiction, ST_X(point), ST_Y(point), channel", "1-1")
    assert found == ("lacity.org", -118.24, 34.05, "app")
    assert importing.case("requested_datetime::text", "1-1") == "2018-07-04 07:00:00+00"


def test_request_types_that_are_no_service_are_refused(importing: Importing) -> None:
    importing.run(importing.csv(f"{HEADER}1-1,Potholes,Open,07/04/2018 12:00:00 AM,,,,,Call\n"), LOS_ANGELES)
    assert importing.refused() == {2: "unknown service 'Potholes'"}


@pytest.mark.slow
@pytest.mark.skipif(not REQUESTS.exists(), reason="the city's published data is not at hand")
def test_its_past_requests_come_in_whole(importing: Importing) -> None:
    with gzip.open(REQUESTS, "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    told = importing.run(REQUESTS, LOS_ANGELES)
    assert f"{len(rows)} rows: {len(rows)} new, 0 changed, 0 as before, 0 refused" in told
    stored = importing.ask(
        "SELECT service_request_id, service_name, requested_datetime, closed_datetime IS NULL, point IS NULL,"
        " coalesce(outcome, '') = 'withdrawn' FROM service_request WHERE jurisdiction = 'lacity.org'"
    )
    assert set(stored) == {
        (
            row["SRNumber"],
            row["RequestType"],
            pacific(row["CreatedDate"]),
            row["Status"] in ("Open", "Pending", "Referred Out"),
            not row["Latitude"],
            row["Status"] == "Cancelled",
        )
        for row in rows
    }
    closed = [row for row in rows if row["ClosedDate"]]
    backwards = sum(pacific(row["ClosedDate"]) < pacific(row["CreatedDate"]) for row in closed)
    assert f"{backwards} closed before they were requested: taken as closed when requested" in told
    assert f"{sum(not row['Latitude'] for row in rows)} without coordinates: taken without a point" in told

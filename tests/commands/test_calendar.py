"""``open311 calendar show``: the days on which the city does not work, and what its promises come to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from tests.commands.conftest import invoke
from tests.georeport.small_city import serve, small_city


@pytest.fixture
def show(city: Connection, tmp_path: Path) -> Any:
    """Show a year of a city with another calendar, languages or time zone."""

    def run(year: str, calendar: dict[str, Any], **changes: Any) -> list[str]:
        def change(data: dict[str, Any]) -> None:
            data["jurisdictions"][0].update(changes)
            data["jurisdictions"][0]["calendar"].update(calendar)

        directory = small_city(tmp_path, change, "SR-CL01")
        return invoke(serve(city, city_dir=directory).application, "calendar", "show", year).splitlines()

    return run


def test_a_year_is_shown_with_hours_days_and_names(run: Any) -> None:
    told = run("calendar", "show", "2027").splitlines()
    assert told[0] == "phila.gov: mon, tue, wed, thu, fri, 08:00 to 17:00 (America/New_York)"
    assert "thu 2027-11-25  Thanksgiving Day" in told
    assert "sun 2027-07-04  Independence Day  (no working day anyway)" in told
    assert "mon 2027-07-05  Independence Day (observed)" in told
    assert not any(line.startswith("fri 2027-11-26") for line in told)
    assert told[-1].startswith("5 working days from now (")


def test_substitutes_names_and_hours_are_those_of_another_city(show: Any) -> None:
    told = show(
        "2026",
        {
            "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "opens": "00:00",
            "closes": "24:00",
            "holidays": {
                "country": "ES",
                "subdivision": "MD",
                "not": ["Epifanía del Señor"],
                "also": [{"name": "San Isidro", "date": "05-15"}, {"name": "Feria", "date": "2nd fri in jun"}],
            },
        },
        languages=["es", "en"],
        timezone="Europe/Madrid",
        bounds=[-3.9, 40.3, -3.5, 40.6],
    )
    assert told[0] == "phila.gov: mon, tue, wed, thu, fri, sat, sun, 00:00 to 24:00 (Europe/Madrid)"
    assert "mon 2026-12-07  Lunes siguiente a Día de la Constitución Española" in told
    assert "fri 2026-05-15  San Isidro" in told
    assert "fri 2026-06-12  Feria" in told
    assert not any("2026-01-06" in line for line in told)
    assert told[-1].endswith(" 00:00")


@pytest.mark.parametrize("year", ["abc", "1", "99999"])
def test_what_is_no_year_is_told(refused: Any, year: str) -> None:
    assert "YEAR" in refused("calendar", "show", year)

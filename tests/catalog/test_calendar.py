"""Holidays of a country, less some, and some of the city's own, on the days on which they are observed."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from typing import Any

import pytest

from open311.catalog.calendar import CityHolidays
from open311.catalog.public_holidays import holiday_names
from open311.catalog.recurring import day_in_year

SATURDAY, SUNDAY = 5, 6

PUBLISHED: list[tuple[str, dict[str, Any], int, str]] = [
    # opm.gov
    ("US", {}, 2027, "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31"),
    ("US", {}, 2022, "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26"),
    # gov.uk/bank-holidays
    ("GB ENG", {}, 2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28"),
    ("GB ENG", {}, 2022, "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27"),
    ("GB ENG", {}, 2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28"),
    ("GB ENG", {}, 2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28"),
    ("GB SCT", {}, 2022, "01-03 01-04 04-15 05-02 06-02 06-03 08-01 09-19 11-30 12-26 12-27"),
    # Comunidad de Madrid, with the two days of the city
    (
        "ES MD",
        {"language": "es", "also": {"05-15": "San Isidro", "11-09": "La Almudena"}},
        2026,
        "01-01 01-06 04-02 04-03 05-01 05-15 10-12 11-02 11-09 12-07 12-08 12-25",
    ),
    ("DE BY", {"language": "de"}, 2026, "01-01 01-06 04-03 04-06 05-01 05-14 05-25 06-04 12-25"),
    ("FR", {"language": "fr"}, 2027, "01-01 03-29 05-06 05-17 07-14 11-01 11-11"),
    ("IT", {"language": "it"}, 2027, "01-01 01-06 03-29 06-02 10-04 11-01 12-08"),
    ("CA ON", {}, 2027, "01-01 02-15 03-26 05-24 07-01 09-06 10-11 12-27 12-28"),
    ("MX", {"language": "es"}, 2027, "01-01 02-01 03-15 09-16 11-15"),
    ("AU NSW", {}, 2022, "01-03 01-26 04-15 04-18 04-25 06-13 09-22 10-03 12-26 12-27"),
    ("AU NSW", {}, 2027, "01-01 01-26 03-26 03-29 04-26 06-14 10-04 12-27 12-28"),
    # Cabinet Office: May 6 stands in for May 3, September 22 lies between two holidays
    (
        "JP",
        {"language": "ja"},
        2026,
        "01-01 01-12 02-11 02-23 03-20 04-29 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23",
    ),
    (
        "NL",
        {"language": "nl", "left_out": frozenset({"Goede vrijdag"})},
        2026,
        "01-01 04-06 04-27 05-14 05-25 12-25",
    ),
    # Most holidays move to the Monday after, and their own days are worked
    (
        "CO",
        {"language": "es"},
        2025,
        "01-01 01-06 03-24 04-17 04-18 05-01 06-02 06-23 06-30 08-07 08-18 10-13 11-03 11-17 12-08 12-25",
    ),
    # The City of Los Angeles: Saturdays move to Friday, and Cesar Chavez Day is a Monday of its own
    (
        "US",
        {
            "also": {"last mon in mar": "Cesar Chavez Day", "2026-11-27": "Day After Thanksgiving"},
            "moved_from": frozenset({SATURDAY, SUNDAY}),
        },
        2026,
        "01-01 01-19 02-16 03-30 05-25 06-19 07-03 09-07 10-12 11-11 11-26 11-27 12-25",
    ),
]


@pytest.mark.parametrize(
    ("where", "how", "year", "days"), PUBLISHED, ids=[f"{each[0]} {each[2]}" for each in PUBLISHED]
)
def test_the_weekdays_off_are_those_that_were_published(where: str, how: dict[str, Any], year: int, days: str) -> None:
    country, _, subdivision = where.partition(" ")
    found = CityHolidays(country, subdivision, **how).of_year(year)
    assert " ".join(f"{day:%m-%d}" for day in found if day.weekday() < SATURDAY) == days


@pytest.mark.parametrize("moved_from", [None, frozenset({SUNDAY}), frozenset({SATURDAY, SUNDAY})])
@pytest.mark.parametrize("year", [2021, 2022, 2027])
def test_a_substitute_day_that_the_law_names_is_kept_whatever_the_city_moves(year: int, moved_from: Any) -> None:
    found = CityHolidays("GB", "ENG", moved_from=moved_from).of_year(year)
    weekdays = [day.day for day in found if day.month == 12 and day.weekday() < SATURDAY]
    assert weekdays == ([26, 27] if year == 2022 else [27, 28])


def test_holidays_of_any_year_are_known() -> None:
    holidays = CityHolidays("US", "PA")
    assert all(date(year, 12, 25) in holidays for year in range(1950, 2100))
    assert date(2026, 12, 26) not in holidays


def test_a_holiday_left_out_is_worked() -> None:
    assert date(2026, 11, 27) in CityHolidays("US", "PA")
    assert date(2026, 11, 27) not in CityHolidays("US", "PA", left_out=frozenset({"Day After Thanksgiving"}))


@pytest.mark.parametrize(
    ("where", "language", "name", "year", "substitute"),
    [
        ("US PA", "en", "Independence Day", 2026, date(2026, 7, 3)),
        ("US PA", "en", "New Year's Day", 2027, date(2027, 12, 31)),
        ("GB ENG", "en", "Boxing Day", 2027, date(2027, 12, 28)),
        ("ES MD", "es", "Día de la Constitución Española", 2026, date(2026, 12, 7)),
    ],
)
def test_the_substitute_of_a_holiday_left_out_is_worked_too(
    where: str, language: str, name: str, year: int, substitute: date
) -> None:
    country, _, subdivision = where.partition(" ")
    assert substitute in CityHolidays(country, subdivision, language=language)
    left_out = CityHolidays(country, subdivision, language=language, left_out=frozenset({name}))
    assert substitute not in left_out.of_year(year)


def test_a_citys_own_holiday_is_kept_every_year_or_once() -> None:
    holidays = CityHolidays(also={"02-29": "Leap Day", "12-26": "Boxing Day", "2026-02-06": "Parade"})
    assert [*holidays.of_year(2026)] == [date(2026, 2, 6), date(2026, 12, 26)]
    assert holidays.of_year(2028) == {date(2028, 2, 29): "Leap Day", date(2028, 12, 26): "Boxing Day"}


@pytest.mark.parametrize(
    ("written", "year", "day"),
    [
        ("last mon in mar", 2026, date(2026, 3, 30)),
        ("last mon in may", 2027, date(2027, 5, 31)),
        ("1st mon in sep", 2026, date(2026, 9, 7)),
        ("4th thu in nov", 2026, date(2026, 11, 26)),
        ("1st sun in feb", 2026, date(2026, 2, 1)),
        ("12-26", 2026, date(2026, 12, 26)),
        ("02-29", 2026, None),
        ("2026-02-06", 2027, None),
    ],
)
def test_a_day_is_found_in_each_year_that_has_it(written: str, year: int, day: date | None) -> None:
    assert day_in_year(written, year) == day


@pytest.mark.parametrize(
    "written", ["02-30", "2026-02-29", "5th mon in mar", "last day in mar", "last mon in mai", "x"]
)
def test_a_day_that_no_year_has_is_refused(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the words are the library's)
        day_in_year(written, 2024)


def test_a_holiday_on_a_weekend_moves_only_where_the_city_says_so() -> None:
    assert date(2026, 7, 3) not in CityHolidays("US", "PA", moved_from=frozenset({SUNDAY}))
    assert date(2026, 7, 3) in CityHolidays("US", "PA", moved_from=frozenset({SATURDAY}))
    assert date(2027, 7, 5) in CityHolidays("US", "PA", moved_from=frozenset({SUNDAY}))
    assert date(2027, 7, 5) not in CityHolidays("US", "PA", moved_from=frozenset({SATURDAY}))


@pytest.mark.parametrize("where", ["US", "GB ENG", "ES MD", "JP", "AU NSW"])
def test_a_city_that_moves_nothing_keeps_no_substitute(where: str) -> None:
    country, _, subdivision = where.partition(" ")
    for year in (2021, 2022, 2026, 2027):
        moved, own = (
            set(CityHolidays(country, subdivision, moved_from=days).of_year(year)) for days in (None, frozenset())
        )
        assert own <= moved
    assert own < moved


def test_new_years_day_on_a_saturday_moves_into_the_old_year() -> None:
    assert date(2027, 12, 31) in CityHolidays("US", "PA", moved_from=frozenset({SATURDAY}))
    assert date(2027, 12, 31) not in CityHolidays("US", "PA", moved_from=frozenset({SUNDAY}))
    own = CityHolidays(also={"01-01": "New Year"}, moved_from=frozenset({SATURDAY}))
    assert own.of_year(2027) == {date(2027, 1, 1): "New Year", date(2027, 12, 31): "New Year"}


@pytest.mark.parametrize(
    ("country", "also", "year", "observed"),
    [
        # Sunday and Monday: the first moves to Tuesday, and the second stays
        ("", {"12-25": "Christmas", "12-26": "Boxing Day"}, 2022, {25: "Christmas", 26: "Boxing Day", 27: "Christmas"}),
        # Friday and Saturday: the second moves to Thursday
        ("", {"12-25": "Christmas", "12-26": "Boxing"}, 2026, {24: "Boxing", 25: "Christmas", 26: "Boxing"}),
        ("", {"12-24": "Eve", "12-25": "Christmas", "12-26": "Boxing Day"}, 2027,
         {23: "Christmas", 24: "Eve", 25: "Christmas", 26: "Boxing Day", 27: "Boxing Day"}),
        # A country that has no such law
        ("DE", {}, 2027, {
            24: "Erster Weihnachtstag", 25: "Erster Weihnachtstag",
            26: "Zweiter Weihnachtstag", 27: "Zweiter Weihnachtstag", 31: "Neujahr",
        }),
        # On a day of the law's own: both names are told
        ("US", {"12-25": "City Day"}, 2026, {25: "Christmas Day, City Day"}),
        # The law's substitute is on Friday 24 already
        ("US", {"12-24": "Eve"}, 2027, {
            24: "Christmas Day (observed), Eve", 25: "Christmas Day", 31: "New Year's Day (observed)",
        }),
    ],
)  # fmt: skip
def test_a_moved_holiday_never_takes_the_day_of_another(
    country: str, also: dict[str, str], year: int, observed: dict[int, str]
) -> None:
    found = CityHolidays(
        country, also=also, moved_from=frozenset({SATURDAY, SUNDAY}), language="de" if country == "DE" else "en"
    ).of_year(year)
    assert {day.day: name for day, name in found.items() if day.month == 12} == observed


def test_presidents_day_keeps_its_name_where_another_holiday_moves() -> None:
    california = CityHolidays("US", "CA", moved_from=frozenset({SATURDAY, SUNDAY}))
    assert california.of_year(2026)[date(2026, 2, 16)] == "Presidents' Day"
    assert date(2026, 2, 17) not in california  # nor does the law give that other one, of a Sunday, a day


def test_an_unknown_country_or_region_is_refused() -> None:
    with pytest.raises(ValueError, match="no holidays are known for US XX"):
        holiday_names("US", "XX", "en")


@pytest.mark.parametrize("language", ["C", "en_US.UTF-8", "es_ES.UTF-8", "ja_JP.UTF-8", "th"])
@pytest.mark.parametrize(
    ("country", "spoken", "name"),
    [
        ("ES", "es", "Epifanía del Señor"),
        ("ES", "ca", "Reis"),
        ("ES", "es-MX", "Epifanía del Señor"),
        ("GB", "en", "Boxing Day"),
        ("US", "en", "Christmas Day"),
        ("US", "es", "Christmas Day"),  # the library has no Spanish for the United States
        ("DE", "vi", "Neujahr"),
        ("JP", "ja", "元日"),
    ],
)
def test_names_of_holidays_are_in_the_citys_language_whatever_the_process_speaks(
    monkeypatch: pytest.MonkeyPatch, language: str, country: str, spoken: str, name: str
) -> None:
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(variable, language)
    holidays = CityHolidays(country, language=spoken).of_year(2031)  # no year that anything else has asked for
    assert name in holidays.values()


@pytest.mark.parametrize("language", ["C.UTF-8", "es_ES.UTF-8"])
def test_another_process_in_another_language_reads_the_same_file(language: str) -> None:
    program = (
        "from open311.catalog.public_holidays import *; print('Epifanía del Señor' in holiday_names('ES', '', 'es'))"
    )
    environment = {"LANG": language, "LANGUAGE": language, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"

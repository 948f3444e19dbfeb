"""Holidays of a country, less some, and some of the city's own."""

from datetime import date

import pytest

from open311.catalog.calendar import CityHolidays, holiday_names

SATURDAY, SUNDAY = 5, 6


def test_holidays_of_any_year_are_known() -> None:
    holidays = CityHolidays("US", "PA")
    assert all(date(year, 12, 25) in holidays for year in range(1950, 2100))
    assert date(2026, 12, 26) not in holidays


def test_a_holiday_left_out_is_worked() -> None:
    assert date(2026, 11, 27) in CityHolidays("US", "PA")
    assert date(2026, 11, 27) not in CityHolidays("US", "PA", left_out=frozenset({"Day After Thanksgiving"}))


def test_a_citys_own_holiday_is_kept_every_year_or_once() -> None:
    holidays = CityHolidays(also={"02-29": "Leap Day", "12-26": "Boxing Day", "2026-02-06": "Parade"})
    assert [*holidays.of_year(2026)] == [date(2026, 2, 6), date(2026, 12, 26)]
    assert holidays.of_year(2028) == {date(2028, 2, 29): "Leap Day", date(2028, 12, 26): "Boxing Day"}


def test_a_holiday_on_a_weekend_moves_only_where_the_city_says_so() -> None:
    assert date(2026, 7, 3) not in CityHolidays("US", "PA", moved_from=frozenset({SUNDAY}))
    assert date(2026, 7, 3) in CityHolidays("US", "PA", moved_from=frozenset({SATURDAY}))
    assert date(2027, 7, 5) in CityHolidays("US", "PA", moved_from=frozenset({SUNDAY}))
    assert date(2027, 7, 5) not in CityHolidays("US", "PA", moved_from=frozenset({SATURDAY}))


def test_new_years_day_on_a_saturday_moves_into_the_old_year() -> None:
    assert date(2027, 12, 31) in CityHolidays("US", "PA", moved_from=frozenset({SATURDAY}))


def test_an_unknown_country_or_region_is_refused() -> None:
    with pytest.raises(ValueError, match="no holidays are known for US XX"):
        holiday_names("US", "XX")

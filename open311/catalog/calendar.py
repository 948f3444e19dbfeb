"""Holidays of a city, for any year: those of its country and region, less some, and some of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import holidays

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SATURDAY, _SUNDAY = 5, 6


def weekdays(names: Iterable[str]) -> frozenset[int]:
    """The numbers of days that files name; 0 is Monday."""
    return frozenset(WEEKDAYS.index(name) for name in names)


@dataclass(frozen=True, eq=False)
class CityHolidays:
    """The days a city keeps as holidays; asks the ``holidays`` library for each year only when that is needed.

    ``also`` holds the city's own: a name for ``MM-DD`` (every year) or ``YYYY-MM-DD`` (once). ``left_out`` names
    holidays of the country or region that the city works through. A holiday on a Saturday is kept on the Friday
    before when ``moved_from`` holds 5, one on a Sunday on the Monday after when it holds 6; otherwise it is lost.
    """

    country: str = ""
    subdivision: str = ""
    also: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    moved_from: frozenset[int] = frozenset()
    _years: dict[int, Mapping[date, str]] = field(default_factory=dict, repr=False)

    def __contains__(self, day: object) -> bool:
        """Whether the city keeps this local day as a holiday."""
        return isinstance(day, date) and day in self.of_year(day.year)

    def of_year(self, year: int) -> Mapping[date, str]:
        """The holidays kept in a year, in order, with their names."""
        if year not in self._years:
            # A holiday may move over New Year: 1 January 2028 is a Saturday.
            kept = {self._kept(day): name for near in (year - 1, year, year + 1) for day, name in self._proper(near)}
            self._years[year] = {day: kept[day] for day in sorted(kept) if day.year == year}
        return self._years[year]

    def _proper(self, year: int) -> Iterator[tuple[date, str]]:
        """The holidays of a year on their own days."""
        for day, names in _of_country(self.country, self.subdivision, year).items():
            if kept := [name for name in names if name not in self.left_out]:
                yield day, ", ".join(kept)
        for text, name in self.also.items():
            try:
                day = date.fromisoformat(text if len(text) > len("MM-DD") else f"{year:04}-{text}")
            except ValueError:
                continue  # 29 February in a common year; other dates were checked when the file was read.
            if day.year == year:
                yield day, name

    def _kept(self, day: date) -> date:
        if day.weekday() not in self.moved_from:
            return day
        return day + timedelta(days={_SATURDAY: -1, _SUNDAY: 1}.get(day.weekday(), 0))


def holiday_names(country: str, subdivision: str) -> frozenset[str]:
    """The names of all holidays that the library knows for a country and region.

    :raises ValueError: if it does not know the country or region.
    """
    years = range(2020, 2030)
    return frozenset(
        name for year in years for names in _of_country(country, subdivision, year).values() for name in names
    )


def _of_country(country: str, subdivision: str, year: int) -> dict[date, list[str]]:
    if not country or not date.min.year <= year <= date.max.year:
        return {}
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=year, observed=False)
    except NotImplementedError:
        raise ValueError(f"no holidays are known for {' '.join(filter(None, [country, subdivision]))}") from None
    return {day: found.get_list(day) for day in found if day.year == year}

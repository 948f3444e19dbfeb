"""A city's holidays in any year: those of its country and region, without some, and with some of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import holidays

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The names of weekdays in the city's files; their positions are Python's numbers (0 is Monday)."""
_SATURDAY, _SUNDAY = 5, 6


def weekdays(names: Iterable[str]) -> frozenset[int]:
    """Return the numbers of named weekdays; 0 is Monday."""
    return frozenset(WEEKDAYS.index(name) for name in names)


@dataclass(frozen=True, eq=False)
class CityHolidays:
    """A container of the days that a city observes as holidays; each year is computed when it is first needed.

    ``also`` holds the city's own holidays: their names by ``MM-DD`` (every year) or ``YYYY-MM-DD`` (once). ``left_out``
    names holidays of the country or region on which the city works. A holiday on a Saturday is observed on the Friday
    before if ``moved_from`` holds 5; one on a Sunday is observed on the Monday after if it holds 6.
    """

    country: str = ""
    subdivision: str = ""
    also: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    moved_from: frozenset[int] = frozenset()
    _years: dict[int, Mapping[date, str]] = field(default_factory=dict, repr=False)

    def __contains__(self, day: object) -> bool:
        """Return whether a local day is a holiday in the city."""
        return isinstance(day, date) and day in self.of_year(day.year)

    def of_year(self, year: int) -> Mapping[date, str]:
        """Return the names of the holidays that are observed in a year, by day, in order."""
        if year not in self._years:
            # A holiday may move into another year: January 1, 2028 is a Saturday.
            near = (year - 1, year, year + 1)
            observed = {self._observed(day): name for each in near for day, name in self._proper(each)}
            self._years[year] = {day: observed[day] for day in sorted(observed) if day.year == year}
        return self._years[year]

    def _proper(self, year: int) -> Iterator[tuple[date, str]]:
        """Yield the holidays of a year on their own days, before any is moved."""
        for day, names in _of_country(self.country, self.subdivision, year).items():
            if observed := [name for name in names if name not in self.left_out]:
                yield day, ", ".join(observed)
        for text, name in self.also.items():
            try:
                day = date.fromisoformat(text if len(text) > len("MM-DD") else f"{year:04}-{text}")
            except ValueError:
                continue  # February 29 in a common year; other dates were checked when the file was read.
            if day.year == year:
                yield day, name

    def _observed(self, day: date) -> date:
        if day.weekday() not in self.moved_from:
            return day
        return day + timedelta(days={_SATURDAY: -1, _SUNDAY: 1}.get(day.weekday(), 0))


def holiday_names(country: str, subdivision: str) -> frozenset[str]:
    """Return the names of all holidays that the ``holidays`` library knows for a country and region.

    :raises ValueError: when it does not know the country or region.
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

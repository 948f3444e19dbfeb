"""A city's holidays in any year: those of its country and region, without some, and with some of its own."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from open311.catalog.public_holidays import PublicHolidays, public_holidays
from open311.catalog.recurring import WEEKDAYS, day_in_year

_MONDAY, _FRIDAY, _SATURDAY, _SUNDAY = 0, 4, 5, 6
_DAY = timedelta(days=1)


def weekdays(names: Iterable[str]) -> frozenset[int]:
    """Return the numbers of named weekdays; 0 is Monday."""
    return frozenset(WEEKDAYS.index(name) for name in names)


@dataclass(frozen=True, eq=False)
class CityHolidays:
    """A container of the days that a city observes as holidays; each year is computed when it is first needed.

    ``also`` holds the city's own holidays: their names by the day that ``day_in_year`` reads. ``left_out`` names
    holidays of the country or region on which the city works, in ``language``, the city's first.

    Where holidays fall on a weekend, substitute days are those of the country's law, unless ``moved_from`` says from
    which days of the weekend the city moves holidays: 5 to the Friday before, 6 to the Monday after. Of the law's
    substitutes on such a Friday or Monday, only those of its days are kept; those on other days are kept too, unless it
    is empty. The city's own holidays, and those of a country that knows no substitutes, move to that day or the next
    weekday in the same direction that is no holiday yet.
    """

    country: str = ""
    subdivision: str = ""
    also: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    moved_from: frozenset[int] | None = None
    language: str = "en"
    _years: dict[int, Mapping[date, str]] = field(default_factory=dict, repr=False)

    def __contains__(self, day: object) -> bool:
        """Return whether a local day is a holiday in the city."""
        return isinstance(day, date) and day in self.of_year(day.year)

    def of_year(self, year: int) -> Mapping[date, str]:
        """Return the names of the holidays that are observed in a year, by day, in order."""
        if year not in self._years:
            # A holiday may move into another year: January 1, 2028 is a Saturday.
            near = range(max(year - 1, date.min.year), min(year + 1, date.max.year) + 1)
            found = self._observed(near)
            self._years[year] = {day: ", ".join(found[day]) for day in sorted(found) if day.year == year}
        return self._years[year]

    def _observed(self, years: range) -> Mapping[date, list[str]]:
        public = public_holidays(self.country, self.subdivision, self.language, years)
        worked = {each for name in self.left_out for each in public.names_of(name)}
        ours = [(day, name) for year in years for text, name in self.also.items() if (day := day_in_year(text, year))]
        observed: dict[date, list[str]] = {}
        for day, name in [*self._lawful(public, worked), *ours]:
            observed.setdefault(day, []).append(name)
        lawless = not any(public.substitutes())
        theirs = [(day, name) for day, names in public.own.items() for name in names if lawless and name not in worked]
        for day, name in sorted(ours + theirs):
            if day.weekday() in (self.moved_from or ()):
                observed[_free_weekday(day, observed)] = [name]
        return observed

    def _lawful(self, public: PublicHolidays, worked: Container[str]) -> Iterator[tuple[date, str]]:
        """Yield the holidays of the country's law, and the substitute days that the city keeps too."""
        substitutes = set(public.substitutes())
        for day, names in public.kept.items():
            for name in names:
                if name not in worked and ((day, name) not in substitutes or self._keeps_substitute(day, public)):
                    yield day, name

    def _keeps_substitute(self, day: date, public: PublicHolidays) -> bool:
        if not self.moved_from:
            return self.moved_from is None
        if day.weekday() == _FRIDAY and day + _DAY in public.own:
            return _SATURDAY in self.moved_from
        if day.weekday() == _MONDAY and day - _DAY in public.own and day - 2 * _DAY not in public.own:
            return _SUNDAY in self.moved_from
        return True


def _free_weekday(day: date, taken: Container[date]) -> date:
    """Return the first weekday before a Saturday or after a Sunday that is no holiday yet."""
    step = -_DAY if day.weekday() == _SATURDAY else _DAY
    while day.weekday() >= _SATURDAY or day in taken:
        day += step
    return day

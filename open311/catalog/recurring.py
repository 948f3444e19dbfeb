"""Days that come every year, or once, as a city's files write them."""

from __future__ import annotations

import calendar
from datetime import date

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The names of weekdays; their positions are Python's numbers (0 is Monday)."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WHICH = {"1st": 0, "2nd": 1, "3rd": 2, "4th": 3, "last": -1}


def day_in_year(written: str, year: int) -> date | None:
    """Return the day in a year that is written ``MM-DD``, ``YYYY-MM-DD`` (once) or ``last mon in mar``.

    None where the year does not have it.

    :raises ValueError: when no year has it.
    """
    if " in " in written:
        return _nth_weekday(written, year)
    if len(written) > len("MM-DD"):
        day = date.fromisoformat(written)
        return day if day.year == year else None
    date.fromisoformat(f"2024-{written}")  # a leap year stands for any year
    try:
        return date.fromisoformat(f"{year:04}-{written}")
    except ValueError:
        return None  # February 29 in a common year


def _nth_weekday(written: str, year: int) -> date:
    try:
        which, weekday, _, month = written.split(" ")
        days = [week[WEEKDAYS.index(weekday)] for week in calendar.monthcalendar(year, MONTHS.index(month) + 1)]
        return date(year, MONTHS.index(month) + 1, [day for day in days if day][_WHICH[which]])
    except (KeyError, ValueError):
        raise ValueError(f"there is no day {written!r}") from None

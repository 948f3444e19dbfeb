"""Compute when a service request is due, in the working time of the city's calendar."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Unit(StrEnum):
    """What an SLA's amount counts."""

    WORKING_DAYS = "working_days"
    WORKING_HOURS = "working_hours"
    DAYS = "days"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class SLA:
    """A service level agreement: a number of days or hours, in working time or around the clock."""

    amount: int
    unit: Unit = Unit.WORKING_DAYS


MIDNIGHTS = frozenset({time(0), time(23, 59)})
"""Closing times that mean the end of the day: 24:00, which ``time`` cannot say, and how people write it elsewhere."""
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class WorkingCalendar:
    """When the city works: time zone, opening hours, weekdays (0 is Monday), and holidays (local dates).

    Closing at midnight (see ``MIDNIGHTS``) is the end of the day. Hours pass as they do in the zone: a day on which
    clocks change has an hour more or less.
    """

    zone: str
    opens: time = time(8)
    closes: time = time(17)
    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    holidays: Container[date] = field(default_factory=frozenset)

    def is_working_day(self, day: date) -> bool:
        """Return whether the city works on a local day."""
        return day.weekday() in self.weekdays and day not in self.holidays

    def next_working_day(self, day: date) -> date:
        """Return the first working day after a day.

        :raises ValueError: when there is none within a year.
        """
        for _ in range(366):
            day += timedelta(days=1)
            if self.is_working_day(day):
                return day
        raise ValueError("the calendar has no working day within a year")

    def due(self, start: datetime, sla: SLA) -> datetime:
        """Return when a promise made at ``start`` (aware) is due, in UTC.

        A promise of n working days is due at closing time on the n-th working day after the day it was made; outside
        working time, it counts as made when work begins again. Working hours run only while the city is open.
        """
        if sla.unit is Unit.DAYS:
            return start.astimezone(UTC) + timedelta(days=sla.amount)
        if sla.unit is Unit.HOURS:
            return start.astimezone(UTC) + timedelta(hours=sla.amount)
        if sla.unit is Unit.WORKING_HOURS:
            return self._after_hours(start, timedelta(hours=sla.amount))
        day = self._day_at_work(start)
        for _ in range(sla.amount):
            day = self.next_working_day(day)
        return self._closing(day)

    def resumed(self, due: datetime, paused: datetime, resumed: datetime, sla: SLA | None) -> datetime:
        """Return when a promise is due, in UTC, if its clock stood still from ``paused`` until ``resumed`` (all aware).

        A promise in working time moves by the working time that passed; any other by the time that passed. A promise
        that was broken before the pause stays broken.
        """
        if due <= paused or resumed <= paused:
            return due
        if sla is not None and sla.unit is Unit.WORKING_DAYS:
            day, last = self._local_day(paused), self._local_day(resumed)
            promised = self._local_day(due - _MOMENT)  # at 24:00 the calendar's next day has begun
            while (day := self.next_working_day(day)) <= last:
                promised = self.next_working_day(promised)
                due = self._closing(promised)
            return due.astimezone(UTC)
        if sla is not None and sla.unit is Unit.WORKING_HOURS:
            passed = self.worked(paused, resumed)
            return self._after_hours(due, passed) if passed else due.astimezone(UTC)
        return due.astimezone(UTC) + (resumed - paused)

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time between two moments (aware)."""
        total = timedelta()
        opens, closes = self._shift(start)
        while opens < end:
            total += min(end, closes) - opens
            opens, closes = self._shift(closes)
        return total

    def _after_hours(self, start: datetime, left: timedelta) -> datetime:
        """Return when ``left`` is used up after a moment, counting opening hours only."""
        opens, closes = self._shift(start)
        while left > closes - opens:
            left -= closes - opens
            opens, closes = self._shift(closes)
        return opens + left

    def _shift(self, moment: datetime) -> tuple[datetime, datetime]:
        """Return what is left of the opening hours at a moment, or the next ones, in UTC."""
        day = self._day_at_work(moment)
        opens = max(moment.astimezone(UTC), self._at(day, self.opens))
        return opens, max(opens, self._closing(day))  # 02:30 is after 03:00 where a clock skips that hour

    def _day_at_work(self, moment: datetime) -> date:
        """Return the local day of a moment, or the next working day if the city has closed or does not work."""
        day = self._local_day(moment)
        return day if self.is_working_day(day) and moment < self._closing(day) else self.next_working_day(day)

    def _local_day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def _closing(self, day: date) -> datetime:
        if self.closes in MIDNIGHTS:
            return self._at(day + timedelta(days=1), time(0))
        return self._at(day, self.closes)

    def _at(self, day: date, hour: time) -> datetime:
        # Python subtracts and compares times of one zone by the wall clock, and in UTC by the time that passes.
        return datetime.combine(day, hour, ZoneInfo(self.zone)).astimezone(UTC)

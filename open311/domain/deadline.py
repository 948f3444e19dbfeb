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


@dataclass(frozen=True)
class WorkingCalendar:
    """When the city works: time zone, opening hours, weekdays (0 is Monday), and holidays (local dates)."""

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
        zone = ZoneInfo(self.zone)
        local = start.astimezone(zone)
        begin = self._begin(local)
        if sla.unit is Unit.WORKING_DAYS:
            day = begin.date()
            for _ in range(sla.amount):
                day = self.next_working_day(day)
            return datetime.combine(day, self.closes, zone).astimezone(UTC)
        return self._after_hours(begin, timedelta(hours=sla.amount), zone).astimezone(UTC)

    def resumed(self, due: datetime, paused: datetime, resumed: datetime, sla: SLA | None) -> datetime:
        """Return when a promise is due, in UTC, if its clock stood still from ``paused`` until ``resumed`` (all aware).

        A promise in working time moves by the working time that passed; any other by the time that passed. A promise
        that was broken before the pause stays broken.
        """
        if due <= paused or resumed <= paused:
            return due
        zone = ZoneInfo(self.zone)
        local = due.astimezone(zone)
        if sla is not None and sla.unit is Unit.WORKING_DAYS:
            day, last = paused.astimezone(zone).date(), resumed.astimezone(zone).date()
            while (day := self.next_working_day(day)) <= last:
                local = datetime.combine(self.next_working_day(local.date()), self.closes, zone)
            return local.astimezone(UTC)
        if sla is not None and sla.unit is Unit.WORKING_HOURS:
            return self._after_hours(local, self.worked(paused, resumed), zone).astimezone(UTC)
        return due.astimezone(UTC) + (resumed - paused)

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time between two moments (aware)."""
        zone = ZoneInfo(self.zone)
        begin, end, total = self._begin(start.astimezone(zone)), end.astimezone(zone), timedelta()
        while begin < end:
            total += min(end, datetime.combine(begin.date(), self.closes, zone)) - begin
            begin = datetime.combine(self.next_working_day(begin.date()), self.opens, zone)
        return total

    def _begin(self, local: datetime) -> datetime:
        """Return the moment itself if the city is open, else the next opening time."""
        day = local.date()
        if self.is_working_day(day) and local.time() < self.closes:
            return max(local, datetime.combine(day, self.opens, local.tzinfo))
        return datetime.combine(self.next_working_day(day), self.opens, local.tzinfo)

    def _after_hours(self, begin: datetime, left: timedelta, zone: ZoneInfo) -> datetime:
        """Return when ``left`` is used up, counting opening hours only; clock changes at night make no difference."""
        while True:
            closes = datetime.combine(begin.date(), self.closes, zone)
            if left <= closes - begin:
                return begin + left
            left -= closes - begin
            begin = datetime.combine(self.next_working_day(begin.date()), self.opens, zone)

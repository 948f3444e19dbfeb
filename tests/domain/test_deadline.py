"""Promises in working time of the city's calendar."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from open311.domain.deadline import SLA, Unit, WorkingCalendar

PHILADELPHIA = ZoneInfo("America/New_York")
CALENDAR = WorkingCalendar("America/New_York", holidays=frozenset({date(2026, 5, 25)}))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PHILADELPHIA)


@pytest.mark.parametrize(
    ("made", "amount", "unit", "due"),
    [
        ("2026-03-02T10:00", 1, Unit.WORKING_DAYS, "2026-03-03T17:00"),
        ("2026-03-06T10:00", 1, Unit.WORKING_DAYS, "2026-03-09T17:00"),
        ("2026-03-06T17:00", 1, Unit.WORKING_DAYS, "2026-03-10T17:00"),
        ("2026-03-07T12:00", 1, Unit.WORKING_DAYS, "2026-03-10T17:00"),
        ("2026-03-02T06:00", 1, Unit.WORKING_DAYS, "2026-03-03T17:00"),
        ("2026-05-22T10:00", 1, Unit.WORKING_DAYS, "2026-05-26T17:00"),
        ("2026-05-25T10:00", 7, Unit.WORKING_DAYS, "2026-06-04T17:00"),
        ("2026-03-02T10:00", 0, Unit.WORKING_DAYS, "2026-03-02T17:00"),
        ("2026-03-02T16:00", 2, Unit.WORKING_HOURS, "2026-03-03T09:00"),
        ("2026-03-02T08:00", 9, Unit.WORKING_HOURS, "2026-03-02T17:00"),
        ("2026-03-06T16:30", 10, Unit.WORKING_HOURS, "2026-03-10T08:30"),
        ("2026-03-08T01:00", 1, Unit.WORKING_HOURS, "2026-03-09T09:00"),
        ("2026-03-07T12:00", 1, Unit.DAYS, "2026-03-08T13:00"),
        ("2026-03-08T01:30", 2, Unit.HOURS, "2026-03-08T04:30"),
    ],
)
def test_a_promise_is_due(made: str, amount: int, unit: Unit, due: str) -> None:
    assert CALENDAR.due(local(made), SLA(amount, unit)) == local(due)


@pytest.mark.parametrize("unit", Unit)
def test_a_promise_does_not_depend_on_the_zone_it_is_written_in(unit: Unit) -> None:
    made = local("2026-03-07T12:00")  # the clock changes in the night that follows
    assert CALENDAR.due(made, SLA(3, unit)) == CALENDAR.due(made.astimezone(UTC), SLA(3, unit))
    assert CALENDAR.due(made, SLA(3, unit)).tzinfo is UTC


def test_working_hours_are_the_same_on_the_wall_after_the_clock_changed() -> None:
    assert CALENDAR.due(local("2026-10-30T16:00"), SLA(2, Unit.WORKING_HOURS)) == local("2026-11-02T09:00")


def test_other_weekdays_and_hours_are_the_calendars_own() -> None:
    calendar = WorkingCalendar("Asia/Dubai", time(7), time(12), frozenset({6}))
    made = datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("Asia/Dubai"))
    assert calendar.due(made, SLA(2)) == datetime(2026, 3, 22, 12, tzinfo=ZoneInfo("Asia/Dubai"))


def test_a_calendar_that_never_works_says_so() -> None:
    with pytest.raises(ValueError, match="no working day"):
        WorkingCalendar("UTC", weekdays=frozenset()).due(datetime(2026, 1, 1, tzinfo=UTC), SLA(1))

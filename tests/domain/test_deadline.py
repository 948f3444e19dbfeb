"""Promises in working time of the city's calendar."""

from datetime import UTC, date, datetime, time, timedelta
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


EVERY_DAY = frozenset(range(7))
LOCAL_DAYS_OF_23_AND_25_HOURS = [
    ("America/New_York", "2026-03-08", 23),
    ("America/New_York", "2026-11-01", 25),
    ("Europe/London", "2026-03-29", 23),
    ("Europe/London", "2026-10-25", 25),
    ("Australia/Sydney", "2026-10-04", 23),
    ("Australia/Sydney", "2026-04-05", 25),
    ("America/Santiago", "2026-09-06", 23),  # the clock skips midnight itself
    ("Africa/Cairo", "2026-10-29", 25),  # the last hour of the day comes twice
    ("Australia/Lord_Howe", "2026-10-04", 23.5),
    ("Asia/Tokyo", "2026-03-08", 24),
    ("UTC", "2026-03-29", 24),
]


@pytest.mark.parametrize("closes", [time(0), time(23, 59)])
@pytest.mark.parametrize(("zone", "day", "hours"), LOCAL_DAYS_OF_23_AND_25_HOURS)
def test_a_department_that_never_closes_works_as_many_hours_as_pass(
    zone: str, day: str, hours: float, closes: time
) -> None:
    always = WorkingCalendar(zone, time(0), closes, EVERY_DAY)
    local = ZoneInfo(zone)
    start = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=local) - timedelta(hours=12)
    end = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=local) + timedelta(days=1)
    assert always.due(start, SLA(24, Unit.WORKING_HOURS)) == start.astimezone(UTC) + timedelta(hours=24)
    midnight = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=local)
    assert always.worked(midnight, end) == timedelta(hours=hours)
    assert always.worked(start, end) == end.astimezone(UTC) - start.astimezone(UTC)


@pytest.mark.parametrize(("zone", "day", "hours"), LOCAL_DAYS_OF_23_AND_25_HOURS)
def test_a_shift_over_a_clock_change_is_as_long_as_it_lasts(zone: str, day: str, hours: float) -> None:
    nights = WorkingCalendar(zone, time(0), time(6), EVERY_DAY)
    midnight = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=ZoneInfo(zone))
    six = midnight.replace(hour=6)
    lasted = six.astimezone(UTC) - midnight.astimezone(UTC)
    assert nights.worked(midnight, six) == lasted
    amount = int(lasted / timedelta(hours=1))
    assert nights.due(midnight, SLA(amount, Unit.WORKING_HOURS)) == midnight.astimezone(UTC) + timedelta(hours=amount)
    # One hour more than there is: it is done in the next night.
    rest = timedelta(hours=amount + 1) - lasted
    next_night = (midnight + timedelta(days=1)).astimezone(UTC)
    assert nights.due(midnight, SLA(amount + 1, Unit.WORKING_HOURS)) == next_night + rest


@pytest.mark.parametrize(
    ("zone", "opens", "closes", "start", "amount", "due"),
    [
        # 02:00 to 03:00 does not exist on March 8, so a shift of 01:00 to 04:00 lasts two hours
        ("America/New_York", 1, 4, "2026-03-08T00:00-05:00", 2, "2026-03-08T04:00-04:00"),
        ("America/New_York", 1, 4, "2026-03-08T00:00-05:00", 3, "2026-03-09T02:00-04:00"),
        # 01:00 to 02:00 comes twice on November 1, so it lasts four
        ("America/New_York", 1, 4, "2026-11-01T00:00-04:00", 4, "2026-11-01T04:00-05:00"),
        # Asked in the second of the two hours: the first is over
        ("America/New_York", 1, 4, "2026-11-01T01:30-05:00", 1, "2026-11-01T02:30-05:00"),
        ("Europe/London", 0, 8, "2026-10-25T00:00+01:00", 9, "2026-10-25T08:00+00:00"),
        ("Australia/Sydney", 0, 8, "2026-10-04T00:00+10:00", 8, "2026-10-05T01:00+11:00"),
        # Opening in the hour that is skipped: at the hour that comes instead
        ("America/New_York", 2, 3, "2026-03-07T12:00-05:00", 1, "2026-03-09T03:00-04:00"),
    ],
)
def test_working_hours_pass_as_they_do_in_the_zone(
    zone: str, opens: int, closes: int, start: str, amount: int, due: str
) -> None:
    calendar = WorkingCalendar(zone, time(opens), time(closes), EVERY_DAY)
    assert calendar.due(datetime.fromisoformat(start), SLA(amount, Unit.WORKING_HOURS)) == datetime.fromisoformat(due)


def test_a_shift_that_a_clock_change_swallows_lasts_no_time() -> None:
    shift = WorkingCalendar("America/New_York", time(2, 30), time(3), EVERY_DAY)
    assert shift.worked(local("2026-03-07T12:00"), local("2026-03-08T12:00")) == timedelta()
    assert shift.worked(local("2026-03-07T12:00"), local("2026-03-09T12:00")) == timedelta(minutes=30)


@pytest.mark.parametrize("amount", [0, 1, 2, 7])
def test_working_days_of_a_department_that_never_closes_end_at_midnight(amount: int) -> None:
    always = WorkingCalendar("America/New_York", time(0), time(0), EVERY_DAY)
    made = local("2026-03-06T10:00")
    assert always.due(made, SLA(amount)) == local("2026-03-07T00:00") + timedelta(days=amount)


def test_a_pause_of_a_day_moves_a_promise_that_ends_at_midnight_by_one_day() -> None:
    always = WorkingCalendar("America/New_York", time(0), time(0), frozenset({0, 1, 2, 3, 4}))
    due = always.due(local("2026-03-05T10:00"), SLA(1))
    assert due == local("2026-03-07T00:00")  # Friday's end
    moved = always.resumed(due, local("2026-03-05T11:00"), local("2026-03-06T11:00"), SLA(1))
    assert moved == local("2026-03-10T00:00")  # Monday's end
    hours = SLA(8, Unit.WORKING_HOURS)
    assert always.resumed(due, local("2026-03-06T11:00"), local("2026-03-06T13:00"), hours) == local("2026-03-09T02:00")

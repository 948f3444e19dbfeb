"""Promises whose clock stood still, and promises for some places and priorities only."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from open311.domain.deadline import SLA, Unit, WorkingCalendar
from open311.domain.definition import Service, SLAException
from open311.domain.priority import Priority

CITY = WorkingCalendar("America/New_York", holidays=frozenset({date(2026, 1, 19)}))
DAYS, HOURS = SLA(5), SLA(10, Unit.WORKING_HOURS)


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    """January 2026, where New York is five hours behind."""
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "paused", "resumed", "sla", "expected"),
    [
        # Working days: as many as passed. 16 January is a Friday, 19 January a holiday.
        (utc(16, 22), utc(12, 15), utc(14, 15), DAYS, utc(21, 22)),
        (utc(16, 22), utc(12, 15), utc(12, 20), DAYS, utc(16, 22)),
        (utc(16, 22), utc(9, 15), utc(12, 15), DAYS, utc(20, 22)),
        (utc(16, 22), utc(10, 15), utc(11, 15), DAYS, utc(16, 22)),  # a weekend gives nothing
        # Working hours: the time while the city was open (08:00 to 17:00 local).
        (utc(13, 15), utc(12, 20), utc(13, 14), HOURS, utc(13, 18)),
        (utc(13, 15), utc(12, 22), utc(13, 13), HOURS, utc(13, 15)),
        # The clock's time.
        (utc(13, 15), utc(12, 20), utc(13, 20), SLA(3, Unit.DAYS), utc(14, 15)),
        (utc(13, 15), utc(12, 20), utc(12, 21, 30), None, utc(13, 16, 30)),
        # Broken before the pause: broken it stays.
        (utc(12, 15), utc(12, 20), utc(20, 20), DAYS, utc(12, 15)),
    ],
)
def test_a_pause_moves_what_was_promised(
    due: datetime, paused: datetime, resumed: datetime, sla: SLA | None, expected: datetime
) -> None:
    assert CITY.resumed(due, paused, resumed, sla) == expected


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (utc(12, 14), utc(12, 16), 2),
        (utc(12, 5), utc(12, 16), 3),
        (utc(12, 20), utc(13, 15), 4),
        (utc(16, 20), utc(20, 14), 3),  # Friday at 15:00 to Tuesday at 09:00, Monday is a holiday
        (utc(17, 14), utc(18, 14), 0),
    ],
)
def test_working_time_is_counted_while_the_city_is_open(start: datetime, end: datetime, hours: float) -> None:
    assert CITY.worked(start, end).total_seconds() == hours * 3600


def test_some_places_and_priorities_are_promised_otherwise() -> None:
    service = Service(
        "A", "A", "", "", (), "d", "D",
        resolve=SLA(10),
        acknowledge=SLA(1),
        sla_exceptions=(
            SLAException(priorities=frozenset({Priority.URGENT}), resolve=SLA(4, Unit.HOURS)),
            SLAException(boundaries=frozenset({"ward:5"}), resolve=SLA(5), acknowledge=SLA(2)),
        ),
    )  # fmt: skip
    nowhere, ward = frozenset[str](), frozenset({"ward:5", "zip:1"})
    assert service.promised(Priority.NORMAL, nowhere) == (SLA(1), SLA(10))
    assert service.promised(Priority.URGENT, ward) == (SLA(1), SLA(4, Unit.HOURS))
    assert service.promised(Priority.NORMAL, ward) == (SLA(2), SLA(5))
    assert service.needs_boundaries

"""The longest span of time that one question may cover (GeoReport v2, GET Service Requests)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from open311.domain.errors import TooMuchAsked

NINETY_DAYS = timedelta(days=90)
LAST_DAY = timedelta(days=1, microseconds=-1)
"""From the first moment of most days to the last."""


def longest_window(
    start: datetime | None, end: datetime | None, zone: str, *, end_is_day: bool = False
) -> tuple[datetime | None, datetime | None]:
    """The span between two moments; where one is missing, the one 90 days away.

    An end stays missing where the calendar ends before it. With ``end_is_day`` it is the last moment of a day, and that
    day does not count for the length, as if its first moment had been given.

    :raises TooMuchAsked: when the span is longer than 90 days.
    """
    if start and end:
        if _is_too_long(start, end - LAST_DAY if end_is_day else end, zone):
            raise TooMuchAsked("start_date and end_date may not span more than 90 days")
        return start, end
    try:
        return start or (end - NINETY_DAYS if end else None), end or (start + NINETY_DAYS if start else None)
    except OverflowError:
        return start, end


def _is_too_long(start: datetime, end: datetime, zone: str) -> bool:
    """Whether more than 90 days lie between, by UTC and by the city's clocks: in fall a day has an hour more."""
    if not NINETY_DAYS < end - start <= NINETY_DAYS + timedelta(hours=2):
        return end - start > NINETY_DAYS
    try:
        began, ended = (each.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for each in (start, end))
    except OverflowError:  # where the calendar ends
        return True
    return ended - began > NINETY_DAYS

"""Moments in time: the clock, the W3C format for output, and a generous reader for what clients send."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

_W3C = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|z|[+\- ]\d\d:?[0-5]\d|[+-]\d\d)?)?",
    re.ASCII,
)


def now() -> datetime:
    """Return the present moment in UTC, to the microsecond."""
    return datetime.now(UTC)


def read_moment(text: str, zone: str) -> datetime:
    """Read a date and time in the forms that clients in use send, and return it in UTC.

    Between date and time there may be a ``T`` or a space. Seconds, their fraction and the time (midnight) may be
    missing. The offset is ``Z``, ``+hh``, ``+hhmm`` or ``+hh:mm``; its plus sign may have been lost on the way, and
    arrive as a space. Without an offset, ``zone`` (the jurisdiction's) is meant.

    :raises ValueError: when the text has none of these forms, with a sentence for the client.
    """
    found = _W3C.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a date and time like 2026-01-31T13:45:00Z")
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    micro = int((fraction or "0").ljust(6, "0")[:6])
    try:
        naive = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micro)  # noqa: DTZ001
        return naive.replace(tzinfo=_offset(offset) if offset else ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        raise ValueError(f"{text!r} is not a date and time: {fault}") from None


def read_end(text: str, zone: str) -> datetime:
    """Read a moment like ``read_moment``; a day without a time means its end there, since people include the last day.

    :raises ValueError: as ``read_moment``.
    """
    moment = read_moment(text, zone)
    if not is_day(text):
        return moment
    try:
        return day_after(moment, zone) - timedelta(microseconds=1)
    except OverflowError:
        raise ValueError(f"{text!r} is not a date and time: the calendar ends there") from None


def is_day(text: str) -> bool:
    """Whether a text that ``read_moment`` can read is a day without a time."""
    return len(text.strip()) == len("2026-01-31")


def day_after(moment: datetime, zone: str) -> datetime:
    """Return the time one day later in a zone, which may be 23 or 25 hours later if clocks change.

    :raises OverflowError: when that is after the year 9999.
    """
    return (moment.astimezone(ZoneInfo(zone)) + timedelta(days=1)).astimezone(UTC)


@lru_cache(maxsize=256)
def _offset(text: str) -> timezone:
    if text in "Zz":
        return UTC
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "").ljust(4, "0")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def write_moment(moment: datetime | None) -> str | None:
    """Write a moment as ``YYYY-MM-DDTHH:MM:SSZ``: in UTC without a fraction, as every client in use can read it."""
    return None if moment is None else f"{moment.astimezone(UTC).isoformat()[:19]}Z"  # up to the seconds

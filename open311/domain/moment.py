"""Moments in time: the clock, W3C format out, and generous reading of what clients write."""

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
    """The present moment, to the microsecond, in UTC."""
    return datetime.now(UTC)


def read_moment(text: str, zone: str) -> datetime:
    """Read what clients in use send as a date and time; the answer is in UTC.

    ``T`` or a space between date and time, seconds and fraction optional, a date alone (midnight), ``+hhmm`` or
    ``+hh:mm``, a plus sign that was lost on the way (it arrives as a space), no zone at all (then ``zone``, the
    jurisdiction's).

    :raises ValueError: for anything else, with a sentence for the client.
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


def day_after(moment: datetime, zone: str) -> datetime:
    """The same time of the next day there, which is 23 or 25 hours later where the clocks are changed.

    :raises OverflowError: the calendar ends before.
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
    """Write a moment as ``YYYY-MM-DDTHH:MM:SSZ``: UTC, no fraction, what every client in use can read."""
    return None if moment is None else f"{moment.astimezone(UTC).isoformat()[:19]}Z"  # up to the seconds

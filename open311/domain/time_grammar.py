"""How times are written in the tables of other systems: one grammar, and what a mapping adds to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_YEAR_FIRST = re.compile(
    r"(\d{4})[-/.](\d\d?)[-/.](\d\d?)"
    r"(?:(?:T|\s+)(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?:\s*([AaPp])\.?[Mm]\.?)?)?",
    re.ASCII,
)
_ZONE = re.compile(
    r"\s?(Z|[+-]\d\d(?::?\d\d)?|(?!(?:AM|PM)$)[A-Z]{2,5}|[A-Z]\w{1,30}/[A-Z][\w/+-]{1,40})$", re.ASCII | re.IGNORECASE
)
_SERIAL_BEGINS = datetime(1899, 12, 30)  # noqa: DTZ001 (spreadsheets know no zones)


def _epoch(text: str) -> datetime:
    return datetime.fromtimestamp(float(text), UTC)


def _epoch_ms(text: str) -> datetime:
    return datetime.fromtimestamp(int(text) / 1000, UTC)


def _serial(text: str) -> datetime:
    return _SERIAL_BEGINS + timedelta(seconds=round(float(text) * 86_400))


COUNTS = {
    "epoch": (re.compile(r"\d{9,10}(?:\.\d+)?", re.ASCII), _epoch),
    "epoch_ms": (re.compile(r"\d{12,13}", re.ASCII), _epoch_ms),
    "serial": (re.compile(r"[1-9]\d{4}(?:\.\d+)?", re.ASCII), _serial),
}
"""Times that are one number, by the word under ``time_formats``: since 1970 in seconds (from 1973 on) or milliseconds,
and spreadsheets' days since 1899 (from 1927 on), on the wall clock."""


class SwappedDate(ValueError):
    """A time that only makes sense with day and month the other way round than the mapping says."""


class TimeGrammar:
    """Reads times. What is not understood by itself, because it could mean several things, a mapping has to say.

    Understood are dates that begin with the year, divided by ``-``, ``/`` or ``.``, with ``T`` or spaces before the
    time, 24 or 12 hours, and at the end an offset (``Z``, ``+00``, ``-0500``, ``-05:00``), the name of a zone, or what
    the mapping's own zone is called (``EST``).

    :param formats: of ``strptime``, or words of ``COUNTS``.
    """

    def __init__(self, zone: ZoneInfo, formats: Sequence[str] = ()) -> None:
        self._zone = zone
        self._counts = [COUNTS[each] for each in formats if each in COUNTS]
        self._formats = [each.replace("%Z", "").strip() for each in formats if each not in COUNTS]
        self._year_month_day = not any(each.startswith("%Y") for each in self._formats)
        self._swapped = [_swap(each) for each in self._formats if {"%m", "%d"} <= set(re.findall("%[a-zA-Z]", each))]

    def read(self, text: str) -> datetime:
        """Return a time; it has no zone where the text names none, and the mapping's wall clock is meant.

        :raises SwappedDate: when day and month seem to be swapped.
        :raises ValueError: when the text is not a time, with a hint.
        """
        try:
            if self._year_month_day and text[4:5] == "-" and text[:4].isdigit():
                return datetime.fromisoformat(text)
        except ValueError:
            pass
        if found := self._plain(text):
            return found
        if zone := _ZONE.search(text):
            clock = text[: zone.start()].rstrip()
            local = self._plain(clock) if ":" in clock else None
            if local and local.tzinfo is None:
                return local.replace(tzinfo=self._named(zone[1], local))
        self._explain(text)
        raise ValueError("")

    def _plain(self, text: str) -> datetime | None:
        """Read a time that does not name a zone."""
        if found := _first(text, self._formats):
            return found
        try:
            for pattern, count in self._counts:
                if pattern.fullmatch(text):
                    return count(text)
            if found_date := _YEAR_FIRST.fullmatch(text):
                return _from_parts(*found_date.groups())
            return datetime.strptime(text, "%Y%m%d") if len(text) == 8 and text.isdecimal() else None  # noqa: DTZ007
        except (ValueError, OverflowError, OSError):
            return None

    def _named(self, name: str, local: datetime) -> tzinfo:
        if name.upper() in ("Z", "UTC", "GMT"):
            return UTC
        if name[0] in "+-":
            digits = name[1:].replace(":", "").ljust(4, "0")
            shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
            return timezone(-shift if name[0] == "-" else shift)
        if "/" in name:
            try:
                return ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError):
                raise ValueError(f"there is no time zone {name}") from None
        offset = _names(self._zone, local.year).get(name.upper())
        if offset is None:
            raise ValueError(f"{name} is not what the time of {self._zone} is called")
        return timezone(offset)

    def _explain(self, text: str) -> None:
        if _first(text, self._swapped):
            raise SwappedDate("day and month seem to be the other way round than time_formats says")
        for word, (pattern, _) in COUNTS.items():
            if pattern.fullmatch(text):
                raise ValueError(f"if it is one, say {word} under time_formats")


def _first(text: str, formats: Sequence[str]) -> datetime | None:
    for each in formats:
        try:
            return datetime.strptime(text, each)  # noqa: DTZ007 (the zone is the mapping's)
        except ValueError:
            continue
    return None


def _from_parts(
    year: str, month: str, day: str, hour: str | None, minute: str | None, second: str | None, half: str | None
) -> datetime:
    hours = int(hour or 0)
    if half and hours <= 12:  # beyond, the hour says it already
        hours = hours % 12 + (12 if half in "Pp" else 0)
    return datetime(int(year), int(month), int(day), hours, int(minute or 0), int(second or 0))  # noqa: DTZ001


def _swap(form: str) -> str:
    return form.replace("%d", "%\0").replace("%m", "%d").replace("%\0", "%m")


@cache
def _names(zone: ZoneInfo, year: int) -> dict[str, timedelta]:
    """What a zone's time is called in a year, summer and winter."""
    moments = (datetime(year, month, 15, tzinfo=zone) for month in range(1, 13))
    return {(each.tzname() or "").upper(): each.utcoffset() or timedelta() for each in moments}


def on_clock(local: datetime, zone: ZoneInfo, not_before: datetime | None = None) -> tuple[datetime, bool]:
    """Return the moment in UTC at which a wall clock showed a time, and whether it never did: the hour was skipped.

    In the hour that comes twice, it is the first, or the second where only that is not before ``not_before``.
    """
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    moment = first.astimezone(UTC)
    if first.utcoffset() == second.utcoffset():
        return moment, False
    later = second.astimezone(UTC)
    if later < moment:  # in the hour that never was, the first reading is the later one
        return moment, True
    return (later if not_before and moment < not_before <= later else moment), False

"""What a text about a service request may name: the facts that stand in for its placeholders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The facts of one service request, all of which everybody may see."""

    number: str | None
    service: str
    department: str
    place: str | None = None
    text: str | None = None
    """What staff wrote."""
    expected: datetime | None = None
    scheduled: datetime | None = None
    photo: str | None = None
    """The URL of a photo of the work."""

    def filled(self, city: str, zone: str, language: str | None) -> dict[str, str]:
        """Return the facts by placeholder, days written in a language and time zone; what is unknown is empty."""
        return {
            "city": city,
            "number": self.number or "",
            "service": self.service,
            "department": self.department,
            "place": self.place or "",
            "text": self.text or "",
            # What is due at midnight is due by the day that ends then.
            "expected": day(self.expected and self.expected - timedelta(microseconds=1), zone, language),
            "scheduled": day(self.scheduled, zone, language),
            "photo": self.photo or "",
        }


def day(moment: datetime | None, zone: str, language: str | None) -> str:
    """Return a day as readers of a language write it in full, or an empty text for None."""
    return format_date(moment.astimezone(ZoneInfo(zone)), "full", _locale(language)) if moment else ""


def _locale(language: str | None) -> Locale:
    try:
        return Locale.parse(language or "en", sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale("en")

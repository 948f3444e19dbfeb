"""Turn one row of a city's CSV file into one case, as the mapping says, and count everything that was amended."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from open311.actions.city.import_batch import Case
from open311.catalog.city import Jurisdiction
from open311.catalog.mapping import ImportMapping
from open311.domain.definition import Service
from open311.domain.draft import clean_line, clean_text, web_address
from open311.domain.exposure import Moderation, Publishing, first_moderation
from open311.domain.intake import Intake
from open311.domain.lifecycle import PUBLISHED, Outcome, Status
from open311.domain.place import Point

_LAT_LONG = re.compile(r"\(?\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*\)?")
_POINT = re.compile(r"POINT\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)\s*\)", re.IGNORECASE)

HANDLED_TEXTS = {
    "number_missing": "without a number: one was made from the row",
    "status_missing": "without a status that the mapping knows: taken as it says",
    "service_unknown": "of a service that is not in the catalogue: taken as the service that the mapping names",
    "coordinates_missing": "without coordinates: taken without a point",
    "coordinates_outside": "with coordinates outside the jurisdiction",
    "closed_without_time": "closed without a closing time: taken as the mapping says",
    "closed_before_requested": "closed before they were requested: taken as closed when requested",
    "updated_before_requested": "updated before they were requested: taken as updated when requested",
    "expected_before_requested": "expected before they were requested: kept as they are",
    "left_alone": "filed here, or worked on here since: left as they are",
    "repeated": "with a number that came before in the file: refused",
}
"""What an import counts, by its key, in the words of the import's report."""


class Refused(Exception):
    """A row that does not become a case; the message is the reason that the file of rejects gives."""


class Rows:
    """Turns rows into cases. ``handled`` counts what was unusual about them, by the keys of ``HANDLED_TEXTS``.

    :raises Refused: when the file has no column with the requested time, or the mapping names an unknown service.
    """

    def __init__(self, mapping: ImportMapping, jurisdiction: Jurisdiction, columns: Sequence[str]) -> None:
        self.mapping, self.jurisdiction = mapping, jurisdiction
        self.handled: Counter[str] = Counter()
        self.zone = ZoneInfo(mapping.zone)
        self._seen: set[str] = set()
        self._width = len(columns)
        self._positions = defaultdict[str, list[int]](list) | {
            ours: [columns.index(name) for name in theirs if name in columns]
            for ours, theirs in mapping.columns.items()
        }
        if not self._positions["requested_datetime"]:
            raise Refused(f"the file has no column {' or '.join(mapping.columns['requested_datetime'])}")
        for code in self._named_services():
            if code not in jurisdiction.services:
                raise Refused(f"the mapping names the service {code!r}, which {jurisdiction.name} does not have")
        self._by_name = {service.service_name.casefold(): service for service in jurisdiction.services.values()}

    @property
    def absent(self) -> list[str]:
        """The fields for which the file has none of the columns that the mapping names."""
        return [field for field in self.mapping.columns if not self._positions[field]]

    def _named_services(self) -> set[str]:
        fallback = self.mapping.when.service_unknown
        return {*self.mapping.services.values(), *({fallback} - {"reject"})}

    def case(self, row: Sequence[str]) -> Case:
        """Return the case that a row describes.

        :raises Refused: when the row cannot become a case, with the reason.
        """
        if len(row) != self._width:
            raise Refused(f"{len(row)} values under {self._width} columns")
        when = self.mapping.when
        service = self._service(row)
        requested = self._moment(row, "requested_datetime")
        if requested is None:
            raise Refused("no requested time")
        number = self._number(row)
        status, notes = self._status(row), clean_text(self._text(row, "status_notes"))
        outcome = self._outcome(row, notes) if status is Status.CLOSED else None
        closed = self._closed(row, status, requested)
        updated = self._moment(row, "updated_datetime") or closed or requested
        if updated < requested:
            self.handled["updated_before_requested"] += 1
            updated = requested
        expected = self._moment(row, "expected_datetime")
        if expected and expected < requested:
            self.handled["expected_before_requested"] += 1
        point = self._point(row)
        if point is None and when.coordinates_missing == "reject":
            raise Refused("no coordinates")
        return Case(
            service_request_id=number,
            service_code=service.service_code,
            service_name=service.service_name,
            department=service.department,
            agency_responsible=clean_line(self._text(row, "agency_responsible")) or service.agency_responsible,
            service_notice=clean_text(self._text(row, "service_notice")) or service.service_notice or None,
            description=clean_text(self._text(row, "description")) or None,
            status=status.value,
            outcome=outcome.value if outcome else None,
            status_notes=notes or None,
            long=point.long if point else None,
            lat=point.lat if point else None,
            address=clean_line(self._text(row, "address")) or None,
            address_id=clean_line(self._text(row, "address_id")) or None,
            zipcode=clean_line(self._text(row, "zipcode")) or None,
            media_url=web_address(self._text(row, "media_url")) or None,
            requested_datetime=requested,
            updated_datetime=updated,
            expected_datetime=expected,
            closed_datetime=closed,
            channel=self._channel(row),
            moderation=self._moderation(service).value,
        )

    def _text(self, row: Sequence[str], field: str) -> str:
        """Return the first of a field's columns that is not empty."""
        for position in self._positions[field]:
            if text := row[position]:
                return text
        return ""

    def _service(self, row: Sequence[str]) -> Service:
        known = self.jurisdiction.services
        code, name = self._text(row, "service_code").strip(), self._text(row, "service_name").strip()
        for theirs in (code, name):
            if theirs in self.mapping.services:
                return known[self.mapping.services[theirs]]
        service = known.get(code) or self._by_name.get(name.casefold())
        if service is None:
            if self.mapping.when.service_unknown == "reject":
                raise Refused(f"unknown service {code or name or '(none)'!r}")
            self.handled["service_unknown"] += 1
            return known[self.mapping.when.service_unknown]
        return service

    def _number(self, row: Sequence[str]) -> str:
        number = clean_line(self._text(row, "service_request_id"))
        if not number:
            if self.mapping.when.number_missing == "reject":
                raise Refused("no number")
            number = self._made_number(row)
        elif number in self._seen:
            self.handled["repeated"] += 1
            raise Refused(f"the number {number} came before in this file")
        self._seen.add(number)
        return number

    def _made_number(self, row: Sequence[str]) -> str:
        """Derive a number from the row itself, so that every import makes the same; equal rows are counted."""
        self.handled["number_missing"] += 1
        for copy in range(1_000_000):
            content = "\x1f".join(row) + f"\x1f{copy}"
            number = "H" + hashlib.blake2b(content.encode(), digest_size=8).hexdigest()
            if number not in self._seen:
                return number
        raise Refused("too many equal rows")

    def _status(self, row: Sequence[str]) -> Status:
        word = self._text(row, "status").strip()
        found = self.mapping.statuses.get(word.casefold())
        if found is not None:
            return found
        if self.mapping.when.status_missing == "reject":
            raise Refused(f"unknown status {word!r}")
        self.handled["status_missing"] += 1
        return Status(self.mapping.when.status_missing)

    def _outcome(self, row: Sequence[str], notes: str) -> Outcome:
        by_status = self.mapping.status_outcomes.get(self._text(row, "status").strip().casefold())
        return by_status or self.mapping.outcomes.get(notes.casefold(), Outcome.RESOLVED)

    def _closed(self, row: Sequence[str], status: Status, requested: datetime) -> datetime | None:
        if PUBLISHED[status] == "open":
            return None
        when = self.mapping.when
        closed = self._moment(row, "closed_datetime")
        if closed is None:
            if when.closed_without_time == "reject":
                raise Refused("closed without a closing time")
            self.handled["closed_without_time"] += 1
            closed = self._moment(row, "updated_datetime") if when.closed_without_time == "updated" else None
            return max(closed or requested, requested)
        if closed < requested:
            if when.closed_before_requested == "reject":
                raise Refused("closed before it was requested")
            self.handled["closed_before_requested"] += 1
            return requested
        return closed

    def _moment(self, row: Sequence[str], field: str) -> datetime | None:
        text = self._text(row, field).strip()
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = self._formatted(text, field)
        if moment.tzinfo is UTC and not moment.microsecond:
            return moment
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone)
        try:
            return moment.astimezone(UTC).replace(microsecond=0)
        except OverflowError:
            raise Refused(f"{field}: {text!r} is not a time") from None

    def _formatted(self, text: str, field: str) -> datetime:
        for each in self.mapping.time_formats:
            try:
                return datetime.strptime(text, each)  # noqa: DTZ007 (the caller gives it the city's zone)
            except ValueError:
                continue
        raise Refused(f"{field}: {text!r} is not a time")

    def _point(self, row: Sequence[str]) -> Point | None:
        lat, long = self._text(row, "lat").strip(), self._text(row, "long").strip()
        if not (lat and long):
            lat, long = _coordinates(self._text(row, "location"))
        try:
            point = Point(float(long), float(lat)) if lat and long else None
        except ValueError:
            point = None
        if point is None or (point.lat == 0 and point.long == 0):
            self.handled["coordinates_missing"] += 1
            return None
        bounds = self.jurisdiction.bounds
        if bounds and not bounds.contains(point):
            self.handled["coordinates_outside"] += 1
            if self.mapping.when.coordinates_outside == "reject":
                raise Refused(f"{point.lat}, {point.long} lies outside {self.jurisdiction.name}")
            return point if self.mapping.when.coordinates_outside == "keep" else None
        return point

    def _channel(self, row: Sequence[str]) -> str:
        word = clean_line(self._text(row, "channel"))
        return self.mapping.channels.get(word, word) or Intake.IMPORT

    def _moderation(self, service: Service) -> Moderation:
        if self.mapping.published and service.publishing is Publishing.REVIEWED:
            return Moderation.APPROVED
        return first_moderation(service.publishing)


def _coordinates(text: str) -> tuple[str, str]:
    """Read latitude and longitude from ``(lat, lon)`` or ``POINT (lon lat)``; two empty texts if it is neither."""
    if found := _POINT.fullmatch(text.strip()):
        return found[2], found[1]
    if found := _LAT_LONG.fullmatch(text.strip()):
        return found[1], found[2]
    return "", ""

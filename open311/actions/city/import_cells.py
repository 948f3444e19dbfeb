"""Read the cells of a city's CSV file: texts without words for nothing, codes, times and places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from open311.actions.city.import_report import Refused, Report
from open311.catalog.city import Jurisdiction
from open311.catalog.mapping import ImportMapping
from open311.domain.cell import NULL_WORDS, is_error, is_rounded, plain_number, without_apostrophe, without_formula
from open311.domain.coordinates import read_point, split_location
from open311.domain.moment import now
from open311.domain.place import Point
from open311.domain.time_grammar import SwappedDate, TimeGrammar, on_clock

MAX_PROMISE = timedelta(days=20 * 366)
"""How far in the future a time may lie for which something was promised."""

_PROSE = {"description", "status_notes", "service_notice", "address", "agency_responsible"}
_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
"""What counting from 1970 makes of no time."""
_NO_TIME = "a time that cannot be read"


class Cells:
    """Reads the cells of rows by our names of fields.

    :raises Refused: when the file has no column with the requested time.
    """

    def __init__(
        self, mapping: ImportMapping, jurisdiction: Jurisdiction, columns: Sequence[str], report: Report
    ) -> None:
        self._report, self._jurisdiction, self._mapping = report, jurisdiction, mapping
        self._zone = ZoneInfo(mapping.zone)
        self._grammar = TimeGrammar(self._zone, mapping.time_formats)
        self._now = now()
        self._columns = columns
        self._earliest = datetime.combine(mapping.earliest, time(), self._zone).astimezone(UTC)
        self._positions = {ours: list(_positions(theirs, columns)) for ours, theirs in mapping.columns.items()}
        if not self._positions["requested_datetime"]:
            wanted = " or ".join(mapping.columns["requested_datetime"])
            raise Refused(f"the file has no column {wanted}; it has {', '.join(columns[:40])}")
        self._nothing = _null_words(mapping, jurisdiction)
        self._longest = max(map(len, NULL_WORDS | mapping.null_words))

    @property
    def absent(self) -> list[str]:
        """The fields for which the file has none of the columns that the mapping names."""
        return [field for field, positions in self._positions.items() if not positions]

    @property
    def twice(self) -> list[str]:
        """The columns that the mapping reads and that the file has several times; the first of them is read."""
        read = {position for positions in self._positions.values() for position in positions}
        return sorted({self._columns[each] for each in read if self._columns.count(self._columns[each]) > 1})

    def text(self, row: Sequence[str], field: str) -> str:
        """Return the first of a field's columns that says something; empty if none does."""
        for position in self._positions.get(field, ()):
            text = row[position].strip()
            if text and text[0] in "#='":
                text = self._unmarked(text, field)
            if text and (len(text) > self._longest or text.casefold() not in self._nothing[field]):
                return text
        return ""

    def as_written(self, row: Sequence[str], field: str) -> str:
        """Return the first of a field's columns that is not empty, as it stands there."""
        return next((text for position in self._positions.get(field, ()) if (text := row[position].strip())), "")

    def _unmarked(self, text: str, field: str) -> str:
        """Return a cell without what only means something in a spreadsheet."""
        if is_error(text):
            self._report.note("spreadsheet_errors", text)
            return ""
        plain = without_formula(text)
        if plain and field not in _PROSE:
            plain = without_apostrophe(plain)
        if plain != text:
            self._report.note("spreadsheet_marks", text)
        return plain

    def code(self, row: Sequence[str], field: str, *, needed: bool = False) -> str:
        """Return a number or another code as it was before a spreadsheet wrote it; one that was rounded is empty.

        :raises Refused: when it was rounded, and is ``needed``.
        """
        text = self.text(row, field)
        if not text or text.isdigit():
            return text
        if is_rounded(text):
            if needed:
                raise Refused(f"{text} was a longer number before a spreadsheet rounded it", "a rounded number")
            self._report.note("spreadsheet_rounded", text)
            return ""
        plain = plain_number(text)
        if plain != text:
            self._report.note("spreadsheet_marks", text)
        return plain

    def looks_like_row(self, values: list[str]) -> bool:
        """Whether values are a row of their own: their requested time can be read, and no quotation mark is before."""
        for position in self._positions["requested_datetime"]:
            if position < len(values) and values[position] and not any('"' in each for each in values[: position + 1]):
                try:
                    self._grammar.read(values[position].strip())
                except ValueError:
                    continue
                return True
        return False

    def moment(self, row: Sequence[str], field: str, not_before: datetime | None = None) -> datetime | None:
        """Return a time in UTC, or None if there is none, or one that cannot be right.

        :param not_before: decides which hour is meant when clocks go back.
        :raises Refused: when it cannot be read.
        """
        text = self.text(row, field)
        if not text:
            return None
        try:
            moment = self._grammar.read(text)
            if moment.tzinfo is not UTC:
                moment = self._in_utc(moment, text, not_before)
        except SwappedDate as fault:
            raise Refused(f"{field}: {text!r}: {fault}", f"{fault}, so other dates may be read wrong") from None
        except OverflowError:
            moment = datetime.max.replace(tzinfo=UTC)
        except ValueError as fault:
            raise Refused(
                f"{field}: {text!r} is not a time" + (f" ({fault})" if str(fault) else ""), _NO_TIME
            ) from None
        moment = moment.replace(microsecond=0) if moment.microsecond else moment
        latest = self._now + MAX_PROMISE if field == "expected_datetime" else self._now
        if self._earliest <= moment <= latest and moment != _ZERO:
            return moment
        if field == "requested_datetime":
            raise Refused(f"{field}: {text!r} cannot be right", "requested in the future or too long ago")
        self._report.note("time_implausible", f"{field} {text}")
        return None

    def _in_utc(self, moment: datetime, text: str, not_before: datetime | None) -> datetime:
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        moment, skipped = on_clock(moment, self._zone, not_before)
        if skipped:
            self._report.note("hour_skipped", text)
        return moment

    def point(self, row: Sequence[str]) -> Point | None:
        """Return where it is; None if that is not known, or as the mapping says.

        :raises Refused: when the mapping refuses such a row.
        """
        when = self._mapping.when
        lat, long = self.text(row, "lat"), self.text(row, "long")
        if not (lat and long):
            lat, long = split_location(self.text(row, "location"))
        try:
            point = read_point(lat, long, self._jurisdiction.bounds) if lat and long else None
        except ValueError as seems:
            given = lat if lat == long else f"{lat}, {long}"
            if when.coordinates_unreadable == "reject":
                raise Refused(f"coordinates {given!r}: {seems}", "coordinates that cannot be read") from None
            self._report.note("coordinates_unreadable", f"{given}: {seems}")
            return None
        if point is None:
            self._report.note("coordinates_missing")
            return None
        bounds = self._jurisdiction.bounds
        if bounds and not bounds.contains(point):
            self._report.note("coordinates_outside", f"{lat}, {long}")
            if when.coordinates_outside == "reject":
                name = self._jurisdiction.name
                raise Refused(f"{point.lat}, {point.long} lies outside {name}", f"it lies outside {name}")
            return point if when.coordinates_outside == "keep" else None
        return point


def _positions(names: Sequence[str], columns: Sequence[str]) -> Iterator[int]:
    """Yield where columns with these names are, in any case; of two with one name, the first."""
    folded = [name.casefold() for name in columns]
    for name in names:
        if name in columns:
            yield columns.index(name)
        elif name.casefold() in folded:
            yield folded.index(name.casefold())


def _null_words(mapping: ImportMapping, jurisdiction: Jurisdiction) -> dict[str, frozenset[str]]:
    """The words that mean nothing, by field: what the mapping or the catalogue gives a meaning does not."""
    words = NULL_WORDS | mapping.null_words
    services = {*jurisdiction.services, *mapping.services, *(s.service_name for s in jurisdiction.services.values())}
    meant = {
        "status": {*mapping.statuses},
        "service_code": services,
        "service_name": services,
        "status_notes": {*mapping.outcomes},
        "channel": {*mapping.channels},
    }
    return {field: words - {word.casefold() for word in meant.get(field, ())} for field in mapping.columns}

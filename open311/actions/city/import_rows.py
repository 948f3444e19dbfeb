"""Turn one row of a city's CSV file into one case, as the mapping says, and count everything that was amended."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from open311.actions.city.import_batch import Case
from open311.actions.city.import_cells import Cells
from open311.actions.city.import_report import Refused, Report
from open311.catalog.city import Jurisdiction
from open311.catalog.mapping import ImportMapping
from open311.domain.definition import Service
from open311.domain.draft import clean_line, clean_text, web_address
from open311.domain.exposure import Moderation, Publishing, first_moderation
from open311.domain.intake import Intake
from open311.domain.lifecycle import PUBLISHED, Outcome, Status
from open311.domain.number import number_fault


class Rows:
    """Turns rows into cases. ``report`` counts what was unusual about them.

    :raises Refused: when the file has no column with the requested time, or the mapping names an unknown service.
    """

    def __init__(
        self, mapping: ImportMapping, jurisdiction: Jurisdiction, columns: Sequence[str], report: Report
    ) -> None:
        self.mapping, self.jurisdiction, self.report = mapping, jurisdiction, report
        self.cells = Cells(mapping, jurisdiction, columns, report)
        self._seen: set[str] = set()
        self._columns = list(columns)
        for code in self._named_services():
            if code not in jurisdiction.services:
                raise Refused(f"the mapping names the service {code!r}, which {jurisdiction.name} does not have")
        self._by_name = {service.service_name.casefold(): service for service in jurisdiction.services.values()}

    def begins(self, values: list[str]) -> bool:
        """Whether these values are a row of their own; asked of the lines inside quotation marks."""
        return len(values) == len(self._columns) and self.cells.looks_like_row(values)

    def _named_services(self) -> set[str]:
        fallback = self.mapping.when.service_unknown
        return {*self.mapping.services.values(), *({fallback} - {"reject"})}

    def case(self, row: Sequence[str]) -> Case:
        """Return the case that a row describes.

        :raises Refused: when the row cannot become a case, with the reason.
        """
        if len(row) != len(self._columns):
            raise Refused(f"{len(row)} values under {len(self._columns)} columns", "more or fewer values than columns")
        if row[0].strip() == self._columns[0] and [name.strip() for name in row] == self._columns:
            raise Refused("the names of the columns again")
        text, code, moment = self.cells.text, self.cells.code, self.cells.moment
        service = self._service(row)
        requested = moment(row, "requested_datetime")
        if requested is None:
            raise Refused("no requested time")
        number = self._number(row)
        status, notes = self._status(row), clean_text(text(row, "status_notes"))
        outcome = self._outcome(row, notes) if status is Status.CLOSED else None
        changed = moment(row, "updated_datetime", requested)
        closed = self._closed(row, status, requested, changed)
        updated = changed or closed or requested
        if updated < requested:
            self.report.note("updated_before_requested")
            updated = requested
        expected = moment(row, "expected_datetime")
        if expected and expected < requested:
            self.report.note("expected_before_requested")
        point = self.cells.point(row)
        if point is None and self.mapping.when.coordinates_missing == "reject":
            raise Refused("no coordinates")
        self._seen.add(number)
        self.report.taken(requested)
        return Case(
            service_request_id=number,
            service_code=service.service_code,
            service_name=service.service_name,
            department=service.department,
            agency_responsible=clean_line(text(row, "agency_responsible")) or service.agency_responsible,
            service_notice=clean_text(text(row, "service_notice")) or service.service_notice or None,
            description=clean_text(text(row, "description")) or None,
            status=status.value,
            outcome=outcome.value if outcome else None,
            status_notes=notes or None,
            long=point.long if point else None,
            lat=point.lat if point else None,
            address=clean_line(text(row, "address")) or None,
            address_id=clean_line(code(row, "address_id")) or None,
            zipcode=clean_line(code(row, "zipcode")) or None,
            media_url=web_address(text(row, "media_url")) or None,
            requested_datetime=requested,
            updated_datetime=updated,
            expected_datetime=expected,
            closed_datetime=closed,
            channel=self._channel(row),
            moderation=self._moderation(service).value,
        )

    def _service(self, row: Sequence[str]) -> Service:
        known = self.jurisdiction.services
        code, name = self.cells.code(row, "service_code"), self.cells.text(row, "service_name")
        for theirs in (code, name):
            if theirs in self.mapping.services:
                return known[self.mapping.services[theirs]]
        service = known.get(code) or self._by_name.get(name.casefold())
        if service is None:
            word = code or name or self.cells.as_written(row, "service_code") or "(none)"
            if self.mapping.when.service_unknown == "reject":
                raise Refused(f"unknown service {word!r}", "unknown service", word)
            self.report.note("service_unknown", word)
            return known[self.mapping.when.service_unknown]
        return service

    def _number(self, row: Sequence[str]) -> str:
        number = clean_line(self.cells.code(row, "service_request_id", needed=True))
        if not number:
            if self.mapping.when.number_missing == "reject":
                raise Refused("no number")
            return self._made_number(row)
        if fault := number_fault(number):
            raise Refused(f"the number {number[:200]!r} cannot be opened: {fault}", "a number that no address can have")
        if number in self._seen:
            self.report.note("repeated", number)
            raise Refused(f"the number {number} came before in this file", "a number that came before in this file")
        return number

    def _made_number(self, row: Sequence[str]) -> str:
        """Derive a number from the row itself, so that every import makes the same; equal rows are counted."""
        self.report.note("number_missing")
        for copy in range(1_000_000):
            content = "\x1f".join(row) + f"\x1f{copy}"
            number = "H" + hashlib.blake2b(content.encode(errors="replace"), digest_size=8).hexdigest()
            if number not in self._seen:
                return number
        raise Refused("too many equal rows")

    def _status(self, row: Sequence[str]) -> Status:
        word = self.cells.text(row, "status")
        found = self.mapping.statuses.get(word.casefold())
        dated = self.cells.text(row, "closed_datetime")
        if found is not None:
            if dated and PUBLISHED[found] == "open":
                self.report.note("open_with_closing_time", f"{word}, {dated}")
            return found
        word = word or self.cells.as_written(row, "status")
        if self.mapping.when.status_missing == "reject":
            raise Refused(f"unknown status {word!r}", "unknown status", word)
        if dated:
            self.report.note("closed_by_time", word)
            return Status.CLOSED
        self.report.note("status_missing", word)
        return Status(self.mapping.when.status_missing)

    def _outcome(self, row: Sequence[str], notes: str) -> Outcome:
        by_status = self.mapping.status_outcomes.get(self.cells.text(row, "status").casefold())
        return by_status or self.mapping.outcomes.get(notes.casefold(), Outcome.RESOLVED)

    def _closed(
        self, row: Sequence[str], status: Status, requested: datetime, updated: datetime | None
    ) -> datetime | None:
        if PUBLISHED[status] == "open":
            return None
        when = self.mapping.when
        closed = self.cells.moment(row, "closed_datetime", requested)
        if closed is None:
            if when.closed_without_time == "reject":
                raise Refused("closed without a closing time")
            self.report.note("closed_without_time")
            closed = updated if when.closed_without_time == "updated" else None
            return max(closed or requested, requested)
        if closed < requested:
            if when.closed_before_requested == "reject":
                raise Refused("closed before it was requested")
            self.report.note("closed_before_requested")
            return requested
        return closed

    def _channel(self, row: Sequence[str]) -> str:
        word = clean_line(self.cells.text(row, "channel"))
        return self.mapping.channels.get(word, word) or Intake.IMPORT

    def _moderation(self, service: Service) -> Moderation:
        if self.mapping.published and service.publishing is Publishing.REVIEWED:
            return Moderation.APPROVED
        return first_moderation(service.publishing)

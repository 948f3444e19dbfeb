"""Read past service requests as routing rules see them, to try the rules on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from open311.domain.routing import Facts
from open311.queries.places.membership import BOUNDARY_NAME, containing
from open311.queries.reading import Statement, fetch_dicts

_PAST = Statement(
    f"""
    SELECT r.service_request_id, r.department, r.team, r.priority, r.service_code, r.requested_datetime, r.channel,
           coalesce(r.description, '') AS description,
           (SELECT coalesce(json_object_agg(a.code, a.values), '{{}}')
            FROM answer a WHERE a.service_request = r.key) AS answers,
           ARRAY(SELECT {BOUNDARY_NAME} {containing("r.point", "r.jurisdiction")}) AS boundaries
    FROM service_request r
    WHERE r.jurisdiction = :jurisdiction AND r.requested_datetime >= :since
    ORDER BY r.requested_datetime DESC LIMIT :limit
    """
)


@dataclass(frozen=True, slots=True)
class PastRequest:
    """Where a past service request was routed, and the facts that routing rules look at."""

    number: str | None
    department: str
    team: str | None
    priority: int
    facts: Facts


def past_requests(jurisdiction: str, since: datetime, limit: int) -> Iterator[PastRequest]:
    """Yield at most ``limit`` service requests since a moment, newest first, with the boundaries they lie in."""
    for row in fetch_dicts(_PAST, {"jurisdiction": jurisdiction, "since": since, "limit": limit}):
        facts = Facts(
            service_code=row["service_code"],
            moment=row["requested_datetime"],
            channel=row["channel"],
            text=row["description"],
            boundaries=frozenset(row["boundaries"]),
            answers=row["answers"],
        )
        yield PastRequest(row["service_request_id"], row["department"], row["team"], row["priority"], facts)

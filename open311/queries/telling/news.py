"""What a public update of a service request is to those who follow something: which targets it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from open311.domain.event import event_of
from open311.domain.news import News, Target, TargetKind
from open311.domain.place import Point
from open311.queries.places.membership import BOUNDARY_NAME
from open311.queries.reading import Statement, fetch_one_as

# What others than the reporter hear is what everybody may see, so the place is the published one.
_UPDATE = Statement(
    f"""
    SELECT u.key, u.kind, u.status, u.description AS text, u.changes, u.actor, r.jurisdiction, r.service_code,
           p.service_request IS NOT NULL AS public, ST_X(p.point) AS long, ST_Y(p.point) AS lat,
           ARRAY(SELECT {BOUNDARY_NAME}
                 FROM request_boundary tag
                 JOIN boundary b ON b.key = tag.boundary
                 JOIN layer_in_force l ON l.key = b.layer
                 WHERE tag.service_request = r.key) AS boundaries
    FROM service_request_update u
    JOIN service_request r ON r.key = u.service_request
    LEFT JOIN publication p ON p.service_request = r.key
    WHERE u.service_request = :service_request
      AND (u.uuid::text = :update_id OR (CAST(:update_id AS text) IS NULL AND u.status IS NOT NULL))
    ORDER BY u.key LIMIT 1
    """
)


@dataclass(frozen=True, slots=True)
class _Update:
    key: int
    kind: str
    status: str | None
    text: str | None
    changes: dict[str, Any] | None
    actor: str
    jurisdiction: str
    service_code: str
    public: bool
    long: float | None
    lat: float | None
    boundaries: list[str]


def news_of_update(service_request: int, update_id: str | None) -> News | None:
    """Return the news that an update is, or None where it tells people nothing.

    ``update_id`` is the UUID of the update; None stands for the filing of the service request.
    """
    update = fetch_one_as(_Update, _UPDATE, {"service_request": service_request, "update_id": update_id})
    if update is None:
        return None
    event = event_of(
        kind=update.kind, changes=update.changes, status=update.status, text=update.text, actor=update.actor
    )
    if event is None:
        return None
    wide = event.kind.wide and update.public
    here = Point(update.long, update.lat) if update.long is not None and update.lat is not None else None
    return News(
        event=event,
        about=f"update:{update.key}",
        jurisdiction=update.jurisdiction,
        targets=(Target(TargetKind.SERVICE_REQUEST, str(service_request)), *(_around(update) if wide else ())),
        point=here if wide else None,
        public=update.public,
        service_request=service_request,
        update=update.key,
    )


def _around(update: _Update) -> Iterator[Target]:
    yield Target(TargetKind.SERVICE, update.service_code)
    for boundary in update.boundaries:
        yield Target(TargetKind.BOUNDARY, boundary)

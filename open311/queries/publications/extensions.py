"""What ``extensions=true`` adds to published service requests: five queries, however many requests there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from open311.domain.exposure import Moderation
from open311.queries.reading import Statement, fetch_as


@dataclass(frozen=True, slots=True)
class Case:
    """What is public of a service request beyond GeoReport v2."""

    key: int
    detailed_status: str
    outcome: str | None
    channel: str
    service_code: str
    moderation: str
    withheld: list[str]
    sample: bool
    me_too: int
    media_url: str | None
    changed_datetime: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """A public answer to a question of the service."""

    service_request: int
    code: str
    question: str
    values: list[str]
    names: list[str]


@dataclass(frozen=True, slots=True)
class Note:
    """A public entry in the history."""

    service_request: int
    kind: str
    status: str | None
    outcome: str | None
    description: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Tag:
    """A boundary that contains the public point."""

    service_request: int
    layer: str
    vintage: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Photo:
    """An approved photo, by the names of its files."""

    service_request: int
    file: str
    thumbnail: str
    width: int
    height: int
    kind: str
    alt_text: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Extensions:
    """What ``extensions=true`` adds to one service request, before the service's settings hide some of it."""

    case: Case
    answers: list[Answer]
    notes: list[Note]
    tags: list[Tag]
    photos: list[Photo]


# Every statement joins the publication: what is not published has no extensions either.
_CASES = Statement(
    """
    SELECT r.key, r.status AS detailed_status, r.outcome, r.channel, r.service_code, r.moderation, r.withheld,
           coalesce(r.origin = 'sample', false) AS sample,
           (SELECT count(*) FROM endorsement e WHERE e.service_request = r.key) AS me_too,
           r.media_url,
           p.updated_datetime AS changed_datetime
    FROM service_request r JOIN publication p ON p.service_request = r.key
    WHERE r.key = ANY(:keys)
    """
)
_ANSWERS = Statement(
    """
    SELECT a.service_request, a.code, a.question, a.values, a.names
    FROM answer a JOIN publication p ON p.service_request = a.service_request
    WHERE a.service_request = ANY(:keys) AND a.public
    ORDER BY a.service_request, a.position
    """
)
_NOTES = Statement(
    """
    SELECT u.service_request, u.kind, u.status, u.outcome, u.description, u.occurred_at
    FROM service_request_update u JOIN publication p ON p.service_request = u.service_request
    WHERE u.service_request = ANY(:keys) AND u.public
    ORDER BY u.service_request, u.occurred_at, u.key
    """
)
_TAGS = Statement(
    """
    SELECT tag.service_request, l.layer, l.vintage, b.code, b.name
    FROM request_boundary tag
    JOIN boundary b ON b.key = tag.boundary
    JOIN boundary_layer l ON l.key = b.layer
    JOIN publication p ON p.service_request = tag.service_request
    WHERE tag.service_request = ANY(:keys)
    ORDER BY tag.service_request, l.layer, l.valid_from, b.code
    """
)
_PHOTOS = Statement(
    f"""
    SELECT m.service_request, m.file, m.thumbnail, m.width, m.height, m.kind, m.alt_text, m.created_at
    FROM media m JOIN publication p ON p.service_request = m.service_request
    WHERE m.service_request = ANY(:keys) AND m.moderation = '{Moderation.APPROVED}'
    ORDER BY m.service_request, m.key
    """
)


def extensions(keys: Sequence[int]) -> dict[int, Extensions]:
    """The extensions of published service requests by their keys; unpublished ones are left out."""
    given = list(keys)
    answers, notes = _by_case(Answer, _ANSWERS, given), _by_case(Note, _NOTES, given)
    tags, photos = _by_case(Tag, _TAGS, given), _by_case(Photo, _PHOTOS, given)
    return {
        case.key: Extensions(case, answers[case.key], notes[case.key], tags[case.key], photos[case.key])
        for case in fetch_as(Case, _CASES, {"keys": given})
    }


class _OfCase(Protocol):
    @property
    def service_request(self) -> int: ...


_Row = TypeVar("_Row", bound=_OfCase)


def _by_case(row: type[_Row], statement: Statement, keys: list[int]) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = defaultdict(list)
    for each in fetch_as(row, statement, {"keys": keys}):
        found[each.service_request].append(each)
    return found

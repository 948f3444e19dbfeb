"""Read everything about one service request that staff see. Who reported it is in ``queries/cases/people``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from open311.domain.boundary_name import BoundaryName
from open311.domain.errors import NotAllowed
from open311.domain.place import Point
from open311.domain.roles import Act, CaseScope, Grant, may
from open311.queries.cases.neighbors import Other, near, related
from open311.queries.cases.timeline import TimelineEntry, timeline
from open311.queries.places.membership import containing
from open311.queries.places.near import point
from open311.queries.reading import Statement, fetch_as, fetch_one_as


@dataclass(frozen=True, slots=True)
class Facts:
    """The service request itself, and how many other things belong to it."""

    key: int
    jurisdiction: str
    number: str
    version: int
    service_code: str
    service_name: str
    department_code: str
    department: str
    team: str | None
    assignee_key: int | None
    assignee: str | None
    description: str | None
    status: str
    outcome: str | None
    status_notes: str | None
    priority: int
    address: str | None
    zipcode: str | None
    media_url: str | None
    long: float | None
    lat: float | None
    requested: datetime
    updated: datetime
    acknowledged: datetime | None
    acknowledge_by: datetime | None
    expected: datetime | None
    scheduled: datetime | None
    closed: datetime | None
    paused: bool
    paused_at: datetime | None
    look_again_at: datetime | None
    channel: str
    language: str | None
    private: bool
    moderation: str
    withheld: list[str]
    """Which of its texts look like personal data and wait for staff."""
    origin: str | None
    client: str | None
    """The name of the program that filed it, if one did."""
    has_reporter: bool
    private_answers: int
    me_too: int
    followers: int
    published: bool
    duplicate_of: str | None
    """The number of the service request that it is a duplicate of and follows, whoever may read that one."""
    broken: list[str] | None
    """The ``SLAEventKind`` of every event of its promises so far; None if there was none."""

    @property
    def place(self) -> Point | None:
        """The true place; None if it has none."""
        return Point(self.long, self.lat) if self.long is not None and self.lat is not None else None


@dataclass(frozen=True, slots=True)
class Area:
    """A boundary in which the service request lies, by its true place."""

    layer: str
    layer_name: str
    key: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """A question of the service and its answer, as everybody may read them."""

    question: str
    names: list[str]


@dataclass(frozen=True, slots=True)
class CasePhoto:
    """A photo of the service request: the names of its files, and what it shows."""

    file: str
    thumbnail: str
    kind: str
    alt_text: str
    entry: int | None
    """The entry of the history that it came with (its primary key)."""
    at: datetime
    by: str | None
    """Who took a photo of the work: a name, or what stands for one."""

    @property
    def of_work(self) -> bool:
        """Whether it shows the place after the work, not as it was reported."""
        return self.kind == "after"


@dataclass(frozen=True, slots=True)
class PastReferral:
    """A referral to a body outside the city, and what became of it."""

    department: str
    remote_id: str | None
    remote_status: str | None
    created_at: datetime
    ended_at: datetime | None
    fault: str | None


@dataclass(frozen=True)
class CaseFile:
    """A service request with everything that belongs to it."""

    facts: Facts
    scope: CaseScope
    areas: list[Area]
    answers: list[PublicAnswer]
    """The public answers; ``facts`` says how many there are that are not public."""
    photos: list[CasePhoto]
    timeline: list[TimelineEntry]
    relations: list[Other]
    referrals: list[PastReferral]
    near: list[Other] = field(default_factory=list)

    @property
    def number(self) -> str:
        """The public number of the service request."""
        return self.facts.number

    def has_photo(self, name: str) -> bool:
        """Whether a file is one of its photos, or the thumbnail of one."""
        return any(name in (photo.file, photo.thumbnail) for photo in self.photos)


_FACTS = Statement(
    """
    SELECT r.key, r.jurisdiction, r.service_request_id AS number, r.version, r.service_code, r.service_name,
           r.department AS department_code, r.agency_responsible AS department, r.team, r.assignee AS assignee_key,
           a.name AS assignee, r.description, r.status, r.outcome, r.status_notes, r.priority, r.address, r.zipcode,
           r.media_url, ST_X(r.point) AS long, ST_Y(r.point) AS lat, r.requested_datetime AS requested,
           r.updated_datetime AS updated, r.acknowledged_datetime AS acknowledged, r.acknowledge_by,
           r.expected_datetime AS expected, r.scheduled_datetime AS scheduled, r.closed_datetime AS closed,
           r.paused_at IS NOT NULL AS paused, r.paused_at, r.look_again_at, r.channel, r.language, r.private,
           r.moderation, r.withheld, r.origin, c.name AS client,
           EXISTS (SELECT FROM reporter_link l WHERE l.service_request = r.key) AS has_reporter,
           (SELECT count(*)::int FROM answer w WHERE w.service_request = r.key AND NOT w.public) AS private_answers,
           (SELECT count(*)::int FROM endorsement e WHERE e.service_request = r.key) AS me_too,
           (SELECT count(*)::int FROM subscription s WHERE s.service_request = r.key AND s.ended_at IS NULL
                                                       AND s.confirmed_at IS NOT NULL) AS followers,
           EXISTS (SELECT FROM publication p WHERE p.service_request = r.key) AS published,
           (SELECT o.service_request_id FROM relation d JOIN service_request o ON o.key = d.other
            WHERE d.service_request = r.key AND d.kind = 'duplicate_of') AS duplicate_of,
           (SELECT array_agg(DISTINCT e.kind) FROM sla_event e WHERE e.service_request = r.key) AS broken
    FROM service_request r LEFT JOIN account a ON a.key = r.assignee LEFT JOIN api_client c ON c.key = r.api_client
    WHERE r.jurisdiction = :jurisdiction AND r.service_request_id = :number
    """
)
_AREAS = Statement(
    f"""
    SELECT DISTINCT ON (l.layer) l.layer, l.name AS layer_name, b.key, b.code, b.name
    {containing(point())}
    ORDER BY l.layer, b.key
    """
)
_ANSWERS = Statement("SELECT question, names FROM answer WHERE service_request = :key AND public ORDER BY position")
_PHOTOS = Statement(
    """
    SELECT m.file, m.thumbnail, m.kind, m.alt_text, m.service_request_update AS entry, m.created_at AS at,
           coalesce(a.name, u.actor) AS by
    FROM media m LEFT JOIN service_request_update u ON u.key = m.service_request_update
    LEFT JOIN account a ON a.key = u.account
    WHERE m.service_request = :key ORDER BY m.key
    """
)
_REFERRALS = Statement(
    """
    SELECT department, remote_id, remote_status, created_at, ended_at, fault FROM referral
    WHERE service_request = :key ORDER BY key DESC
    """
)


def case_file(jurisdiction: str, number: str, grants: tuple[Grant, ...]) -> CaseFile | None:
    """Return the service request with a number and everything that belongs to it; None if there is none.

    Other service requests, related or near, are among it as far as the grants allow them to be read.

    :raises NotAllowed: when the grants do not allow the service request itself to be read.
    """
    facts = fetch_one_as(Facts, _FACTS, {"jurisdiction": jurisdiction, "number": number})
    if facts is None:
        return None
    key, place = {"key": facts.key}, facts.place
    areas = (
        fetch_as(Area, _AREAS, {"jurisdiction": jurisdiction, "long": facts.long, "lat": facts.lat}) if place else []
    )
    inside = frozenset(str(BoundaryName(area.layer, area.code)) for area in areas)
    scope = CaseScope(jurisdiction, facts.department_code, facts.service_code, inside)
    if not may(grants, Act.READ, scope):
        raise NotAllowed(f"Service request {number} is not within what your role covers")
    return CaseFile(
        facts=facts,
        scope=scope,
        areas=areas,
        answers=fetch_as(PublicAnswer, _ANSWERS, key),
        photos=fetch_as(CasePhoto, _PHOTOS, key),
        timeline=timeline(facts.key),
        relations=related(facts.key, jurisdiction, grants),
        referrals=fetch_as(PastReferral, _REFERRALS, key),
        near=near(facts.key, jurisdiction, place, grants) if place else [],
    )

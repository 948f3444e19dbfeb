"""Everything about one case, as staff see it, and what lies around it. Who reported is in ``queries/cases/people``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text

from open311.domain.roles import Act, CaseScope, Grant
from open311.models.cases.service_request import LIVE
from open311.queries.cases.reach import reach
from open311.queries.places.boundaries import HOLDING_POINT
from open311.queries.reading import Statement, fetch_dicts

NEAR = 50
"""Metres that count as the same place."""
MOST_NEAR = 8
"""How many neighbours are shown, the most recent first."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened: a row of the history, a letter, what a reporter said of the result."""

    at: datetime
    kind: str
    public: bool
    status: str
    outcome: str
    said: str
    """What everybody may read."""
    note: str
    """What only staff may."""
    changes: Mapping[str, list[Any]]
    who: str
    to: str
    """Whom it was assigned to."""


@dataclass(frozen=True, slots=True)
class Other:
    """Another case that has to do with this one, and how."""

    number: str
    service_name: str
    status: str
    requested: datetime
    relation: str = ""
    """``duplicate_of``, ``duplicate``, ``part_of``, ``part``, ``related``; none where it only lies near."""
    metres: int | None = None


@dataclass(frozen=True)
class CaseFile:
    """A case with all that belongs to it."""

    facts: Mapping[str, Any]
    scope: CaseScope
    areas: list[dict[str, Any]]
    answers: list[dict[str, Any]]
    """Those that are public; how many are not stands in ``facts``."""
    photos: list[dict[str, Any]]
    timeline: list[Moment]
    relations: list[Other]
    referrals: list[dict[str, Any]]
    near: list[Other] = field(default_factory=list)

    @property
    def number(self) -> str:
        """Its public number."""
        return str(self.facts["number"])


_FACTS = Statement(
    text(
        """
        SELECT r.key, r.jurisdiction, r.service_request_id AS number, r.version, r.service_code, r.service_name,
               r.department AS department_code, r.agency_responsible AS department, r.team, r.assignee AS assignee_key,
               a.name AS assignee, r.description, r.status, r.outcome, r.status_notes, r.priority, r.address, r.zipcode,
               r.media_url, ST_X(r.point) AS long, ST_Y(r.point) AS lat, r.requested_datetime AS requested,
               r.updated_datetime AS updated, r.acknowledged_datetime AS acknowledged, r.acknowledge_by,
               r.expected_datetime AS expected, r.scheduled_datetime AS scheduled, r.closed_datetime AS closed,
               r.paused_at IS NOT NULL AS paused, r.paused_at, r.look_again_at, r.channel, r.language, r.private,
               r.moderation, r.origin, c.name AS client,
               EXISTS (SELECT FROM reporter_link l WHERE l.service_request = r.key) AS has_reporter,
               (SELECT count(*)::int FROM answer w WHERE w.service_request = r.key AND NOT w.public) AS private_answers,
               (SELECT count(*)::int FROM endorsement e WHERE e.service_request = r.key) AS me_too,
               (SELECT count(*)::int FROM subscription s WHERE s.service_request = r.key AND s.ended_at IS NULL
                                                           AND s.confirmed_at IS NOT NULL) AS followers,
               EXISTS (SELECT FROM publication p WHERE p.service_request = r.key) AS published,
               (SELECT array_agg(DISTINCT e.kind) FROM sla_event e WHERE e.service_request = r.key) AS broken
        FROM service_request r LEFT JOIN account a ON a.key = r.assignee LEFT JOIN api_client c ON c.key = r.api_client
        WHERE r.jurisdiction = :jurisdiction AND r.service_request_id = :number
        """
    )
)
_AREAS = Statement(
    text(
        f"""
        SELECT DISTINCT ON (l.layer) l.layer, l.name AS layer_name, b.key, b.code, b.name
        {HOLDING_POINT}
        ORDER BY l.layer, b.key
        """
    )
)
_ANSWERS = Statement(
    text("SELECT question, names FROM answer WHERE service_request = :key AND public ORDER BY position")
)
_PHOTOS = Statement(text("SELECT file, thumbnail, kind, alt_text FROM media WHERE service_request = :key ORDER BY key"))
_TIMELINE = Statement(
    text(
        """
        SELECT u.occurred_at AS at, u.kind, u.public, coalesce(u.status, '') AS status,
               coalesce(u.outcome, '') AS outcome, coalesce(u.description, '') AS said, coalesce(u.note, '') AS note,
               coalesce(u.changes, '{}') AS changes, coalesce(a.name, u.actor) AS who,
               coalesce(t.name, '') AS to, u.key AS position
        FROM service_request_update u LEFT JOIN account a ON a.key = u.account
        LEFT JOIN account t ON t.key = CAST(u.changes -> 'assignee' ->> 1 AS bigint) WHERE u.service_request = :key
        UNION ALL
        SELECT coalesce(m.sent_at, m.created_at), 'letter', false, m.state, m.event, '',
               CASE WHEN s.reporter THEN 'reporter' ELSE 'follower' END, '{}', m.channel, '', m.key
        FROM message m JOIN subscription s ON s.key = m.subscription WHERE m.service_request = :key
        UNION ALL
        SELECT f.created_at, 'feedback', false, CASE WHEN f.fixed THEN 'yes' ELSE 'no' END, '', '',
               coalesce(f.words, ''), '{}', 'reporter', '', f.key
        FROM feedback f WHERE f.service_request = :key
        ORDER BY at DESC, position DESC
        """
    )
)
_RELATIONS = Statement(
    text(
        """
        SELECT o.service_request_id AS number, o.service_name, o.status, o.requested_datetime AS requested,
               CASE WHEN m.service_request = :key THEN m.kind
                    ELSE CASE m.kind WHEN 'duplicate_of' THEN 'duplicate' WHEN 'part_of' THEN 'part' ELSE m.kind END
               END AS relation
        FROM relation m
        JOIN service_request o ON o.key = CASE WHEN m.service_request = :key THEN m.other ELSE m.service_request END
        WHERE (m.service_request = :key OR m.other = :key) AND o.service_request_id IS NOT NULL
        ORDER BY m.created_at, o.key
        """
    )
)
_REFERRALS = Statement(
    text(
        """
        SELECT department, remote_id, remote_status, created_at, ended_at, fault FROM referral
        WHERE service_request = :key ORDER BY key DESC
        """
    )
)
_PHOTO = Statement(
    text(
        """
        SELECT r.service_request_id AS number FROM media m JOIN service_request r ON r.key = m.service_request
        WHERE r.jurisdiction = :jurisdiction AND r.service_request_id = :number
          AND (m.file = :name OR m.thumbnail = :name)
        """
    )
)


def case_file(jurisdiction: str, number: str, grants: tuple[Grant, ...]) -> CaseFile | None:
    """The case with this number; ``grants`` narrow what is shown of the neighbourhood, not the case itself."""
    for facts in fetch_dicts(_FACTS, {"jurisdiction": jurisdiction, "number": number}):
        key = {"key": facts["key"]}
        areas = fetch_dicts(_AREAS, {**facts, "jurisdiction": jurisdiction}) if facts["long"] is not None else []
        inside = frozenset(f"{area['layer']}:{area['code']}" for area in areas)
        moments = fetch_dicts(_TIMELINE, key)
        return CaseFile(
            facts=facts,
            scope=CaseScope(jurisdiction, facts["department_code"], facts["service_code"], inside),
            areas=areas,
            answers=fetch_dicts(_ANSWERS, key),
            photos=fetch_dicts(_PHOTOS, key),
            timeline=[Moment(**{name: row[name] for name in Moment.__slots__}) for row in moments],
            relations=[Other(**row) for row in fetch_dicts(_RELATIONS, key)],
            referrals=fetch_dicts(_REFERRALS, key),
            near=_near(facts, grants) if facts["long"] is not None else [],
        )
    return None


def has_photo(jurisdiction: str, number: str, name: str) -> bool:
    """Whether a file is a photo of the case."""
    return bool(fetch_dicts(_PHOTO, {"jurisdiction": jurisdiction, "number": number, "name": name}))


def _near(facts: Mapping[str, Any], grants: tuple[Grant, ...]) -> list[Other]:
    """Others at the same place: what is not closed, wherever it really lies; what is closed, as it is published.

    So a closed case that is private or blurred is not found: an index over the true place of every case there ever was
    would cost each import more than it tells.
    """
    reached = reach(grants, Act.READ)
    here = "ST_SetSRID(ST_MakePoint(:long, :lat), 4326)"
    box = f"ST_Expand({here}, {NEAR / 110_000} / greatest(cos(radians(:lat)), 0.01), {NEAR / 110_000})"
    rows = fetch_dicts(
        Statement(
            text(
                f"""
                SELECT r.service_request_id AS number, r.service_name, r.status, r.requested_datetime AS requested,
                       ST_Distance(r.point::geography, {here}::geography)::int AS metres
                FROM service_request r
                WHERE r.key IN (SELECT o.key FROM service_request o
                                WHERE o.{LIVE} AND o.point && {box}
                                UNION SELECT p.service_request FROM publication p WHERE p.point && {box})
                  AND r.jurisdiction = :jurisdiction AND r.key <> :key AND r.service_request_id IS NOT NULL
                  AND ST_DWithin(r.point::geography, {here}::geography, {NEAR}) AND {reached.sql}
                ORDER BY r.requested_datetime DESC, r.key DESC LIMIT {MOST_NEAR}
                """
            )
        ),
        {**reached.values, **{name: facts[name] for name in ("jurisdiction", "key", "long", "lat")}},
    )
    return [Other(**row) for row in rows]

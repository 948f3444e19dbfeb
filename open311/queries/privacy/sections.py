"""What an export shows: statements for its sections, about the rows of one ``Subject``."""

from __future__ import annotations

from typing import Any

from open311.queries.privacy.subject import Subject
from open311.queries.reading import Statement, fetch_dicts


def read_section(rows: Statement, subject: Subject) -> list[dict[str, Any]]:
    """Read the rows of a section as they stand in the document, by the names of their columns."""
    return fetch_dicts(rows, subject.parameters())


def own_rows(table: str, columns: str, where: str, order: str = "key") -> Statement:
    """Columns of a table's rows that are the subject's; ``where`` may name every parameter of ``Subject``."""
    return Statement(f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {order}")


def case_rows(table: str, columns: str, order: str, where: str = "true") -> Statement:
    """Columns of the rows (``t``) that belong to the subject's service requests, each with the number of its case."""
    return Statement(
        f"""
        SELECT r.service_request_id, {columns}
        FROM {table} t JOIN service_request r ON r.key = t.service_request
        WHERE r.key = ANY(:cases) AND {where} ORDER BY r.key, {order}
        """
    )


IDENTITIES = Statement(
    """
    SELECT p.first_name, p.last_name, p.account_id, p.created_at, coalesce(
               (SELECT jsonb_agg(jsonb_build_object('kind', c.kind, 'value', c.value, 'read_as', c.normal,
                                                    'verified_at', c.verified_at, 'bounced_at', c.bounced_at)
                                 ORDER BY c.key) FROM contact_point c WHERE c.person = p.key), '[]') AS contacts
    FROM person p WHERE p.key = ANY(:people) ORDER BY p.key
    """
)
SERVICE_REQUESTS = Statement(
    """
    SELECT r.jurisdiction, r.service_request_id, t.token, r.service_code, r.service_name, r.description, r.address,
           r.address_id, r.zipcode, ST_Y(r.point) AS lat, ST_X(r.point) AS long, r.media_url, r.status, r.outcome,
           r.status_notes, r.requested_datetime, r.updated_datetime, r.closed_datetime, r.channel, r.language,
           r.private, r.moderation
    FROM service_request r LEFT JOIN token t ON t.service_request = r.key
    WHERE r.key = ANY(:cases) ORDER BY r.key
    """
)
FOLLOWINGS = Statement(
    """
    SELECT s.jurisdiction, CASE WHEN r.key IS NULL THEN s.target END AS target, r.service_request_id,
           ST_AsGeoJSON(s.area)::jsonb AS area, s.reporter, s.channel, s.address, s.rhythm, s.language,
           s.created_at, s.confirmed_at, s.ended_at, s.bounced_at
    FROM subscription s LEFT JOIN service_request r ON r.key = s.service_request
    WHERE s.key = ANY(:followings) ORDER BY s.key
    """
)
MESSAGES = Statement(
    """
    SELECT m.event, r.service_request_id, m.channel, m.address, m.state, m.created_at, m.sent_at
    FROM message m LEFT JOIN service_request r ON r.key = m.service_request
    WHERE m.subscription = ANY(:followings) OR lower(m.address) = ANY(:addresses) ORDER BY m.key
    """
)

"""All that is held about one person, for them: in one document with a table of contents, and their photos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from open311.actions.base.actor import Actor, permit
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, transaction
from open311.actions.privacy.personal_data import PersonalData, belongings_of, mark
from open311.domain.moment import now
from open311.domain.person import Who
from open311.domain.roles import Act, OwnAct

# Of the history of their requests: what everybody may read, and what they told staff themselves. What staff wrote for
# themselves may be about others, and is left out.
_SECTIONS: dict[str, tuple[str, str]] = {
    "identities": (
        "Who you said you were, in each report, and how to reach you",
        """
        SELECT p.first_name, p.last_name, p.account_id, p.created_at, coalesce(
                   (SELECT jsonb_agg(jsonb_build_object('kind', c.kind, 'value', c.value, 'verified_at', c.verified_at)
                                     ORDER BY c.key) FROM contact_point c WHERE c.person = p.key), '[]') AS contacts
        FROM person p WHERE p.key = ANY(%(people)s) ORDER BY p.key
        """,
    ),
    "service_requests": (
        "What you reported",
        """
        SELECT r.jurisdiction, r.service_request_id, t.token, r.service_code, r.service_name, r.description, r.address,
               r.address_id, r.zipcode, ST_Y(r.point) AS lat, ST_X(r.point) AS long, r.media_url, r.status, r.outcome,
               r.status_notes, r.requested_datetime, r.updated_datetime, r.closed_datetime, r.channel, r.language,
               r.private, r.moderation
        FROM service_request r LEFT JOIN token t ON t.service_request = r.key
        WHERE r.key = ANY(%(cases)s) ORDER BY r.key
        """,
    ),
    "answers": (
        "What you answered to questions about it",
        """
        SELECT r.service_request_id, a.code, a.question, a.values, a.names, a.public
        FROM answer a JOIN service_request r ON r.key = a.service_request
        WHERE r.key = ANY(%(cases)s) ORDER BY r.key, a.position
        """,
    ),
    "updates": (
        "What happened to it, and what you wrote later on",
        """
        SELECT r.service_request_id, u.kind, u.status, u.outcome, u.description, u.media_url, u.occurred_at,
               u.actor = 'reporter' AS yours, CASE u.actor WHEN 'reporter' THEN u.note END AS told_to_staff
        FROM service_request_update u JOIN service_request r ON r.key = u.service_request
        WHERE r.key = ANY(%(cases)s) AND (u.public OR u.actor = 'reporter') ORDER BY r.key, u.occurred_at, u.key
        """,
    ),
    "feedback": (
        "Whether you said it was fixed",
        """
        SELECT r.service_request_id, f.fixed, f.words, f.created_at
        FROM feedback f JOIN service_request r ON r.key = f.service_request
        WHERE r.key = ANY(%(cases)s) ORDER BY f.key
        """,
    ),
    "photos": (
        "Photos you sent; the files lie beside this document",
        """
        SELECT r.service_request_id, m.file, m.original, m.alt_text, m.moderation, m.created_at
        FROM media m JOIN service_request r ON r.key = m.service_request
        WHERE m.key = ANY(%(photos)s) ORDER BY m.key
        """,
    ),
    "followings": (
        "What you follow",
        """
        SELECT s.jurisdiction, s.followed, r.service_request_id, s.service_code, s.boundary,
               ST_AsGeoJSON(s.area)::jsonb AS area, s.reporter, s.channel, s.address, s.rhythm, s.language,
               s.created_at, s.confirmed_at, s.ended_at
        FROM subscription s LEFT JOIN service_request r ON r.key = s.service_request
        WHERE s.key = ANY(%(followings)s) ORDER BY s.key
        """,
    ),
    "messages": (
        "What was sent to you; the words themselves are not kept",
        """
        SELECT m.event, r.service_request_id, m.channel, m.address, m.state, m.created_at, m.sent_at
        FROM message m LEFT JOIN service_request r ON r.key = m.service_request
        WHERE m.subscription = ANY(%(followings)s) OR lower(m.address) = ANY(%(addresses)s) ORDER BY m.key
        """,
    ),
    "account": (
        "Your account",
        """
        SELECT key, email, name, active, created_at, last_seen_at, password_hash IS NOT NULL AS has_password,
               totp_secret IS NOT NULL AS has_authenticator, openid_issuer, openid_subject
        FROM account WHERE key = %(account)s
        """,
    ),
    "roles": (
        "What your account may do, or might",
        """
        SELECT role, jurisdiction, department, boundary, service, granted_at, revoked_at
        FROM role_grant WHERE account = %(account)s ORDER BY key
        """,
    ),
    "sessions": (
        "Where you were signed in",
        """
        SELECT method, second_factor, device, created_at, seen_at, ends_at, ended_at
        FROM account_session WHERE account = %(account)s ORDER BY key
        """,
    ),
    "sign_in_links": (
        "Links to sign in that were sent to you",
        """
        SELECT email, purpose, created_at, expires_at, used_at FROM account_link
        WHERE lower(email) = ANY(%(emails)s) ORDER BY created_at
        """,
    ),
    "signing_in": (
        "What you did with your account",
        """
        SELECT at, act FROM audit_log WHERE account = %(account)s AND act = ANY(%(own_acts)s) ORDER BY key
        """,
    ),
    "api_keys": (
        "API keys for which you are the contact",
        """
        SELECT jurisdiction, name, contact, scopes, created_at, revoked_at FROM api_client
        WHERE EXISTS (SELECT FROM unnest(%(emails)s::text[]) AS mine(email)
                      WHERE position(mine.email IN lower(contact)) > 0) ORDER BY key
        """,
    ),
}
NOT_HELD = (
    'Who said "me too" is not held: only that somebody did, and when. Of links in messages and of sessions, and of API'
    " keys, only hashes are held. Copies of all this are in back-ups until these are overwritten."
)


@dataclass(frozen=True, slots=True)
class Export:
    """The document, and files by their names."""

    document: dict[str, Any]
    files: Mapping[str, bytes]


@transaction
def export_person(environment: Environment, who: Who, actor: Actor) -> Export:
    """Everything about them and nothing about others.

    :raises NotAllowed: no grant of the actor reaches so far.
    """
    permit(actor, Act.EXPORT_PERSON, mark(environment, who))
    theirs = belongings_of(who)
    sections = {name: _rows(query, theirs) for name, (_, query) in _SECTIONS.items()}
    contents = [
        {"section": name, "about": about, "entries": len(sections[name])} for name, (about, _) in _SECTIONS.items()
    ]
    document = {"about": str(who), "made_at": now(), "contents": contents, "not_held": NOT_HELD, **sections}
    return Export(document, _files(environment, sections["photos"]))


def _rows(query: str, theirs: PersonalData) -> list[dict[str, Any]]:
    given = {
        "people": theirs.people,
        "cases": theirs.cases,
        "photos": theirs.photos,
        "followings": theirs.followings,
        "account": theirs.account,
        "emails": theirs.emails,
        "addresses": theirs.addresses,
        "own_acts": [str(act) for act in OwnAct],
    }
    with connection().cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, given).fetchall()


def _files(environment: Environment, photos: list[dict[str, Any]]) -> dict[str, bytes]:
    found = {}
    for photo in photos:
        for name, store in ((photo["file"], environment.files), (photo["original"], environment.originals)):
            content = store.read(name) if name else None
            if content is not None:
                found[name] = content
    return found

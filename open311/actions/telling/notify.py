"""Tell people: an event becomes one message for each receiver, and each message leaves once.

Nothing is lost: jobs are committed with the change, messages with their job, and a message stays until the mail server
has taken it. It is locked while it leaves, so that no other worker sends it too; only a crash between the server's
answer and our commit may repeat it, under the same Message-ID.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import MessageError
from time import monotonic
from typing import Any

from psycopg.rows import dict_row

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import alone, connection, defer, transaction
from open311.actions.telling.envelope import envelope
from open311.actions.telling.links import PATHS, make_links
from open311.adapters.delivery import Down, Gone, Later, Refused
from open311.adapters.push import Browser
from open311.catalog.city import Jurisdiction
from open311.domain.event import OF_STAFF, WIDE, Event, event_of
from open311.domain.lifecycle import Outcome
from open311.domain.moment import now
from open311.models.locks import Lock
from open311.models.telling.message import MessageState
from open311.wire.letter import Letter, compose, day, followed, mail, notice, short

CHANNELS = ("email", "sms", "push")
"""In the order in which they are served: nobody's telephone keeps others waiting for their mail."""
LONGEST = 30.0
"""Seconds after which a run tells no further browser; the next minute's goes on."""
MOST_ATTEMPTS = 14
"""Over 32 hours."""
CONFIRM_WITHIN = timedelta(days=30)
ANSWER_WITHIN = timedelta(days=60)
DISPUTE_WITHIN = timedelta(days=14)
"""How long after closing a reporter may say that it is not fixed."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MessagePreview:
    """What a message is going to say, about which service request, and to what kind of receiver."""

    letter: Letter
    number: str
    channel: str
    reporter: bool
    daily: bool
    """It leaves as a line of a digest."""


_UPDATE = """
SELECT u.key, u.kind, u.status, u.description AS text, u.changes, u.actor
FROM service_request_update u WHERE u.service_request = %(service_request)s
  AND (u.uuid::text = %(update_id)s OR (%(update_id)s::text IS NULL AND u.status IS NOT NULL))
ORDER BY u.key LIMIT 1
"""
# Each branch reads one index, and who follows is known before addresses are compared. What others than the reporter
# hear is what everybody may see, so places are public ones.
_EXPAND = """
WITH it AS (
    SELECT r.key, r.jurisdiction, r.service_code, p.point, p.service_request IS NOT NULL AS public
    FROM service_request r LEFT JOIN publication p ON p.service_request = r.key WHERE r.key = %(service_request)s
), followers AS MATERIALIZED (
    SELECT s.key FROM subscription s JOIN it ON s.service_request = it.key
    WHERE s.reporter OR (it.public AND s.confirmed_at IS NOT NULL)
    UNION ALL
    SELECT s.key FROM subscription s JOIN it ON s.jurisdiction = it.jurisdiction AND s.service_code = it.service_code
    WHERE %(wide)s AND it.public AND s.ended_at IS NULL
    UNION ALL
    SELECT s.key FROM it
    JOIN request_boundary tag ON tag.service_request = it.key
    JOIN boundary b ON b.key = tag.boundary
    JOIN layer_in_force l ON l.key = b.layer
    JOIN subscription s ON s.jurisdiction = it.jurisdiction AND s.boundary = l.layer || ':' || b.code
    WHERE %(wide)s AND it.public AND s.ended_at IS NULL
    UNION ALL
    SELECT s.key FROM it JOIN subscription s ON ST_Intersects(s.area, it.point)
    WHERE %(wide)s AND it.public AND s.ended_at IS NULL AND s.jurisdiction = it.jurisdiction
), chosen AS (
    SELECT DISTINCT ON (s.channel, lower(s.address)) s.*
    FROM followers f JOIN subscription s ON s.key = f.key
    WHERE s.ended_at IS NULL AND (s.confirmed_at IS NOT NULL OR (s.reporter AND %(event)s = 'received'))
    ORDER BY s.channel, lower(s.address), s.reporter DESC, s.rhythm = 'instant' DESC, s.key
)
INSERT INTO message (event, about, subscription, service_request, update, channel, address, state)
SELECT %(event)s, %(about)s, key, %(service_request)s, %(update)s, channel, address,
       CASE rhythm WHEN 'daily' THEN 'collected' ELSE 'waiting' END
FROM chosen ON CONFLICT DO NOTHING
"""
_WEBHOOKS = """
INSERT INTO webhook_delivery (webhook, update, event, state)
SELECT w.key, %(update)s, %(event)s, 'waiting'
FROM webhook w JOIN publication p ON p.jurisdiction = w.jurisdiction AND p.service_request = %(service_request)s
WHERE w.removed_at IS NULL AND (w.events = '{}' OR %(event)s = ANY(w.events))
ON CONFLICT DO NOTHING
"""


@transaction
def expand(environment: Environment, service_request: int, update_id: str | None) -> int:
    """Make the messages and webhook calls of an update (none: of the filing); again, it adds nothing.

    Answers how many messages.
    """
    given: dict[str, Any] = {"service_request": service_request, "update_id": update_id}
    with connection().cursor(row_factory=dict_row) as cursor:
        update = cursor.execute(_UPDATE, given).fetchone()
    if update is None:
        return 0
    event = event_of(update)
    if event is None:
        return 0
    given |= {"event": event, "about": f"update:{update['key']}", "update": update["key"], "wide": event in WIDE}
    made = connection().execute(_EXPAND, given).rowcount
    if made:
        defer(environment, "send_messages")
    if connection().execute(_WEBHOOKS, given).rowcount:
        defer(environment, "call_webhooks")
    return made


_MESSAGE = """
SELECT m.key, m.uuid::text, m.event, m.channel, m.address, m.attempts, m.update,
       s.key AS subscription, coalesce(s.jurisdiction, r.jurisdiction) AS jurisdiction, s.followed, s.reporter,
       s.language, s.service_code AS followed_service, s.boundary, s.rhythm, s.push_key, s.push_secret, s.ended_at,
       s.confirmed_at, m.service_request, r.service_request_id AS number, r.service_code, r.service_name,
       r.agency_responsible, r.expected_datetime, r.scheduled_datetime, r.closed_datetime,
       CASE WHEN m.subscription IS NULL THEN u.note ELSE u.description END AS text, u.outcome,
       p.service_request IS NOT NULL AS public, convert_from(p.json, 'UTF8')::json ->> 'address' AS place
FROM message m
LEFT JOIN subscription s ON s.key = m.subscription
LEFT JOIN service_request r ON r.key = coalesce(m.service_request, s.service_request)
LEFT JOIN publication p ON p.service_request = r.key
LEFT JOIN service_request_update u ON u.key = m.update
"""
# What was told earlier arrives earlier: a message waits for those before it to the same follower, also while another
# worker sends them.
_NEXT = f"""
{_MESSAGE}
WHERE m.state = 'waiting' AND m.channel = %(channel)s AND m.next_at <= clock_timestamp() AND NOT EXISTS (
    SELECT FROM message before
    WHERE before.subscription = m.subscription AND before.state = 'waiting' AND before.key < m.key)
ORDER BY m.next_at, m.key LIMIT 1 FOR UPDATE OF m SKIP LOCKED
"""


def send_messages(environment: Environment) -> int:
    """Send what is waiting until nothing is; answers how many left.

    A channel whose own server is away waits for the next run, and the other channels go on.
    """
    sent = 0
    for channel in CHANNELS:
        end = monotonic() + LONGEST
        while (state := _send_next(environment, channel)) is not None:
            sent += state is MessageState.SENT
            if channel == "push" and monotonic() >= end:
                break
    return sent


@transaction
def _send_next(environment: Environment, channel: str) -> MessageState | None:
    """Send one message; answers what became of it, or none where no other can leave now."""
    # Push services are anybody's, and may hang: one worker at a time waits for them.
    if channel == "push" and not alone(Lock.PUSH):
        return None
    with connection().cursor(row_factory=dict_row, binary=True) as cursor:
        row = cursor.execute(_NEXT, {"channel": channel}).fetchone()
    if row is None:
        return None
    if not _wanted(row):
        return _close(row, MessageState.DROPPED)
    try:
        # A savepoint, so that what became of it can be written also where PostgreSQL itself refused something.
        with connection().transaction():
            return _send(environment, row)
    except Exception as fault:  # whatever is wrong with one message must not stop all others
        told = "".join(traceback.format_exception(fault))
        _LOG.error("message %s: %s", row["key"], told.replace(row["address"], "(the address)"))
        return _again(row, f"{type(fault).__name__}: {fault}")


def _send(environment: Environment, row: dict[str, Any]) -> MessageState | None:
    """Hand it over to its channel, and note what that said; none where the channel itself is down."""
    try:
        jurisdiction = environment.city.jurisdictions[row["jurisdiction"]]
        letter = _letter(jurisdiction, row, _made(environment, row))
        if row["channel"] == "sms":
            environment.sms.send(row["address"], short(letter))
        elif row["channel"] == "push":
            _push(environment, row, letter)
        else:
            outside = envelope(environment, jurisdiction, row["address"], row["uuid"], _first(row))
            environment.mail.send(mail(letter, outside))
    except Gone as fault:
        connection().execute("UPDATE subscription SET ended_at = %s WHERE key = %s", (now(), row["subscription"]))
        return _close(row, MessageState.DROPPED, str(fault))
    except Refused as fault:
        return _close(row, MessageState.FAILED, str(fault))
    except (LookupError, ValueError, MessageError) as fault:
        # One that cannot be written: its city or texts are gone, its address is none.
        return _close(row, MessageState.FAILED, f"{type(fault).__name__}: {fault}")
    except Down as fault:
        _again(row, str(fault))
        return None
    except Later as fault:
        return _again(row, str(fault))
    return _close(row, MessageState.SENT)


def _push(environment: Environment, row: dict[str, Any], letter: Letter) -> None:
    if environment.push is None:
        raise LookupError("no browser is told anything here: SECRET_KEY is not set")
    environment.push.send(Browser(row["address"], row["push_key"], row["push_secret"]), notice(letter))


def _wanted(row: dict[str, Any]) -> bool:
    """Whether the receiver still wants it, and may still have it; nobody asks staff."""
    if row["event"] in OF_STAFF:
        return True
    if row["event"] == Event.CONFIRM:
        return row["ended_at"] is None and row["confirmed_at"] is None
    confirmed = row["confirmed_at"] is not None or (row["reporter"] and row["event"] == Event.RECEIVED)
    told = row["public"] or row["reporter"] or row["event"] == Event.DIGEST
    return row["ended_at"] is None and confirmed and told


def _close(row: dict[str, Any], state: MessageState, fault: str | None = None) -> MessageState:
    connection().execute(
        "UPDATE message SET state = %s, fault = %s, attempts = attempts + 1, sent_at = %s WHERE key = %s",
        (state, fault, now() if state is MessageState.SENT else None, row["key"]),
    )
    return state


def _again(row: dict[str, Any], fault: str) -> MessageState:
    """Later, and later each time; in the end never."""
    if row["attempts"] + 1 >= MOST_ATTEMPTS:
        return _close(row, MessageState.FAILED, fault)
    wait = timedelta(minutes=min(2 ** row["attempts"], 360))
    connection().execute(
        "UPDATE message SET attempts = attempts + 1, fault = %s, next_at = %s WHERE key = %s",
        (fault, now() + wait, row["key"]),
    )
    return MessageState.WAITING


def _letter(jurisdiction: Jurisdiction, row: dict[str, Any], links: Mapping[str, str]) -> Letter:
    language = row["language"]
    facts = {"city": jurisdiction.name}
    if row["subscription"]:
        facts["followed"] = followed_words(jurisdiction, row)
    if row["event"] == Event.DIGEST:
        facts["news"] = "\n".join(_news(jurisdiction, row))
    elif row["event"] != Event.CONFIRM:
        facts |= facts_of(jurisdiction, row)
    return compose(
        jurisdiction.wordings,
        Event(row["event"]),
        facts,
        language=language,
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        service_code=row["service_code"] or "",
        links=links,
    )


def facts_of(jurisdiction: Jurisdiction, row: dict[str, Any]) -> dict[str, str]:
    """What a text about one service request may say; nothing in it is more than everybody may see."""
    zone, language = jurisdiction.timezone, row["language"]
    return {
        "number": row["number"] or "",
        "service": row["service_name"],
        "department": row["agency_responsible"],
        "place": row["place"] or "",
        "text": row["text"] or "",
        "expected": day(row["expected_datetime"], zone, language),
        "scheduled": day(row["scheduled_datetime"], zone, language),
    }


def followed_words(jurisdiction: Jurisdiction, row: dict[str, Any]) -> str:
    """What the receiver follows, in words."""
    service = jurisdiction.services.get(row["followed_service"] or "")
    layer, _, code = (row["boundary"] or "").partition(":")
    known = jurisdiction.layers.get(layer)
    return followed(
        jurisdiction.wordings,
        row["language"],
        row["followed"],
        number=row["number"],
        name=service.service_name if service else f"{known.name if known else layer} {code}".strip(),
    )


def _expiries(row: dict[str, Any]) -> dict[str, datetime | None]:
    """The links that this message has, and when each expires; letters to staff have none."""
    if row["subscription"] is None:
        return {}
    expires: dict[str, datetime | None] = {"end": None}
    if row["confirmed_at"] is None:
        expires["confirm"] = now() + CONFIRM_WITHIN
    elif row["reporter"] and row["event"] == Event.WAITING_ON_REPORTER:
        expires["answer"] = now() + ANSWER_WITHIN
    elif row["reporter"] and row["event"] == Event.CLOSED and row["closed_datetime"]:
        expires["fixed"] = row["closed_datetime"] + DISPUTE_WITHIN
    return expires


def _made(environment: Environment, row: dict[str, Any]) -> dict[str, str]:
    """The links of this message, each made now."""
    return make_links(environment.public_url, row["subscription"], row["service_request"], _expiries(row))


_OF_UPDATES = f"""{_MESSAGE} WHERE u.uuid::text = ANY(%s) AND m.subscription IS NOT NULL
ORDER BY s.reporter DESC, m.key
"""
BLANK = "…"
"""Stands for the secret of a link that is not made yet."""


def letters(environment: Environment, updates: list[str]) -> list[MessagePreview]:
    """What each message of these updates says, before it leaves; no link is made."""
    with connection().cursor(row_factory=dict_row, binary=True) as cursor:
        rows = [row for row in cursor.execute(_OF_UPDATES, (updates,)).fetchall() if _wanted(row)]
    return [_word(environment, row) for row in rows]


def _word(environment: Environment, row: dict[str, Any]) -> MessagePreview:
    links = {purpose: f"{environment.public_url}/{PATHS[purpose]}/{BLANK}" for purpose in _expiries(row)}
    letter = _letter(environment.city.jurisdictions[row["jurisdiction"]], row, links)
    return MessagePreview(letter, row["number"] or "", row["channel"], row["reporter"], row["rhythm"] == "daily")


_FIRST = """
SELECT uuid::text FROM message
WHERE service_request = %(service_request)s AND channel = 'email' AND lower(address) = lower(%(address)s)
ORDER BY key LIMIT 1
"""


def _first(row: dict[str, Any]) -> str | None:
    """The first mail to this address about the same service request: they all hang together in mail programs."""
    found = connection().execute(_FIRST, row).fetchone()
    return found[0] if found else None


_LINES = """
SELECT m.event, %(language)s::text AS language, r.service_request_id AS number, r.service_code, r.service_name,
       r.agency_responsible, r.expected_datetime, r.scheduled_datetime, u.description AS text, u.outcome,
       convert_from(p.json, 'UTF8')::json ->> 'address' AS place
FROM message m
JOIN service_request r ON r.key = m.service_request
JOIN publication p ON p.service_request = r.key
JOIN service_request_update u ON u.key = m.update
WHERE m.digest = %(key)s ORDER BY m.key
"""


def _news(jurisdiction: Jurisdiction, row: dict[str, Any]) -> list[str]:
    """One line for each event of a digest: its subject, and what staff wrote."""
    with connection().cursor(row_factory=dict_row, binary=True) as cursor:
        found = cursor.execute(_LINES, row).fetchall()
    lines = []
    for each in found:
        letter = compose(
            jurisdiction.wordings,
            Event(each["event"]),
            {"city": jurisdiction.name, **facts_of(jurisdiction, each)},
            language=row["language"],
            outcome=Outcome(each["outcome"]) if each["outcome"] else None,
            service_code=each["service_code"],
        )
        lines.append(
            " — ".join(["• " + letter.told.subject, *([" ".join(each["text"].split())] if each["text"] else [])])
        )
    return lines

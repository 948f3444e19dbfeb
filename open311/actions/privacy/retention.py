"""Forget what was kept long enough, by the rules of ``config/privacy.yaml``, a batch and a transaction at a time.

Doing it again, or in two places at once, changes nothing: batches of all runs come one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from open311.actions.base.actor import Actor, note_act, permit
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, transaction
from open311.actions.cases.redact import TOMBSTONE
from open311.actions.privacy.forget import (
    forget_accounts,
    forget_originals,
    forget_photos,
    forget_private_answers,
    forget_reporters,
    forget_unsent_photos,
)
from open311.domain.moment import now
from open311.domain.retention import Cut, Kind
from open311.domain.roles import Act
from open311.models.locks import Lock

BATCH = 1_000
"""How much is forgotten in one transaction."""

Forget = Callable[[Environment, list[Any]], None]


@dataclass(frozen=True, slots=True)
class Sweep:
    """What of one kind is due (``id`` and ``since``, in the order of ``id``), and how it is forgotten."""

    due: str
    forget: Forget


@dataclass(frozen=True, slots=True)
class Swept:
    """How much of a kind is due or went, and since when its oldest counted."""

    kind: Kind
    days: int
    count: int
    oldest: datetime | None


def look(environment: Environment, moment: datetime | None = None) -> Iterator[Swept]:
    """What would go."""
    for kind, cut in _cuts(environment, moment or now()):
        count, oldest = _count(kind, cut)
        yield Swept(kind, environment.city.retention.rules[kind].days, count, oldest)


def run_retention(environment: Environment, actor: Actor, moment: datetime | None = None) -> Iterator[Swept]:
    """Forget what is due; how much of each kind is in the audit log, in the transaction in which it went.

    :raises NotAllowed: no grant of the actor reaches so far.
    """
    _permit(actor)
    for kind, cut in _cuts(environment, moment or now()):
        count, oldest = 0, None
        while batch := _forget(environment, actor, kind, cut):
            count += len(batch)
            oldest = min(batch) if oldest is None else min(oldest, *batch)
        yield Swept(kind, environment.city.retention.rules[kind].days, count, oldest)


def _cuts(environment: Environment, moment: datetime) -> Iterator[tuple[Kind, Cut]]:
    for kind in Kind:
        if cut := environment.city.retention.cut(kind, moment):
            yield kind, cut


@transaction
def _permit(actor: Actor) -> None:
    permit(actor, Act.APPLY_RETENTION, "retention:")


@transaction
def _count(kind: Kind, cut: Cut) -> tuple[int, datetime | None]:
    counted = f"SELECT count(*), min(since) FROM ({SWEEPS[kind].due}) AS due"
    row: Any = connection().execute(counted, _given(cut)).fetchone()
    return row[0], row[1]


@transaction
def _forget(environment: Environment, actor: Actor, kind: Kind, cut: Cut) -> list[datetime]:
    """Forget one batch; answers since when each of it counted."""
    connection().execute(Lock.RETENTION.waiting)
    sweep = SWEEPS[kind]
    rows = connection().execute(f"{sweep.due} LIMIT {BATCH}", _given(cut)).fetchall()
    if rows:
        sweep.forget(environment, [row[0] for row in rows])
        note_act(actor.account, Act.APPLY_RETENTION, f"retention:{kind}:{len(rows)}")
    return [row[1] for row in rows]


def _given(cut: Cut) -> dict[str, Any]:
    return {
        "before": cut.before,
        "codes": list(cut.services),
        "cuts": list(cut.services.values()),
        "tombstone": TOMBSTONE,
    }


# After closing

# When it was closed last: a dispute that is decided against the reporter leaves closed_datetime as it was.
_CLOSED = """
CROSS JOIN LATERAL (
    SELECT greatest(r.closed_datetime, max(u.recorded_at)) AS since FROM service_request_update u
    WHERE u.service_request = r.key AND u.status = 'closed' AND r.status = 'closed'
) AS closed
"""
_DUE = """
r.status = 'closed' AND closed.since < coalesce((
    SELECT c.cut FROM unnest(%(codes)s::text[], %(cuts)s::timestamptz[]) AS c(code, cut) WHERE c.code = r.service_code
), %(before)s)
"""
# Parts of a case share its reporter, who is forgotten with the last of them. One who has no case any more (it was a
# sample) goes by age.
_REPORTERS = f"""
SELECT p.key AS id, coalesce(max(closed.since), p.created_at) AS since
FROM person p
LEFT JOIN reporter_link l ON l.person = p.key
LEFT JOIN (service_request r {_CLOSED}) ON r.key = l.service_request
WHERE p.erased_at IS NULL
GROUP BY p.key
HAVING bool_and(CASE WHEN r.key IS NULL THEN p.created_at < %(before)s ELSE {_DUE} END)
ORDER BY p.key
"""


def _of_cases(table: str, key: str, condition: str) -> str:
    """Rows of closed cases, by a key of theirs."""
    return f"""
SELECT DISTINCT t.{key} AS id, closed.since
FROM {table} t JOIN service_request r ON r.key = t.service_request {_CLOSED}
WHERE {condition} AND {_DUE} ORDER BY 1
"""


# By age


def _old(table: str, since: str, condition: str = "true", key: str = "key") -> str:
    """Rows that are too old."""
    return f"""
SELECT {key} AS id, {since} AS since FROM {table} WHERE {since} < %(before)s AND {condition} ORDER BY 1
"""


def _rows(table: str, key: str = "key", kind: str = "bigint") -> Forget:
    """Take the rows out."""

    def forget(environment: Environment, ids: list[Any]) -> None:
        connection().execute(f"DELETE FROM {table} WHERE {key} = ANY(%s::{kind}[])", (ids,))

    return forget


def _old_rows(table: str, since: str, condition: str = "true", key: str = "key", kind: str = "bigint") -> Sweep:
    return Sweep(_old(table, since, condition, key), _rows(table, key, kind))


def _placed_rows(table: str, since: str) -> Sweep:
    """The same for tables whose key has several columns: by where a row lies, as nothing changes rows that old."""
    due = f"SELECT ctid::text AS id, {since} AS since FROM {table} WHERE {since} < %(before)s"

    def forget(environment: Environment, ids: list[Any]) -> None:
        connection().execute(f"DELETE FROM {table} WHERE ctid = ANY(%s::tid[])", (ids,))

    return Sweep(due, forget)


_ENDED_JOBS = """
SELECT j.id, max(e.at) AS since FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id
WHERE j.status IN ('failed', 'cancelled', 'aborted', 'succeeded')
GROUP BY j.id HAVING max(e.at) < %(before)s ORDER BY j.id
"""


def _forget_jobs(environment: Environment, ids: list[Any]) -> None:
    connection().execute("DELETE FROM procrastinate_periodic_defers WHERE job_id = ANY(%s)", (ids,))
    connection().execute("DELETE FROM procrastinate_jobs WHERE id = ANY(%s)", (ids,))


_NEVER_STAFF = "erased_at IS NULL AND NOT EXISTS (SELECT FROM role_grant g WHERE g.account = account.key)"

SWEEPS: dict[Kind, Sweep] = {
    Kind.REPORTERS: Sweep(_REPORTERS, forget_reporters),
    Kind.PRIVATE_ANSWERS: Sweep(
        _of_cases("answer", "service_request", "NOT t.public AND t.values <> ARRAY[%(tombstone)s]"),
        forget_private_answers,
    ),
    Kind.FOLLOWERS: Sweep(_of_cases("subscription", "key", "NOT t.reporter"), _rows("subscription")),
    Kind.TOKENS: Sweep(_of_cases("token", "token", "true"), _rows("token", "token", "text")),
    Kind.UNCONFIRMED_FOLLOWERS: _old_rows("subscription", "created_at", "confirmed_at IS NULL AND NOT reporter"),
    Kind.ENDED_FOLLOWERS: _old_rows("subscription", "ended_at"),
    Kind.MESSAGES: _old_rows("message", "created_at", "state <> 'waiting'"),
    # The one that ends a following goes with that.
    Kind.LINKS: _old_rows("one_time_link", "coalesce(used_at, expires_at)", "purpose <> 'end'", "token_hash", "bytea"),
    Kind.ACCOUNTS: Sweep(_old("account", "coalesce(last_seen_at, created_at)", _NEVER_STAFF), forget_accounts),
    Kind.SESSIONS: _old_rows("account_session", "least(ended_at, ends_at)"),
    Kind.SIGN_IN_LINKS: _old_rows("account_link", "least(used_at, expires_at)", key="token_hash", kind="bytea"),
    Kind.COUNTERS: _placed_rows("rate_window", "starts_at"),
    Kind.IDEMPOTENCY_KEYS: _placed_rows("idempotency_key", "created_at"),
    Kind.ORIGINAL_PHOTOS: Sweep(_old("media", "redacted_at", "original IS NOT NULL"), forget_originals),
    Kind.HIDDEN_PHOTOS: Sweep(_old("media", "reviewed_at", "moderation = 'hidden'"), forget_photos),
    Kind.UNSENT_PHOTOS: Sweep(_old("unsent_photo", "created_at"), forget_unsent_photos),
    Kind.HELD_CHANGES: _old_rows("batch_change", "due_at"),
    Kind.WEBHOOK_CALLS: _old_rows("webhook_delivery", "created_at", "state <> 'waiting'"),
    Kind.JOBS: Sweep(_ENDED_JOBS, _forget_jobs),
}

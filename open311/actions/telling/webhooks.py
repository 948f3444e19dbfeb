"""Call webhooks: signed, retried later and later, dead in the end, and replayed when somebody says so."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta
from time import monotonic
from typing import Any

import orjson
from psycopg.rows import dict_row

from open311.actions.base.actor import Actor, permit
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import alone, connection, defer, transaction
from open311.adapters.delivery import DeliveryFault, Later, Refused
from open311.adapters.webhook import call_webhook
from open311.domain.errors import InvalidArgument
from open311.domain.event import OF_CASES
from open311.domain.moment import now, write_moment
from open311.domain.roles import Act
from open311.models.locks import Lock
from open311.models.telling.webhook import DeliveryState

MOST_ATTEMPTS = 12
"""Over about 14 hours; then the call is dead until somebody replays it."""
LONGEST = 30.0
"""Seconds after which a run makes no further call; the next minute's goes on."""
REST = timedelta(minutes=1)
"""For how long a receiver that failed is called for nothing else: one that hangs must not keep the worker."""


@transaction
def add_webhook(
    environment: Environment, jurisdiction: str, url: str, events: Collection[str], actor: Actor
) -> tuple[int, str]:
    """Call a receiver from now on; answers its number and the secret with which calls are signed.

    :raises NotAllowed: no grant of the actor reaches so far.
    :raises InvalidArgument: an event that does not exist, or an address that may not be called.
    """
    if unknown := set(events) - OF_CASES:
        raise InvalidArgument(f"unknown event {', '.join(sorted(unknown))}; there are {', '.join(sorted(OF_CASES))}")
    try:
        environment.outbound.check(url)
    except Refused as fault:
        raise InvalidArgument(str(fault)) from None
    except Later:
        pass  # a name that is not known today may be tomorrow
    secret = secrets.token_urlsafe(32)
    row: Any = (
        connection()
        .execute(
            "INSERT INTO webhook (jurisdiction, url, secret, events) VALUES (%s, %s, %s, %s) RETURNING key",
            (jurisdiction, url, secret, sorted(events)),
        )
        .fetchone()
    )
    permit(actor, Act.MANAGE_WEBHOOKS, f"webhook:{row[0]}")
    return row[0], secret


@transaction
def remove_webhook(key: int, actor: Actor) -> bool:
    """Call a receiver no more; answers whether there was one.

    :raises NotAllowed: no grant of the actor reaches so far.
    """
    gone = connection().execute(
        "UPDATE webhook SET removed_at = %s WHERE key = %s AND removed_at IS NULL", (now(), key)
    )
    if gone.rowcount:
        permit(actor, Act.MANAGE_WEBHOOKS, f"webhook:{key}")
    return gone.rowcount == 1


@transaction
def replay(environment: Environment, delivery: str, actor: Actor) -> bool:
    """Make one call again, under the same id; answers whether there is such a call.

    :raises NotAllowed: no grant of the actor reaches so far.
    """
    again = connection().execute(
        "UPDATE webhook_delivery SET state = 'waiting', attempts = 0, next_at = clock_timestamp()"
        " WHERE uuid::text = %s AND state <> 'waiting'",
        (delivery,),
    )
    if again.rowcount:
        permit(actor, Act.MANAGE_WEBHOOKS, f"webhook_delivery:{delivery}")
        defer(environment, "call_webhooks")
    return again.rowcount == 1


@transaction
def give_up(delivery: str, actor: Actor) -> bool:
    """Take a dead call off the list; answers whether it was on it. It can still be replayed by its id.

    :raises NotAllowed: no grant of the actor reaches so far.
    """
    gone = connection().execute(
        "UPDATE webhook_delivery SET state = 'given_up' WHERE uuid::text = %s AND state = 'dead'", (delivery,)
    )
    if gone.rowcount:
        permit(actor, Act.MANAGE_WEBHOOKS, f"webhook_delivery:{delivery}")
    return gone.rowcount == 1


_NEXT = """
SELECT d.key, d.uuid::text, d.webhook, d.event, d.attempts, w.url, w.secret, w.removed_at, w.jurisdiction, p.json,
       u.uuid::text AS update_id, u.status, u.outcome, u.description, u.occurred_at
FROM webhook_delivery d
JOIN webhook w ON w.key = d.webhook
JOIN service_request_update u ON u.key = d.update
LEFT JOIN publication p ON p.service_request = u.service_request
WHERE d.state = 'waiting' AND d.next_at <= clock_timestamp()
ORDER BY d.next_at, d.key LIMIT 1 FOR UPDATE OF d SKIP LOCKED
"""
_LET_REST = """
UPDATE webhook_delivery SET next_at = greatest(next_at, %s) WHERE webhook = %s AND state = 'waiting' AND key <> %s
"""


def call_webhooks(environment: Environment) -> int:
    """Make the calls that are due, as far as time allows; answers how many. One worker at a time does so."""
    made, end = 0, monotonic() + LONGEST
    while _call_next(environment):
        made += 1
        if monotonic() >= end:
            break
    return made


@transaction
def _call_next(environment: Environment) -> bool:
    # Whoever is at it also finds what is new, so a second worker has nothing to wait for.
    if not alone(Lock.WEBHOOKS):
        return False
    with connection().cursor(row_factory=dict_row, binary=True) as cursor:
        row = cursor.execute(_NEXT).fetchone()
    if row is None:
        return False
    if row["removed_at"] or row["json"] is None:
        _note(row, DeliveryState.DEAD, None, "removed" if row["removed_at"] else "not public any more")
        return True
    try:
        status = call_webhook(environment.outbound, row["url"], row["secret"], row["uuid"], now(), _body(row))
    except DeliveryFault as fault:
        dead = row["attempts"] + 1 >= MOST_ATTEMPTS
        _note(row, DeliveryState.DEAD if dead else DeliveryState.WAITING, fault.status, str(fault))
        connection().execute(_LET_REST, (now() + REST, row["webhook"], row["key"]))
    else:
        _note(row, DeliveryState.DONE, status, None)
    return True


def _body(row: dict[str, Any]) -> bytes:
    """What everybody may see of the service request now, and of what happened."""
    return orjson.dumps(
        {
            "delivery_id": row["uuid"],
            "event": row["event"],
            "jurisdiction": row["jurisdiction"],
            "update": {
                "update_id": row["update_id"],
                "status": row["status"],
                "outcome": row["outcome"],
                "description": row["description"],
                "updated_datetime": write_moment(row["occurred_at"]),
            },
            "service_request": orjson.Fragment(row["json"]),
        }
    )


def _note(row: dict[str, Any], state: DeliveryState, status: int | None, fault: str | None) -> None:
    wait = timedelta(seconds=min(30 * 2 ** row["attempts"], 6 * 3600))
    connection().execute(
        "UPDATE webhook_delivery SET state = %s, attempts = attempts + 1, next_at = %s, status = %s, fault = %s,"
        " done_at = %s WHERE key = %s",
        (state, now() + wait, status, fault, now() if state is DeliveryState.DONE else None, row["key"]),
    )

"""Call the webhooks that are due: signed, tried again later and later, and dead in the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import write, write_returning
from open311.actions.telling.administrators import tell_administrators
from open311.actions.telling.pump import Attempt, End, Outbox, pump
from open311.adapters.delivery import DeliveryFault
from open311.adapters.webhook import call_webhook
from open311.domain.backoff import Backoff
from open311.domain.moment import now, write_moment
from open311.models.locks import Lock
from open311.models.telling.webhook import DeliveryState
from open311.queries.reading import Statement, fetch_one_as

BACKOFF = Backoff(first=timedelta(seconds=30), longest=timedelta(hours=6), max_attempts=12)
"""A call is tried for about 14 hours; then it is dead until somebody replays it."""
RUN_SECONDS = 30.0
"""After how long a run makes no further call; the next minute's run goes on."""
REST = timedelta(minutes=1)
"""How long a receiver that failed is not called for anything else, so that one that hangs does not hold the worker."""

_STATES = {
    End.DONE: DeliveryState.DONE,
    End.FAILED: DeliveryState.DEAD,
    End.LATER: DeliveryState.WAITING,
}
_CLAIM = Statement(
    """
    SELECT d.key, d.uuid::text, d.webhook, d.event, d.attempts, w.url AS address, w.secret,
           w.removed_at IS NOT NULL AS removed, w.jurisdiction, p.json AS document, u.uuid::text AS update_id,
           u.status, u.outcome, u.description, u.occurred_at
    FROM webhook_delivery d
    JOIN webhook w ON w.key = d.webhook
    JOIN service_request_update u ON u.key = d.update
    LEFT JOIN publication p ON p.service_request = u.service_request
    WHERE d.state = 'waiting' AND d.next_at <= clock_timestamp()
    ORDER BY d.next_at, d.key LIMIT 1 FOR UPDATE OF d SKIP LOCKED
    """
)
_LET_REST = Statement(
    """
    UPDATE webhook_delivery SET next_at = greatest(next_at, :until)
    WHERE webhook = :webhook AND state = 'waiting' AND key <> :key
    """
)
_NOTE = Statement(
    """
    UPDATE webhook_delivery SET state = :state, attempts = attempts + 1, next_at = coalesce(:next_at, next_at),
                                status = :status, fault = :fault, done_at = :done_at
    WHERE key = :key
    """
)


GONE = 410
"""The HTTP status by which a receiver says that it wants no more calls, ever."""
_END = Statement(
    "UPDATE webhook SET removed_at = :now, gone_at = :now WHERE key = :webhook AND removed_at IS NULL RETURNING url"
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A call that is due: its receiver, and what is to be told."""

    key: int
    uuid: str
    webhook: int
    event: str
    attempts: int
    address: str
    secret: str
    removed: bool
    jurisdiction: str
    document: bytes | None
    """The published document in JSON, or None where the service request is not public any more."""
    update_id: str
    status: str | None
    outcome: str | None
    description: str | None
    occurred_at: datetime

    @property
    def body(self) -> bytes:
        """What everybody may see of the service request now, and of what happened."""
        return orjson.dumps(
            {
                "delivery_id": self.uuid,
                "event": self.event,
                "jurisdiction": self.jurisdiction,
                "update": {
                    "update_id": self.update_id,
                    "status": self.status,
                    "outcome": self.outcome,
                    "description": self.description,
                    "updated_datetime": write_moment(self.occurred_at),
                },
                "service_request": orjson.Fragment(self.document or b"null"),
            }
        )


def call_webhooks(environment: Environment) -> int:
    """Make the calls that are due, as far as time allows, and return how many. One worker at a time does so."""
    return pump(DeliveryOutbox(environment)).total()


class DeliveryOutbox(Outbox[Delivery]):
    """The calls that wait. Whoever empties it also finds what is new, so a second worker need not wait for it."""

    backoff = BACKOFF
    lock = Lock.WEBHOOKS

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.run_seconds = RUN_SECONDS

    def claim(self) -> Delivery | None:
        """Lock the next call."""
        return fetch_one_as(Delivery, _CLAIM)

    def attempt(self, row: Delivery) -> Attempt:
        """Make the call, unless nobody is to hear of it any more."""
        if row.removed or row.document is None:
            return Attempt(End.FAILED, "removed" if row.removed else "not public any more")
        try:
            status = call_webhook(self._environment.outbound, row.address, row.secret, row.uuid, now(), row.body)
        except DeliveryFault as fault:
            # A receiver that refuses today may be mended tomorrow, so every fault is one for now.
            if fault.status == GONE:
                _end(self._environment, row)
                return Attempt(End.FAILED, f"{fault}: it is not called any more", fault.status)
            write(_LET_REST, {"until": now() + REST, "webhook": row.webhook, "key": row.key})
            return Attempt(End.LATER, str(fault), fault.status)
        return Attempt(End.DONE, status=status)

    def note(self, row: Delivery, attempt: Attempt, next_at: datetime | None) -> None:
        """Write down what became of the call."""
        given = {
            "key": row.key,
            "state": _STATES[attempt.end],
            "next_at": next_at,
            "status": attempt.status,
            "fault": attempt.fault,
            "done_at": now() if attempt.end is End.DONE else None,
        }
        write(_NOTE, given)


def _end(environment: Environment, row: Delivery) -> None:
    """End a webhook whose receiver wants no more calls, and tell the administrators."""
    for (url,) in write_returning(_END, {"now": now(), "webhook": row.webhook}):
        text = (
            f"{url} answered 410 (Gone), so it is not called any more. If that was a mistake, add it again with"
            " 'open311 webhooks add', then send the calls that failed again at /admin/webhooks."
        )
        tell_administrators(environment, f"Webhook {row.webhook} was ended by its receiver", text)

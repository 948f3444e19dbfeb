"""Webhooks as staff manage them: add and remove receivers, make a call again, or give it up."""

from __future__ import annotations

import secrets
from collections.abc import Collection

from open311.actions.base.actor import Actor, permit
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, defer, transaction, write
from open311.adapters.delivery import Later, Refused
from open311.domain.errors import InvalidArgument
from open311.domain.event import PUBLIC_EVENTS
from open311.domain.moment import now
from open311.domain.roles import Act
from open311.models.telling.webhook import Webhook
from open311.queries.reading import Statement


@transaction
def add_webhook(
    environment: Environment, jurisdiction: str, url: str, events: Collection[str], actor: Actor
) -> tuple[int, str]:
    """Call a receiver from now on, and return its number and the secret with which calls are signed.

    No ``events`` means all.

    :raises NotAllowed: when no grant of the actor reaches that far.
    :raises InvalidArgument: when an event is unknown, or the address may not be called.
    """
    if unknown := set(events) - set(PUBLIC_EVENTS):
        known = ", ".join(sorted(PUBLIC_EVENTS))
        raise InvalidArgument(f"unknown event {', '.join(sorted(unknown))}; there are {known}")
    try:
        environment.outbound.check(url)
    except Refused as fault:
        raise InvalidArgument(str(fault)) from None
    except Later:
        pass  # a name that is not known today may be tomorrow
    secret = secrets.token_urlsafe(32)
    row = {"jurisdiction": jurisdiction, "url": url, "secret": secret, "events": sorted(events)}
    (key,) = add(Webhook, row, returning=("key",))
    permit(actor, Act.MANAGE_WEBHOOKS, f"webhook:{key}")
    return key, secret


_REMOVE = Statement("UPDATE webhook SET removed_at = :now WHERE key = :key AND removed_at IS NULL")


@transaction
def remove_webhook(key: int, actor: Actor) -> bool:
    """Stop calling a receiver, and return whether it was called until now.

    :raises NotAllowed: when no grant of the actor reaches that far.
    """
    removed = write(_REMOVE, {"key": key, "now": now()}) == 1
    if removed:
        permit(actor, Act.MANAGE_WEBHOOKS, f"webhook:{key}")
    return removed


_REPLAY = Statement(
    """
    UPDATE webhook_delivery SET state = 'waiting', attempts = 0, next_at = clock_timestamp()
    WHERE uuid::text = :delivery AND state <> 'waiting'
    """
)


@transaction
def replay(environment: Environment, delivery: str, actor: Actor) -> bool:
    """Make a call again under the id it had, and return whether there is such a call that is not waiting already.

    :raises NotAllowed: when no grant of the actor reaches that far.
    """
    found = write(_REPLAY, {"delivery": delivery}) == 1
    if found:
        permit(actor, Act.MANAGE_WEBHOOKS, f"webhook_delivery:{delivery}")
        defer(environment, "call_webhooks")
    return found


_GIVE_UP = Statement("UPDATE webhook_delivery SET state = 'given_up' WHERE uuid::text = :delivery AND state = 'dead'")


@transaction
def give_up(delivery: str, actor: Actor) -> bool:
    """Take a dead call off the list, and return whether it was on it. It can still be replayed by its id.

    :raises NotAllowed: when no grant of the actor reaches that far.
    """
    found = write(_GIVE_UP, {"delivery": delivery}) == 1
    if found:
        permit(actor, Act.MANAGE_WEBHOOKS, f"webhook_delivery:{delivery}")
    return found

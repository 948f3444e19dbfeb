"""Forget what was kept long enough by the rules of ``config/privacy.yaml``, a batch and a transaction at a time.

Running it again, or in two places at once, forgets nothing twice: batches of all runs come one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from open311.actions.base.actor import Actor, note_act, permit
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import transaction, write
from open311.actions.privacy.kind import Expiry
from open311.actions.privacy.registry import EXPIRIES
from open311.domain.moment import now
from open311.domain.retention import Cut
from open311.domain.roles import Act
from open311.models.locks import Lock
from open311.queries.privacy.due import count_due, read_due
from open311.queries.reading import Statement

_WAIT = Statement(Lock.RETENTION.waiting)
BATCH_ROWS = 1_000
"""How many rows of a span are forgotten in one transaction."""


@dataclass(frozen=True, slots=True)
class Swept:
    """How much of a span is due or was forgotten, and since when the oldest of it counts."""

    span: str
    days: int
    count: int
    oldest: datetime | None


def preview_retention(environment: Environment, moment: datetime | None = None) -> Iterator[Swept]:
    """Count what would be forgotten now, or at another moment."""
    for expiry, cut in _cuts(environment, moment or now()):
        due = count_due(expiry.due, cut)
        yield Swept(expiry.name, environment.city.retention.rules[expiry.name].days, due.count, due.oldest)


def run_retention(environment: Environment, actor: Actor, moment: datetime | None = None) -> Iterator[Swept]:
    """Forget what is due, span by span.

    How much of each went stands in the audit log, written in the transaction in which it went.

    :raises NotAllowed: when no grant of the actor covers the whole city.
    """
    _permit(actor)
    for expiry, cut in _cuts(environment, moment or now()):
        count, oldest = 0, None
        while batch := _forget(environment, actor, expiry, cut):
            count += len(batch)
            oldest = min(batch) if oldest is None else min(oldest, *batch)
        yield Swept(expiry.name, environment.city.retention.rules[expiry.name].days, count, oldest)


def _cuts(environment: Environment, moment: datetime) -> Iterator[tuple[Expiry, Cut]]:
    """In the order of the city's file."""
    for name in environment.city.retention.rules:
        if cut := environment.city.retention.cut(name, moment):
            yield EXPIRIES[name], cut


@transaction
def _permit(actor: Actor) -> None:
    permit(actor, Act.APPLY_RETENTION, "retention:")


@transaction
def _forget(environment: Environment, actor: Actor, expiry: Expiry, cut: Cut) -> list[datetime]:
    """Forget one batch, and return since when each of its rows counted."""
    write(_WAIT)
    rows = read_due(expiry.due, cut, BATCH_ROWS)
    if rows:
        expiry.forget(environment, [row.id for row in rows])
        note_act(actor.account, Act.APPLY_RETENTION, f"retention:{expiry.name}:{len(rows)}")
    return [row.since for row in rows]

"""Watch promises that are due soon or broken, and waits that are over; note each once, with any number of workers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from open311.actions.base.actor import SYSTEM
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import transaction, write_returning
from open311.actions.cases.case import aside, locked_key
from open311.actions.cases.progress import REMIND_AFTER, step
from open311.actions.telling.staff_letters import write_to_assignee, write_to_department
from open311.domain.change import Change
from open311.domain.event import Event
from open311.domain.lifecycle import Status
from open311.domain.moment import now
from open311.models.cases.relation import is_duplicate
from open311.models.cases.service_request import is_open
from open311.models.cases.sla_event import SLAEventKind as Kind
from open311.queries.reading import Statement

MAX_CASES_PER_TRANSACTION = 200
"""How many service requests one transaction handles: few enough that nobody waits long for their locks."""


@dataclass(frozen=True)
class Watch:
    """When a promise comes due."""

    deadline: str
    """The column with the time that was promised."""
    condition: str
    """A further condition, as SQL on the service request ``r``."""
    before: timedelta = timedelta()
    """How long before the promised time it is noted."""


# A duplicate follows the case that it is a duplicate of, so only that one is looked at.
_NO_DUPLICATE = f"NOT {is_duplicate('r.key')}"
_FIND = {
    Kind.ACKNOWLEDGE_BREACHED: Watch("acknowledge_by", f"{is_open('r')} AND r.acknowledged_datetime IS NULL"),
    Kind.RESOLVE_DUE: Watch(
        "expected_datetime", f"{is_open('r')} AND r.paused_at IS NULL AND r.expected_datetime > :now", timedelta(days=1)
    ),
    Kind.RESOLVE_BREACHED: Watch("expected_datetime", f"{is_open('r')} AND r.paused_at IS NULL"),
    Kind.WAITED: Watch("look_again_at", f"r.status = 'waiting_on_reporter' AND {_NO_DUPLICATE}"),
    Kind.REMINDED: Watch("look_again_at", f"r.status = 'referred' AND {_NO_DUPLICATE}"),
}
# Rows that another worker has locked are left to it; the event's primary key lets only one worker note each.
_NOTE = {
    kind: Statement(
        f"""
        WITH due AS (
            SELECT r.key, r.{watch.deadline} AS deadline FROM service_request r
            WHERE r.{watch.deadline} <= :until AND {watch.condition} AND r.jurisdiction = ANY(:jurisdictions)
              AND NOT EXISTS (SELECT FROM sla_event e
                              WHERE e.service_request = r.key AND e.kind = :kind AND e.deadline = r.{watch.deadline})
            ORDER BY r.{watch.deadline} LIMIT :limit FOR UPDATE SKIP LOCKED
        )
        INSERT INTO sla_event (service_request, kind, deadline) SELECT key, :kind, deadline FROM due
        ON CONFLICT DO NOTHING RETURNING service_request
        """
    )
    for kind, watch in _FIND.items()
}
NOTES = {
    Kind.ACKNOWLEDGE_BREACHED: "Nobody looked at this within the time that was promised.",
    Kind.RESOLVE_DUE: "This is to be done within a day.",
    Kind.RESOLVE_BREACHED: "This was not done within the time that was promised.",
    Kind.WAITED: "The reporter did not answer in time.",
    Kind.REMINDED: "The body outside has had this for two weeks.",
}
"""The note that staff read in the history, by what happened."""


def look_at_promises(environment: Environment) -> dict[str, int]:
    """Note everything that has come due, and do what follows from it; return how many of each kind."""
    counts: dict[str, int] = {}
    for kind in _FIND:
        while done := _note(environment, kind):
            counts[kind] = counts.get(kind, 0) + done
            if done < MAX_CASES_PER_TRANSACTION:
                break
    return counts


@transaction
def _note(environment: Environment, kind: Kind) -> int:
    watch, moment = _FIND[kind], now()
    given = {
        "now": moment,
        "until": moment + watch.before,
        "kind": kind,
        "limit": MAX_CASES_PER_TRANSACTION,
        "jurisdictions": list(environment.city.jurisdictions),
    }
    found = write_returning(_NOTE[kind], given)
    for (key,) in found:
        _follow(environment, kind, key)
    return len(found)


def _follow(environment: Environment, kind: Kind, key: int) -> None:
    case = locked_key(key)
    if kind is Kind.WAITED:
        step(environment, case, SYSTEM, Change(Status.IN_PROGRESS, note=NOTES[kind]))
        return
    if kind is Kind.REMINDED:
        case.look_again_at = now() + REMIND_AFTER
    update_id = aside(environment, case, "system", SYSTEM, NOTES[kind])
    if kind is Kind.RESOLVE_DUE:
        write_to_assignee(environment, case, Event.DUE, update_id)
    elif kind in (Kind.ACKNOWLEDGE_BREACHED, Kind.RESOLVE_BREACHED):
        write_to_department(environment, case, Event.ESCALATED, update_id)

"""What becomes of promises: due, broken, waited long enough. Each happens once, however many workers look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from open311.actions.base.actor import SYSTEM
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, transaction
from open311.actions.cases.case import aside, locked_key
from open311.actions.cases.progress import REFERRED, step
from open311.actions.telling.staff_letters import write_to_assignee, write_to_department
from open311.domain.event import Event
from open311.domain.lifecycle import Status
from open311.domain.moment import now
from open311.models.cases.relation import is_duplicate
from open311.models.cases.service_request import OPEN
from open311.models.cases.sla_event import SLAEventKind as Kind

AT_ONCE = 200
"""Cases of one transaction, so that nobody waits long for their locks."""


@dataclass(frozen=True)
class Watch:
    """What makes a promise come due: a column, what else must hold, and how long before."""

    deadline: str
    condition: str
    before: timedelta = timedelta()


# A duplicate follows another: that one is looked at, and takes it along.
_NO_DUPLICATE = f"NOT {is_duplicate('r.key')}"
_FIND = {
    Kind.ACKNOWLEDGE_BREACHED: Watch("acknowledge_by", f"{OPEN} AND acknowledged_datetime IS NULL"),
    Kind.RESOLVE_DUE: Watch(
        "expected_datetime", f"{OPEN} AND paused_at IS NULL AND expected_datetime > %(now)s", timedelta(days=1)
    ),
    Kind.RESOLVE_BREACHED: Watch("expected_datetime", f"{OPEN} AND paused_at IS NULL"),
    Kind.WAITED: Watch("look_again_at", f"status = 'waiting_on_reporter' AND {_NO_DUPLICATE}"),
    Kind.REMINDED: Watch("look_again_at", f"status = 'referred' AND {_NO_DUPLICATE}"),
}
# Rows that another worker holds are left to it; the primary key of the event lets only one worker have each.
_NOTE = """
WITH due AS (
    SELECT key, {deadline} AS deadline FROM service_request r
    WHERE {deadline} <= %(until)s AND {condition} AND jurisdiction = ANY(%(jurisdictions)s)
      AND NOT EXISTS (SELECT FROM sla_event e
                      WHERE e.service_request = r.key AND e.kind = %(kind)s AND e.deadline = r.{deadline})
    ORDER BY {deadline} LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
INSERT INTO sla_event (service_request, kind, deadline) SELECT key, %(kind)s, deadline FROM due
ON CONFLICT DO NOTHING RETURNING service_request
"""
WORDS = {
    Kind.ACKNOWLEDGE_BREACHED: "Nobody looked at this within the time that was promised.",
    Kind.RESOLVE_DUE: "This is to be done within a day.",
    Kind.RESOLVE_BREACHED: "This was not done within the time that was promised.",
    Kind.WAITED: "The reporter did not answer in time.",
    Kind.REMINDED: "The body outside has had this for two weeks.",
}
"""What staff read in the history."""


def look_at_promises(environment: Environment) -> dict[str, int]:
    """Note everything that came due until now, and do what follows; answers how many of each."""
    counts: dict[str, int] = {}
    for kind in _FIND:
        while done := _note(environment, kind):
            counts[kind] = counts.get(kind, 0) + done
            if done < AT_ONCE:
                break
    return counts


@transaction
def _note(environment: Environment, kind: Kind) -> int:
    watch, moment = _FIND[kind], now()
    given: dict[str, Any] = {
        "now": moment,
        "until": moment + watch.before,
        "kind": kind,
        "limit": AT_ONCE,
        "jurisdictions": list(environment.city.jurisdictions),
    }
    found = connection().execute(_NOTE.format(deadline=watch.deadline, condition=watch.condition), given).fetchall()
    for (key,) in found:
        _follow(environment, kind, key)
    return len(found)


def _follow(environment: Environment, kind: Kind, key: int) -> None:
    case = locked_key(key)
    if kind is Kind.WAITED:
        step(environment, case, Status.IN_PROGRESS, SYSTEM, note=WORDS[kind])
        return
    if kind is Kind.REMINDED:
        case.look_again_at = now() + REFERRED
    update_id = aside(environment, case, "system", SYSTEM, WORDS[kind])
    if kind is Kind.RESOLVE_DUE:
        write_to_assignee(environment, case, Event.DUE, update_id)
    elif kind in (Kind.ACKNOWLEDGE_BREACHED, Kind.RESOLVE_BREACHED):
        write_to_department(environment, case, Event.ESCALATED, update_id)

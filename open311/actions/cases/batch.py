"""Change many cases at once, some seconds later, so that it can be undone before anybody sees anything (ADR 0015).

A row says what is wanted. Undoing it and beginning it are updates of that one row, so one of them wins. Once begun it
is done case by case, each in a transaction of its own that also notes that it is done: a worker that is killed has
done every case whole or not at all, and another goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, defer, transaction
from open311.actions.cases.assign import assign, prioritise
from open311.actions.cases.progress import annotate
from open311.actions.cases.update import Change, update
from open311.domain.errors import InvalidArgument, NotAllowed, Refusal
from open311.domain.moment import now
from open311.domain.routing import Priority
from open311.queries.accounts.accounts import account_of_key

UNDO_WITHIN = timedelta(seconds=10)
MOST_CASES = 200

Do = Callable[[Environment, str, str, int, Actor, Mapping[str, Any]], object]
"""With the jurisdiction, the number and version of a case, who does it, and what else the act needs."""


def _update(environment: Environment, city: str, number: str, version: int, actor: Actor, given: Any) -> None:
    update(environment, city, number, Change.read(given), actor, seen_version=version)


def _assign(environment: Environment, city: str, number: str, version: int, actor: Actor, given: Any) -> None:
    assign(environment, city, number, actor, **given, seen_version=version)


def _note(environment: Environment, city: str, number: str, version: int, actor: Actor, given: Any) -> None:
    annotate(environment, city, number, actor, given["note"])


def _prioritise(environment: Environment, city: str, number: str, version: int, actor: Actor, given: Any) -> None:
    prioritise(environment, city, number, Priority(given["priority"]), actor, given["reason"], version)


ACTS: dict[str, Do] = {"update": _update, "assign": _assign, "note": _note, "priority": _prioritise}
"""What can be done to many cases at once, with the arguments of the single act."""


@transaction
def hold(
    environment: Environment,
    jurisdiction: str,
    cases: Sequence[tuple[str, int]],
    act: str,
    arguments: Mapping[str, Any],
    actor: Actor,
) -> str:
    """Hold a change of these cases (number and the version that was looked at) back; answers its public id.

    Nothing is visible anywhere until then. What the person may do is asked when it is done.

    :raises InvalidArgument: no cases, or too many at once.
    """
    if not 0 < len(cases) <= MOST_CASES:
        raise InvalidArgument(f"choose between 1 and {MOST_CASES} service requests")
    assert act in ACTS
    due = now() + UNDO_WITHIN
    execute = connection().execute
    row: Any = execute(
        "INSERT INTO batch_change (jurisdiction, account, act, arguments, due_at) VALUES (%s, %s, %s, %s, %s)"
        " RETURNING key, uuid::text",
        (jurisdiction, actor.account, act, Jsonb(dict(arguments)), due),
    ).fetchone()
    execute(
        "INSERT INTO batch_case (batch_change, position, number, version)"
        " SELECT %s, row_number() OVER (), number, version FROM unnest(%s::text[], %s::int[]) AS c(number, version)",
        (row[0], [number for number, _ in cases], [version for _, version in cases]),
    )
    defer(environment, "do_batch", at=due, key=row[0])
    return str(row[1])


@transaction
def undo(uuid: str, account: int) -> bool:
    """Take it back whole; answers false where that is too late (or it is somebody else's, or none at all)."""
    done = connection().execute(
        "UPDATE batch_change SET undone_at = coalesce(undone_at, %s)"
        " WHERE uuid::text = %s AND account = %s AND begun_at IS NULL",
        (now(), uuid, account),
    )
    return done.rowcount == 1


def do_batch(environment: Environment, key: int) -> int:
    """Do it, unless it was undone; safe to repeat, also at the same moment. Answers how many cases this call did."""
    held = _begin(key)
    if held is None:
        return 0
    done = 0
    while (case := _next(environment, held)) is not None:
        done += case
    return done


@transaction
def _begin(key: int) -> dict[str, Any] | None:
    """Claim it; from here on it cannot be undone. None where it was."""
    with connection().cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "UPDATE batch_change SET begun_at = coalesce(begun_at, %s) WHERE key = %s AND undone_at IS NULL"
            " RETURNING key, jurisdiction, account, act, arguments",
            (now(), key),
        ).fetchone()


def _next(environment: Environment, held: dict[str, Any]) -> int | None:
    """Do the next case; answers 1, or 0 where it was refused, or none where there is no next one."""
    try:
        return 1 if _do_one(environment, held) else None
    except _RefusedCase as refused:
        _note_refusal(held["key"], refused.position, str(refused.__cause__))
        return 0


_WAITING = """
SELECT position, number, version FROM batch_case WHERE batch_change = %s AND done_at IS NULL
ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED
"""


@transaction
def _do_one(environment: Environment, held: dict[str, Any]) -> bool:
    """One case and the note that it is done, in one commit; a refusal undoes both."""
    row = connection().execute(_WAITING, (held["key"],)).fetchone()
    if row is None:
        return False
    position, number, version = row
    try:
        actor = _actor(held["account"])
        ACTS[held["act"]](environment, held["jurisdiction"], number, version, actor, held["arguments"])
    except Refusal as refusal:
        raise _RefusedCase(position) from refusal
    connection().execute(
        "UPDATE batch_case SET done_at = %s WHERE batch_change = %s AND position = %s", (now(), held["key"], position)
    )
    return True


class _RefusedCase(Exception):
    """Undoes what was written of a case; its cause says why."""

    def __init__(self, position: int) -> None:
        self.position = position


@transaction
def _note_refusal(key: int, position: int, why: str) -> None:
    connection().execute(
        "UPDATE batch_case SET done_at = %s, refusal = %s"
        " WHERE batch_change = %s AND position = %s AND done_at IS NULL",
        (now(), why, key, position),
    )


def _actor(account: int) -> Actor:
    """Whoever wanted it, with what they may do now.

    :raises NotAllowed: the account was disabled meanwhile.
    """
    found = account_of_key(account)
    if found is None or not found.active:
        raise NotAllowed("your account was disabled")
    return Actor("staff", account=account, grants=found.grants)

"""Change many service requests at once, after some seconds in which it can be undone before anybody sees it (ADR 15).

A row says what is to be done. Undoing a batch and beginning it both update that row, so only one of them succeeds.
Once begun, a batch is done case by case, each in a transaction that also marks the case as done: if a worker is
killed, no case is half changed, and another worker continues.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from psycopg.types.json import Jsonb

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.base.idempotency import Once
from open311.actions.base.transaction import add, defer, transaction, write, write_returning
from open311.actions.cases.assign import assign, prioritise
from open311.actions.cases.progress import annotate
from open311.actions.cases.update import update
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.errors import InvalidArgument, NotAllowed, Refusal
from open311.domain.moment import now
from open311.domain.priority import Priority
from open311.models.cases.batch_change import BatchChange
from open311.queries.accounts.people import account_of_key
from open311.queries.reading import Statement

UNDO_WITHIN = timedelta(seconds=10)
"""How long a batch waits before it begins; until then it can be undone."""
MAX_CASES = 200
"""The most service requests in one batch."""

Do = Callable[[Environment, CaseRef, Actor, Mapping[str, Any]], object]
"""A function that does a batch's act to one case, with the arguments that the batch stored."""


def _update(environment: Environment, ref: CaseRef, actor: Actor, given: Any) -> None:
    update(environment, ref, actor, Change.read(given))


def _assign(environment: Environment, ref: CaseRef, actor: Actor, given: Any) -> None:
    assign(environment, ref, actor, **given)


def _note(environment: Environment, ref: CaseRef, actor: Actor, given: Any) -> None:
    # A note needs no version: it changes nothing that somebody else could have changed.
    annotate(environment, CaseRef(ref.jurisdiction, ref.number), actor, given["note"])


def _prioritise(environment: Environment, ref: CaseRef, actor: Actor, given: Any) -> None:
    prioritise(environment, ref, actor, Priority(given["priority"]), reason=given["reason"])


def _finish(environment: Environment, ref: CaseRef, actor: Actor, given: Any) -> None:
    # Work on the spot is done, whatever somebody at a desk changed meanwhile.
    update(environment, CaseRef(ref.jurisdiction, ref.number), actor, Change.read(given))


ACTS: dict[str, Do] = {"update": _update, "finish": _finish, "assign": _assign, "note": _note, "priority": _prioritise}
"""The acts that a batch can do, by their names in ``batch_change.act``."""

_ADD_CASES = Statement(
    """
    INSERT INTO batch_case (batch_change, position, number, version)
    SELECT :batch, row_number() OVER (), number, version
    FROM unnest(CAST(:numbers AS text[]), CAST(:versions AS int[])) AS c(number, version)
    """
)


@dataclass(frozen=True, slots=True)
class Started:
    """The public id of a batch that was started."""

    uuid: str


@transaction
def start_batch(
    environment: Environment,
    jurisdiction: str,
    cases: Sequence[tuple[str, int]],
    act: str,
    arguments: Mapping[str, Any],
    actor: Actor,
    *,
    once: Once | None = None,
) -> str:
    """Start a batch that does ``act`` to cases once ``UNDO_WITHIN`` has passed; return its public id.

    ``cases`` are pairs of a number and the version that the actor looked at. Until then nothing is visible anywhere;
    permissions are checked when the batch runs. ``once`` makes it safe to send the same again.

    :raises InvalidArgument: when there are no cases, or too many.
    :raises KeyReused: when the idempotency key of ``once`` was used before for something else.
    """
    if once and (before := once.before(jurisdiction, None)):
        return Started(**before).uuid
    if not 0 < len(cases) <= MAX_CASES:
        raise InvalidArgument(f"choose between 1 and {MAX_CASES} service requests")
    assert act in ACTS
    due = now() + UNDO_WITHIN
    row = {
        "jurisdiction": jurisdiction,
        "account": actor.account,
        "act": act,
        "arguments": Jsonb(dict(arguments)),
        "due_at": due,
    }
    key, uuid = add(BatchChange, row, returning=("key", "uuid"))
    numbers, versions = [number for number, _ in cases], [version for _, version in cases]
    write(_ADD_CASES, {"batch": key, "numbers": numbers, "versions": versions})
    defer(environment, "do_batch", at=due, key=key)
    if once:
        once.remember(jurisdiction, None, Started(str(uuid)))
    return str(uuid)


_UNDO = Statement(
    """
    UPDATE batch_change SET undone_at = coalesce(undone_at, :now)
    WHERE uuid::text = :uuid AND account = :account AND begun_at IS NULL
    """
)


@transaction
def undo_batch(uuid: str, account: int) -> bool:
    """Undo a whole batch; return False if it has begun already, belongs to somebody else, or does not exist."""
    return write(_UNDO, {"now": now(), "uuid": uuid, "account": account}) == 1


def do_batch(environment: Environment, key: int) -> int:
    """Do a batch unless it was undone; return how many cases this call changed. Safe to repeat, even concurrently."""
    batch = _begin(key)
    if batch is None:
        return 0
    done = 0
    while (changed := _next(environment, batch)) is not None:
        done += changed
    return done


@dataclass(frozen=True, slots=True)
class _Batch:
    key: int
    jurisdiction: str
    account: int
    act: str
    arguments: dict[str, Any]


_BEGIN = Statement(
    """
    UPDATE batch_change SET begun_at = coalesce(begun_at, :now) WHERE key = :key AND undone_at IS NULL
    RETURNING key, jurisdiction, account, act, arguments
    """
)


@transaction
def _begin(key: int) -> _Batch | None:
    """Claim a batch, after which it cannot be undone; return None if it was undone."""
    begun = write_returning(_BEGIN, {"now": now(), "key": key})
    return _Batch(*begun[0]) if begun else None


def _next(environment: Environment, batch: _Batch) -> int | None:
    """Do the next case; return 1 if it was changed, 0 if that was refused, None if no case is left."""
    try:
        return 1 if _do_one(environment, batch) else None
    except _RefusedCase as refused:
        _note_refusal(batch.key, refused.position, str(refused.__cause__))
        return 0


_CLAIM = Statement(
    """
    SELECT position, number, version FROM batch_case WHERE batch_change = :batch AND done_at IS NULL
    ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED
    """
)
_DONE = Statement("UPDATE batch_case SET done_at = :now WHERE batch_change = :batch AND position = :position")


@transaction
def _do_one(environment: Environment, batch: _Batch) -> bool:
    """Do one case and mark it as done, in one commit; return False if no case is left."""
    claimed = write_returning(_CLAIM, {"batch": batch.key})
    if not claimed:
        return False
    [(position, number, version)] = claimed
    try:
        ref = CaseRef(batch.jurisdiction, number, version)
        ACTS[batch.act](environment, ref, _actor(batch.account), batch.arguments)
    except Refusal as refusal:
        raise _RefusedCase(position) from refusal
    write(_DONE, {"now": now(), "batch": batch.key, "position": position})
    return True


class _RefusedCase(Exception):
    """Rolls back what was written for a refused case; its ``__cause__`` is the refusal."""

    def __init__(self, position: int) -> None:
        self.position = position


_REFUSED = Statement(
    """
    UPDATE batch_case SET done_at = :now, refusal = :why
    WHERE batch_change = :batch AND position = :position AND done_at IS NULL
    """
)


@transaction
def _note_refusal(batch: int, position: int, why: str) -> None:
    write(_REFUSED, {"now": now(), "why": why, "batch": batch, "position": position})


def _actor(account: int) -> Actor:
    """Return whoever started the batch, with the grants that they have now.

    :raises NotAllowed: when their account has been disabled.
    """
    found = account_of_key(account)
    if found is None or not found.active:
        raise NotAllowed("your account was disabled")
    return Actor("staff", account=account, grants=found.grants)

"""Read batches, which change many service requests at once, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from open311.domain.place import Point
from open311.queries.reading import Statement, fetch_as, fetch_dicts

_BATCH = Statement(
    """
    SELECT h.uuid::text, h.act, h.due_at, h.begun_at, h.undone_at,
           (SELECT array_agg(ARRAY[c.number, coalesce(c.refusal, ''),
                                   CASE WHEN c.done_at IS NULL THEN '' ELSE 'done' END] ORDER BY c.position)
            FROM batch_case c WHERE c.batch_change = h.key) AS cases
    FROM batch_change h WHERE h.uuid::text = :uuid AND h.account = :account
    """
)


@dataclass(frozen=True, slots=True)
class BatchedCase:
    """A service request of a batch: done, refused (with the reason), or still waiting."""

    number: str
    refusal: str
    done: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch, and what became of its cases."""

    uuid: str
    act: str
    due_at: datetime
    begun_at: datetime | None
    undone_at: datetime | None
    cases: tuple[BatchedCase, ...]

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to any of its cases."""
        return self.undone_at is not None or all(case.done for case in self.cases)


def batch_change(uuid: str, account: int) -> Batch | None:
    """Return a batch by its public id; None if there is none, or another account started it."""
    for row in fetch_dicts(_BATCH, {"uuid": uuid, "account": account}):
        cases = tuple(BatchedCase(number, refusal, bool(done)) for number, refusal, done in row["cases"])
        return Batch(**{**row, "cases": cases})
    return None


_FINISHED = Statement(
    """
    SELECT h.uuid::text, c.number, h.arguments, h.due_at, h.begun_at, h.undone_at, coalesce(c.refusal, '') AS refusal,
           ST_X(r.point) AS long, ST_Y(r.point) AS lat
    FROM batch_change h JOIN batch_case c ON c.batch_change = h.key
    JOIN service_request r ON r.jurisdiction = h.jurisdiction AND r.service_request_id = c.number
    WHERE h.account = :account AND h.act = 'finish' AND h.created_at > :since
    ORDER BY h.key DESC
    """
)


@dataclass(frozen=True, slots=True)
class FinishedTask:
    """What somebody on the spot said is done: it waits for some seconds, and can be taken back until then."""

    uuid: str
    number: str
    arguments: dict[str, Any]
    """The change, as ``Change.read`` reads it."""
    due_at: datetime
    begun_at: datetime | None
    undone_at: datetime | None
    refusal: str
    """Why it was not taken in the end; empty if it was, or nobody tried yet."""
    long: float | None
    lat: float | None

    @property
    def held(self) -> bool:
        """Whether it waits, and can still be taken back."""
        return self.begun_at is None and self.undone_at is None

    @property
    def point(self) -> Point | None:
        """Where it is; None if the case has no place."""
        return None if self.long is None or self.lat is None else Point(self.long, self.lat)


def finished_tasks(account: int, since: datetime) -> list[FinishedTask]:
    """Return what an account finished on the spot since a moment, the latest first."""
    return fetch_as(FinishedTask, _FINISHED, {"account": account, "since": since})

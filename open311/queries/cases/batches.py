"""Read batches, which change many service requests at once, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from open311.queries.reading import Statement, fetch_dicts

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

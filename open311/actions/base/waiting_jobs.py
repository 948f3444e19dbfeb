"""Jobs that wait although another one does the same work."""

from __future__ import annotations

from open311.actions.base.transaction import transaction, write
from open311.queries.reading import Statement

_DROP = Statement(
    """
    DELETE FROM procrastinate_jobs
    WHERE task_name = :task AND status = 'todo' AND coalesce(scheduled_at, now()) <= now()
    """
)


@transaction
def drop_waiting(task: str) -> None:
    """Drop the jobs of a task that wait, for a job that does all there is to do when it begins.

    What a waiting job was queued for is committed, so the caller finds it afterwards.
    """
    write(_DROP, {"task": task})

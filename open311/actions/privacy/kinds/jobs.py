"""Jobs of the queue that name an address: to send a link there, for instance."""

from __future__ import annotations

from typing import Any

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import write
from open311.actions.privacy.kind import Expiry, Kind, Tally, erase_by
from open311.queries.privacy.due import ENDED_JOBS
from open311.queries.privacy.naming import IN_JOB, count_jobs
from open311.queries.reading import Statement

_OF_SUBJECT = Statement(f"DELETE FROM procrastinate_jobs WHERE {IN_JOB}")
_DEFERS = Statement("DELETE FROM procrastinate_periodic_defers WHERE job_id = ANY(:jobs)")
_JOBS = Statement("DELETE FROM procrastinate_jobs WHERE id = ANY(:jobs)")


def forget_jobs(environment: Environment, jobs: list[Any]) -> None:
    """Delete jobs, with the note of when they were queued."""
    write(_DEFERS, {"jobs": jobs})
    write(_JOBS, {"jobs": jobs})


KIND = Kind(
    columns="procrastinate_jobs: args",
    tally=Tally("jobs", count_jobs),
    erase=erase_by(_OF_SUBJECT),
    stays="A job that is under way; it goes when it has ended.",
    expiries=(Expiry("jobs", ENDED_JOBS, forget_jobs),),
)

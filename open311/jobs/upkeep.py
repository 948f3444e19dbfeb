"""Jobs that look after the queue itself."""

from __future__ import annotations

import procrastinate

from open311.jobs.registry import job

STALLED_SECONDS = 120
"""After how long without a heartbeat a worker counts as dead."""


@job("retry_stalled", every="*/2 * * * *")
async def retry_stalled(context: procrastinate.JobContext, timestamp: int) -> None:
    """Queue the jobs of dead workers again, which procrastinate does not do by itself."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await manager.retry_job(stalled)

"""What happens afterwards: jobs in PostgreSQL (procrastinate), queued in the transaction of the change.

One file a subject; ``registry.job`` makes a function a job.
"""

from __future__ import annotations

import procrastinate
from flask import Flask

from open311.jobs.registry import all_jobs
from open311.models.patience import conninfo


def make_queue(app: Flask, database_url: str) -> procrastinate.App:
    """Return the queue with every job of this package; nothing connects before a worker opens it."""
    queue = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo(database_url), timeout=10))
    for job in all_jobs(__name__):
        job.add_to(queue, app)
    return queue


def make_outbox(database_url: str) -> procrastinate.App:
    """Return the same queue for those who put jobs into it, with connections of its own.

    Inside a running job the worker's own connector is of no use: it belongs to the worker's event loop.
    """
    outbox = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=conninfo(database_url)))
    for job in all_jobs(__name__):
        job.announce_to(outbox)
    return outbox

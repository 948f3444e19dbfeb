"""What happens afterwards: jobs in PostgreSQL (procrastinate), queued in the transaction of the change.

Every task may run twice: a killed worker's jobs are taken up again by ``retry_stalled``.
"""

from __future__ import annotations

import procrastinate
from flask import Flask
from sqlalchemy import make_url

from open311.jobs.tasks import add_tasks


def make_queue(app: Flask, database_url: str) -> procrastinate.App:
    """The queue with every task; nothing connects before a worker opens it."""
    queue = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo(database_url)))
    add_tasks(queue, app)
    return queue


def make_outbox(database_url: str) -> procrastinate.App:
    """The same queue for those who put jobs into it, on connections of their own: also from inside a running job.

    There the worker's own connector speaks only to its event loop.
    """
    return procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=conninfo(database_url)))


def conninfo(database_url: str) -> str:
    """SQLAlchemy's URL as libpq wants it."""
    return make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)

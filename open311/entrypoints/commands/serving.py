"""The commands ``open311 serve`` and ``open311 worker``: the two processes of a server."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from contextlib import suppress
from typing import Any

import click
import psycopg
from flask import current_app
from flask.cli import with_appcontext
from granian import Granian
from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings
from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DEFAULT_QUEUE

from open311.actions.base.environment import current_environment
from open311.actions.city.load_city import load_city
from open311.actions.places.load_boundaries import load_samples
from open311.api.bodies import MAX_AT_ONCE
from open311.api.bounds import HEADER_SECONDS, MAX_HEADERS_BYTES
from open311.entrypoints.commands.options import refusals_as_errors
from open311.entrypoints.commands.tables import TableCommand
from open311.models.patience import JOBS

AWAY_SECONDS = 300
"""How long a worker tries to reach a database that is away before it ends with a failure, in seconds."""
QUICK_SECONDS = 5
"""A worker that ends sooner than this could not begin, in seconds."""
MAX_QUICK_ENDS = 20
"""How often in a row a worker may end that soon before it gives up."""
PAUSE_SECONDS = 2
"""How long a worker waits before it begins again, in seconds."""
RESPAWN_SECONDS = 3.5
"""How long a new process may take to start before the old one is stopped, in seconds, when all are replaced."""
STOP_SECONDS = 30
"""How long a process that is stopped may take to answer what it has begun, in seconds."""
ABORT_POLLING_SECONDS = 600.0
"""How often a worker looks for jobs to abort, in seconds. None is, and whoever aborts one by hand is heard at once."""
POLLING_SECONDS, REPEAT_POLLING_SECONDS = 5.0, 30.0
"""How often a queue is looked through for jobs whose time has come, in seconds; the second is for queues in which only
what is tried again has a time. New jobs are told at once."""
HEARTBEAT_SECONDS = 20.0
"""How often a queue says that its worker lives, in seconds; ``jobs/upkeep`` takes two minutes of silence for death."""
_LOG = logging.getLogger(__name__)


@click.command(cls=TableCommand)
@click.option("--host", help="Address to listen on; default: HOST, else 127.0.0.1.")
@click.option("--port", type=int, help="Port to listen on; default: PORT, else 8311.")
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True, help="Processes.")
@click.option(
    "--threads", type=click.IntRange(1), help="Requests that each process works on at once; default: THREADS, else 4."
)
@with_appcontext
def serve(host: str | None, port: int | None, workers: int, threads: int | None) -> None:
    """Serve the API and pages, after 'city load'."""
    settings = current_app.extensions["settings"]
    environment = current_environment()
    # Before anything is served: a service that became less public must not go on showing what it showed before.
    with refusals_as_errors():
        told = load_city(environment)
    for line in [*told, *load_samples(environment)]:
        click.echo(line)
    threads = threads or settings.threads
    os.environ["THREADS"] = str(threads)  # for the processes
    Granian(
        "open311.app:create_served_app",
        address=host or settings.host,
        port=port or settings.port,
        interface=Interfaces.WSGI,
        loop=Loops.auto,
        workers=workers,
        blocking_threads=threads + MAX_AT_ONCE,
        backlog=1024,
        factory=True,
        log_access=False,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=MAX_HEADERS_BYTES, keep_alive=True
        ),
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_SECONDS,
        workers_kill_timeout=STOP_SECONDS,
    ).serve()


@click.command(cls=TableCommand)
@click.option(
    "--concurrency", type=click.IntRange(1), default=2, show_default=True, help="Jobs at once, of each queue."
)
@with_appcontext
def worker(concurrency: int) -> None:
    """Run jobs until stopped; jobs under way are finished first."""
    queue = current_app.extensions["queue"]
    current_app.extensions["patience"] = JOBS
    try:
        with queue.open():
            asyncio.run(_work(queue, concurrency))
    except (ConnectorException, psycopg.Error) as fault:
        sys.exit(f"the worker ends because the database does not answer: {fault.__cause__ or fault}")
    sys.exit(0)


async def _work(queue: App, concurrency: int) -> None:
    """Run the worker until a signal comes, and start it again if it ends by itself: its connection was lost then.

    The first signal lets jobs under way finish; a second one stops at once. Signal handlers are our own, because the
    worker's would be installed only after it has registered itself.

    :raises ConnectorException: when the database has been away for ``AWAY_SECONDS``, or the worker cannot begin.
    """
    loop = asyncio.get_running_loop()
    async with queue.open_async():
        stopped = asyncio.Event()

        def stop() -> None:
            for each in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(each)
            stopped.set()

        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, stop)
        lost_at, quick_ends = None, 0
        while not stopped.is_set():
            began = loop.time()
            fault = await _run_once(queue, concurrency, stopped)
            if stopped.is_set():
                return
            quick_ends = quick_ends + 1 if loop.time() - began < QUICK_SECONDS else 0
            if await _answers(queue):
                lost_at = None
            elif lost_at is None:
                lost_at = loop.time()
            if quick_ends >= MAX_QUICK_ENDS or (lost_at is not None and loop.time() - lost_at > AWAY_SECONDS):
                raise fault or ConnectorException("the worker ends again and again")
            _LOG.error("the worker ended and begins again: %s", fault)
            with suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), PAUSE_SECONDS)


async def _answers(queue: App) -> bool:
    try:
        return bool(await queue.check_connection_async())
    except ConnectorException:
        return False


async def _run_once(queue: App, concurrency: int, stopped: asyncio.Event) -> Exception | None:
    """Work through all queues until a signal comes or one of them ends; return why it ended, if that is known."""
    how: dict[str, Any] = {
        "wait": True,
        "delete_jobs": "successful",
        "install_signal_handlers": False,
        "abort_job_polling_interval": ABORT_POLLING_SECONDS,
        "update_heartbeat_interval": HEARTBEAT_SECONDS,
    }
    names = sorted(
        {task.queue for task in queue.tasks.values()} - {"builtin"}
    )  # procrastinate's own, which we never use
    polling = {name: POLLING_SECONDS if name == DEFAULT_QUEUE else REPEAT_POLLING_SECONDS for name in names}
    runs = [
        asyncio.create_task(
            queue.run_worker_async(
                queues=[name], concurrency=concurrency, fetch_job_polling_interval=polling[name], **how
            )
        )
        for name in names
    ]
    signalled = asyncio.create_task(stopped.wait())
    await asyncio.wait([signalled, *runs], return_when=asyncio.FIRST_COMPLETED)
    for each in (signalled, *runs):
        each.cancel()
    ends = await asyncio.gather(*runs, return_exceptions=True)
    return next((end for end in ends if isinstance(end, Exception)), None)

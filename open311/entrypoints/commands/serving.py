"""The commands ``open311 serve`` and ``open311 worker``: the two processes of a server."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress

import click
from flask import current_app
from flask.cli import with_appcontext
from granian import Granian
from granian.constants import Interfaces, Loops
from procrastinate import App

from open311.actions.base.environment import current_environment
from open311.actions.city.load_city import load_city
from open311.actions.places.load_boundaries import load_samples
from open311.entrypoints.commands.options import refusals_as_errors
from open311.entrypoints.commands.tables import TableCommand


@click.command(cls=TableCommand)
@click.option("--host", help="Address to listen on; default: HOST, else 127.0.0.1.")
@click.option("--port", type=int, help="Port to listen on; default: PORT, else 8311.")
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True, help="Processes.")
@click.option("--threads", type=click.IntRange(1), default=4, show_default=True, help="Threads in each process.")
@with_appcontext
def serve(host: str | None, port: int | None, workers: int, threads: int) -> None:
    """Serve the API and pages, after 'city load'."""
    settings = current_app.extensions["settings"]
    environment = current_environment()
    # Before anything is served: a service that became less public must not go on showing what it showed before.
    with refusals_as_errors():
        told = load_city(environment)
    for line in [*told, *load_samples(environment)]:
        click.echo(line)
    Granian(
        "open311.app:create_app",
        address=host or settings.host,
        port=port or settings.port,
        interface=Interfaces.WSGI,
        loop=Loops.auto,
        workers=workers,
        blocking_threads=threads,
        backlog=1024,
        factory=True,
        log_access=False,
    ).serve()


@click.command(cls=TableCommand)
@click.option("--concurrency", type=click.IntRange(1), default=2, show_default=True, help="Jobs at once.")
@with_appcontext
def worker(concurrency: int) -> None:
    """Run jobs until stopped; jobs under way are finished first."""
    queue = current_app.extensions["queue"]
    with queue.open():
        asyncio.run(_work(queue, concurrency))
    sys.exit(0)


async def _work(queue: App, concurrency: int) -> None:
    """Run the worker, with signal handlers of our own: its own would be installed only after it has registered itself.

    The first signal lets jobs under way finish; a second one stops at once.
    """
    loop = asyncio.get_running_loop()
    async with queue.open_async():
        work = asyncio.create_task(
            queue.run_worker_async(
                concurrency=concurrency, wait=True, delete_jobs="successful", install_signal_handlers=False
            )
        )

        def stop() -> None:
            for each in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(each)
            work.cancel()

        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, stop)
        with suppress(asyncio.CancelledError):
            await work

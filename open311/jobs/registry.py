"""The table of jobs: what a worker does, under which name, and how often by itself.

A new job is a function with ``@job`` in a file of this package; the package is walked, so nothing else names the file.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import procrastinate
from flask import Flask
from procrastinate import RetryStrategy

from open311.actions.base.environment import current_environment

RETRY = RetryStrategy(max_attempts=10, exponential_wait=2)
"""A job that raises is done again after 2, 4, 8 ... seconds."""


Function = TypeVar("Function", bound=Callable[..., Any])


class Queue(StrEnum):
    """The queues of a worker. Each has slots of its own, so that a server that hangs delays only what needs it."""

    DEFAULT = "default"
    """Jobs that need nothing but the database."""
    MAIL = "mail"
    """Jobs that hand letters and messages over."""
    CALLS = "calls"
    """Jobs that call servers which others run: webhooks and referrals."""


@dataclass(frozen=True, slots=True)
class Job:
    """A function that a worker runs: with the environment, or (``async``) with procrastinate's context."""

    name: str
    function: Callable[..., Any]
    every: str | None
    """When it is done by itself, as a cron line in UTC; such a job waits in the queue at most once."""
    queue: Queue = Queue.DEFAULT
    """Whose slots of the worker it takes."""

    def announce_to(self, outbox: procrastinate.App) -> None:
        """Tell an outbox in which queue the job is put."""
        outbox.task(name=self.name, queue=self.queue)(self.function)

    def add_to(self, queue: procrastinate.App, app: Flask) -> None:
        """Register the job with a queue; it runs in the application's context."""
        how: dict[str, Any] = {
            "name": self.name,
            "queue": self.queue,
            "queueing_lock": self.name if self.every else None,
        }
        if inspect.iscoroutinefunction(self.function):
            add: Any = queue.task(**how, pass_context=True)
            task = add(self.function)
        else:
            add = queue.task(**how, retry=RETRY)
            task = add(self._within(app))
        if self.every:
            queue.periodic(cron=self.every)(task)

    def _within(self, app: Flask) -> Callable[..., None]:
        def run(**arguments: Any) -> None:
            if self.every:
                arguments.pop("timestamp", None)  # when it was due, which no job asks
            with app.app_context():
                self.function(current_environment(), **arguments)

        return run


JOBS: dict[str, Job] = {}


def job(name: str, *, every: str | None = None, queue: Queue = Queue.DEFAULT) -> Callable[[Function], Function]:
    """Make a function a job, called with the environment and the arguments that were queued with it.

    It must be safe to run twice: the jobs of a worker that was killed are done again. ``every`` is a cron line.
    """

    def register(function: Function) -> Function:
        if name in JOBS:
            raise ValueError(f"two jobs are called {name!r}")
        JOBS[name] = Job(name, function, every, queue)
        return function

    return register


def all_jobs(package: str) -> list[Job]:
    """Import every module of a package, and return the jobs that there are."""
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        importlib.import_module(f"{package}.{module.name}")
    return list(JOBS.values())

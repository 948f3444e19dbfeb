"""The table of jobs: every file of the package adds to it, and no two jobs have the same name."""

from __future__ import annotations

from pathlib import Path

import procrastinate
import pytest
from flask import Flask

import open311.jobs
from open311.actions.base.environment import current_environment
from open311.jobs.registry import JOBS, Job, all_jobs, job


def test_every_file_of_the_package_is_read(app: Flask) -> None:
    files = {path.stem for path in Path(open311.jobs.__file__).parent.glob("*.py")} - {"__init__", "registry"}
    assert {each.function.__module__.rpartition(".")[2] for each in all_jobs("open311.jobs")} == files
    assert set(JOBS) <= set(app.extensions["queue"].tasks)


def test_what_is_done_by_itself_waits_in_the_queue_once(app: Flask) -> None:
    queue = app.extensions["queue"]
    periodic = {task.task.name for task in queue.periodic_registry.periodic_tasks.values()}
    assert periodic == {name for name, each in JOBS.items() if each.every}
    assert all(queue.tasks[name].queueing_lock == name for name in periodic)


def test_two_jobs_of_one_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="send_messages"):
        job("send_messages")(lambda: None)


def test_a_job_is_called_with_the_environment_and_what_was_queued(app: Flask) -> None:
    calls: list[object] = []
    queue = procrastinate.App(connector=procrastinate.PsycopgConnector())
    Job("once", lambda *given, **named: calls.append((given, named)), None).add_to(queue, app)
    Job("often", lambda *given, **named: calls.append((given, named)), "* * * * *").add_to(queue, app)
    queue.tasks["once"].func(key=7, timestamp=1)
    queue.tasks["often"].func(timestamp=1)
    with app.app_context():
        here = current_environment()
    assert calls == [((here,), {"key": 7, "timestamp": 1}), ((here,), {})]

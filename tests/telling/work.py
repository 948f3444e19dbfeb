"""What tests of messages share: the jobs of the city, done at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text

from open311.actions.base.environment import Environment
from open311.actions.telling.expand import expand_update
from open311.actions.telling.send import send_messages
from open311.models.base import database


@pytest.fixture
def work(city: Connection, environment: Environment) -> Callable[[], int]:
    """Do what a worker would: expand every event, send every message; answers how many left."""

    def run() -> int:
        database.session.remove()
        jobs = city.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = 'notify' RETURNING id, args")).all()
        for _, args in sorted(jobs, key=lambda job: job[0]):
            expand_update(environment, **args)
        return send_messages(environment)

    return run

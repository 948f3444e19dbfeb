"""What tests of messages share: a city whose mail goes to a real server, and its jobs, done at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from open311.actions.environment import Environment
from open311.actions.notify import expand, send_messages
from open311.adapters.mail import SMTPMail
from open311.api.installation import Installation
from open311.models.base import database
from tests.mailbox import Mailbox, mailbox

__all__ = ["environment", "mailbox", "work"]


@pytest.fixture
def environment(app: Flask, installation: Installation, mailbox: Mailbox, monkeypatch: Any) -> Iterator[Environment]:
    """The running city, with a mail server."""
    out = SMTPMail(mailbox.url)
    made = replace(installation.environment, mail=out, mail_from="311@example.org")
    monkeypatch.setitem(app.extensions, "open311", replace(installation, environment=made))
    yield made
    out.close()


@pytest.fixture
def work(city: Connection, environment: Environment) -> Callable[[], int]:
    """Do what a worker would: expand every event, send every message; answers how many left."""

    def run() -> int:
        database.session.remove()
        jobs = city.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = 'notify' RETURNING id, args")).all()
        for _, args in sorted(jobs, key=lambda job: job[0]):
            expand(environment, **args)
        return send_messages(environment)

    return run

"""What tests of the command line share: running ``open311`` as people do, inside the test's transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection


def invoke(app: Flask, *words: str, exit_code: int = 0, **context: Any) -> str:
    """Run a command to its end; answers what it told, which is never a traceback."""
    with app.app_context():
        done = app.test_cli_runner().invoke(args=[str(word) for word in words], **context)
    assert isinstance(done.exception, SystemExit | None), done.exception
    assert done.exit_code == exit_code, done.output
    return done.output


@pytest.fixture
def run(app: Flask, city: Connection) -> Callable[..., str]:
    """Run a command; answers what it told."""
    return lambda *words, exit_code=0: invoke(app, *words, exit_code=exit_code)


@pytest.fixture
def refused(app: Flask, city: Connection) -> Callable[..., str]:
    """Run a command that cannot be done; answers why: one line behind ``Error:``, after at most two about usage.

    Where a choice is missing, click lists what there is to choose from below it.
    """

    def run(*words: str, exit_code: int = 2) -> str:
        usage, error, reason = invoke(app, *words, exit_code=exit_code).rpartition("Error: ")
        assert error, usage
        assert len(usage.splitlines()) <= 3
        line, *choices = reason.splitlines()
        assert all(choice.startswith("\t") for choice in choices)
        return line

    return run

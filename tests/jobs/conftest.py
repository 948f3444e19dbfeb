"""What tests of real processes share: their environment, and ending them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url

from open311.actions.accounts.keys import issue_key
from open311.app import create_app
from open311.models.base import database
from open311.settings import Settings

OPEN311 = Path(sys.executable).parent / "open311"
PUBLIC_URL = "https://311.example.org"
PATIENCE = 180
"""Seconds until a test gives up. What it waits for takes a few; but a worker starts with seconds of work, and a busy
machine, which may take a minute for them, is no fault."""


def wait_for(what: Callable[[], Any]) -> Any:
    """What the call answers as soon as that is true."""
    until = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)
    return found


class Processes:
    """Real processes of ``open311`` over the module's database."""

    def __init__(self, url: str, directory: Path) -> None:
        self.environment = {
            **os.environ,
            "DATABASE_URL": url,
            "MEDIA_DIR": str(directory / "media"),
            "PUBLIC_URL": PUBLIC_URL,
        }
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a command."""
        process = subprocess.Popen([OPEN311, *words], env={**self.environment, **environment})
        self._started.append(process)
        return process

    def run(self, *words: str, **environment: str) -> str:
        """Run a command to its end; answers what it told."""
        done = subprocess.run(
            [OPEN311, *words], env={**self.environment, **environment}, check=True, capture_output=True, text=True
        )
        return done.stdout

    def end(self, process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait; answers the exit code."""
        process.send_signal(how)
        return process.wait(PATIENCE)

    def end_all(self) -> None:
        """Whatever still runs after a test that failed."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def started(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """Processes that last for a module."""
    processes = Processes(own_database, tmp_path_factory.mktemp("processes"))
    yield processes
    processes.end_all()


@pytest.fixture
def processes(started: Processes) -> Iterator[Processes]:
    """Processes that end with the test, also with one that fails."""
    yield started
    started.end_all()


@pytest.fixture
def ask(own_database: str) -> Iterator[Callable[..., list[Any]]]:
    """Ask the database, on a connection of the test's own."""
    address = make_url(own_database).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:

        def run(query: str, *given: Any) -> list[Any]:
            cursor = connection.execute(query, given)
            return cursor.fetchall() if cursor.description else []

        yield run


@pytest.fixture(scope="module")
def server(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The API over the module's database, in this process."""
    app = create_app(Settings(own_database, media_dir=tmp_path_factory.mktemp("media"), public_url=PUBLIC_URL))
    yield app
    with app.app_context():
        for engine in database.engines.values():
            engine.dispose()


@pytest.fixture(scope="module")
def written_key(server: Flask) -> str:
    """A key that other processes know."""
    with server.app_context():
        return issue_key(server.extensions["open311"].city.jurisdictions["phila.gov"], "tests")

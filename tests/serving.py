"""The server as a process of its own, for tests that come from outside: a browser, a client of somebody else's."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

OPEN311 = Path(sys.executable).with_name("open311")
PATIENCE = 60.0
"""Seconds until a server that has not answered counts as broken."""


@pytest.fixture(scope="module")
def server(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with a database of its own, which the tests of one file share."""
    with serving(own_database, tmp_path_factory.mktemp("server")) as address:
        yield address


@contextmanager
def serving(database_url: str, directory: Path) -> Iterator[str]:
    """``open311 serve`` over a database; gives its address. What it writes goes into ``directory``."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = {
        "DATABASE_URL": database_url,
        "MEDIA_DIR": str(directory / "media"),
        "PUBLIC_URL": address,
        "SECRET_KEY": "only the tests know what this is",
        "SECOND_FACTOR_ROLES": "administrator",
    }
    log = directory / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [OPEN311, "serve", "--port", str(port), "--workers", "1"],
            env={**os.environ, **settings},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, port, log)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"the server does not answer:\n{log.read_text('utf-8', 'replace')}")

"""Run two servers side by side, and put load on one of them at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

BENCH_DIRECTORY = Path(__file__).resolve().parent
WORKER_PROCESSES, THREADS_PER_WORKER = 2, 4
CLIENT_CONNECTIONS = 8


@dataclass(frozen=True)
class Loaded:
    """What a server achieved under load."""

    per_second: float
    milliseconds: float
    """The median time of an answer, in milliseconds, with all connections busy."""
    bytes_each: float
    """The mean size of an answer, in bytes."""


@contextmanager
def running(command: list[str | Path], address: str, **environment: str) -> Iterator[None]:
    """Run a server: the ``with`` block begins at its first answer, and the server ends with the block."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=BENCH_DIRECTORY.parent,
    )
    try:
        _wait(process, address)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (URLError, ConnectionError):
            if process.poll() is not None:
                raise SystemExit(f"the server at {address} ended at once") from None
            time.sleep(0.1)
    raise SystemExit(f"the server at {address} does not answer")


def load(
    base: str, path: str, rows: int, wards: int, seconds: float, body: str = "", headers: dict[str, str] | None = None
) -> Loaded:
    """Send requests for so many seconds, and return what the server achieved.

    :raises SystemExit: when an answer was not a success, or none came, as the figure would then mean nothing.
    """
    said = [item for name, value in (headers or {}).items() for item in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{CLIENT_CONNECTIONS}", f"-d{seconds:g}", "--timeout", "30s", *said]
    command += [
        "-s",
        str(BENCH_DIRECTORY / "load.lua"),
        base,
        "--",
        path,
        str(rows),
        str(wards),
        *([body] if body else []),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    result = next((line for line in done.splitlines() if line.startswith("RESULT ")), "")
    if not result:
        raise SystemExit(f"wrk said nothing of {base}{path}:\n{done}")
    requests, duration, faults, median, size = (int(word) for word in result.split()[1:])
    if faults or not requests:
        raise SystemExit(f"{faults} of {requests} answers of {base}{path} were faults:\n{done}")
    return Loaded(requests / duration * 1e6, median / 1000, size / requests)

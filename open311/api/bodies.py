"""Bodies are received before anything works on them: whoever sends slowly, or never, holds up nobody else (ADR 33)."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from werkzeug.exceptions import BadRequest, HTTPException, RequestTimeout, ServiceUnavailable

from open311.api.wsgi import Start, Wsgi

MAX_AT_ONCE = 16
"""How many bodies a process receives at the same time."""
MAX_OF_ONE_CLIENT = 4
"""How many of them come from one network address."""
BODY_SECONDS = 60.0
"""How long a body may take to arrive, if it arrives at all, in seconds."""
BUSY_SECONDS = 5
"""After how many seconds a client may try again whose body found no room."""
MEMORY_BYTES = 1024 * 1024
"""The most bytes of a body that are kept in memory; a longer one waits in a file."""

_LOG = logging.getLogger(__name__)
_CHUNK_BYTES = 64 * 1024


class Bodies:
    """Middleware that receives bodies whole, and lets ``working`` requests at once go on from there.

    The HTTP server needs ``MAX_AT_ONCE`` threads more than that. A body that is not received fails where it is read, so
    that the answer has the format that was asked for.
    """

    def __init__(self, app: Wsgi, working: int, most_bytes: int) -> None:
        self._app, self._most_bytes = app, most_bytes
        self._working = threading.Semaphore(working)
        self._clients = Counter[str]()
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """Receive the body, wait for a turn, answer."""
        with ExitStack() as used:
            if "HTTP_TRANSFER_ENCODING" in environ or environ.get("CONTENT_LENGTH", "0").strip("0"):
                self._receive(environ, used)
            with self._working:
                return self._app(environ, start_response)

    def _receive(self, environ: dict[str, Any], used: ExitStack) -> None:
        """Put what was received, or its failure, in place of the stream of the HTTP server."""
        length = environ.get("CONTENT_LENGTH", "")
        if length.isdigit() and int(length) > self._most_bytes:
            return  # refused by its length alone
        try:
            with self._room(environ.get("REMOTE_ADDR", "")):
                received = SpooledTemporaryFile(MEMORY_BYTES)  # noqa: SIM115 - it is closed when all is answered
                used.callback(_close, received)
                _copy(environ["wsgi.input"], received, self._most_bytes)
            if length.isdigit() and received.tell() < int(length):
                raise BadRequest("the body ended before its Content-Length; nothing was stored")
        except HTTPException as fault:
            environ["wsgi.input"] = _Failed(fault)
        except OSError as fault:
            _LOG.error("a body cannot be received: %s", fault)
            no_room = "there is no room for what was sent, or it broke off; nothing was stored. Try again soon"
            environ["wsgi.input"] = _Failed(ServiceUnavailable(no_room, retry_after=BUSY_SECONDS))
        else:
            environ["CONTENT_LENGTH"] = str(received.tell())
            environ.pop("HTTP_TRANSFER_ENCODING", None)  # the length is known now
            received.seek(0)
            environ["wsgi.input"] = received

    @contextmanager
    def _room(self, client: str) -> Iterator[None]:
        with self._lock:
            if self._clients.total() >= MAX_AT_ONCE or self._clients[client] >= MAX_OF_ONE_CLIENT:
                raise ServiceUnavailable(
                    "too many bodies are being sent at the same time; nothing was stored. Try again soon",
                    retry_after=BUSY_SECONDS,
                )
            self._clients[client] += 1
        try:
            yield
        finally:
            with self._lock:
                self._clients[client] -= 1
                self._clients += Counter()  # forgets clients with nothing left


def _copy(stream: IO[bytes], received: IO[bytes], most_bytes: int) -> None:
    """Copy a stream, up to a little more than the most; what is too long is refused where it is parsed.

    :raises RequestTimeout: when it is not complete in time.
    """
    until = time.monotonic() + BODY_SECONDS
    while received.tell() <= most_bytes and (chunk := stream.read(_CHUNK_BYTES)):
        received.write(chunk)
        if time.monotonic() > until:
            raise RequestTimeout(f"the body took longer than {BODY_SECONDS:.0f} seconds; nothing was stored")


def _close(received: IO[bytes]) -> None:
    with suppress(OSError):  # where there was no room, the rest of it is written once more
        received.close()


class _Failed:
    """A stream that raises instead of being read."""

    def __init__(self, fault: HTTPException) -> None:
        self._fault = fault

    def read(self, size: int = -1) -> bytes:
        """Raise.

        :raises HTTPException: always.
        """
        raise self._fault

    readline = read

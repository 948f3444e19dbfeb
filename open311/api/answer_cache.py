"""Finished answers, kept in each process while they are right: a repeated question costs one look at an index.

A view says what may be kept (``Reply.keep``): the service list and its like for a minute; a page of requests while
nothing published changes (``queries/publications/versions``), but no longer than its minute, in which "the last 90
days" stay the same.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from threading import Lock
from typing import Any, NamedTuple

import psycopg
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from open311.api.installation import installation
from open311.api.limits import MINUTE
from open311.api.validators import holds
from open311.api.wsgi import Answer, Start, Wsgi, answer_of, joined, takes_gzip
from open311.domain.errors import TooManyRequests
from open311.queries.publications.versions import version

MOST_BYTES = 64 * 1024 * 1024
"""Of all answers that a process keeps; the oldest go first."""
KEEP = "open311.keep"
"""Where the mark of an answer stands in the WSGI environment."""


class Mark(NamedTuple):
    """Whose answer it is, and which version of the published data it shows (none: it shows files only)."""

    jurisdiction: str
    version: str | None = None


class _Kept(NamedTuple):
    """An answer; one that was 304 has no body, and serves only those who hold the page."""

    mark: Mark
    answer: Answer
    size: int
    etag: str | None

    def given(self, if_none_match: str | None) -> Answer | None:
        """What a client gets that holds this page or none."""
        if holds(self.etag, if_none_match):
            headers = [header for header in self.answer.headers if header[0] not in _OF_BODY]
            return Answer("304 NOT MODIFIED", headers, [])
        return None if self.answer.status.startswith("304") else self.answer


class AnswerCache:
    """WSGI around the application: answers what it kept, keeps what is marked.

    Questions that bear an API key always go through: such a client may have limits of its own.
    """

    def __init__(self, app: Wsgi, flask: Flask) -> None:
        self._app, self._flask = app, flask
        self._answers: dict[Any, _Kept] = {}
        self._bytes = 0
        self._lock = Lock()

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """Answer one request."""
        query = environ.get("QUERY_STRING", "")
        if environ["REQUEST_METHOD"] != "GET" or "api_key" in query:
            return self._app(environ, start_response)
        question = (
            environ.get("PATH_INFO"),
            query,
            environ.get("HTTP_ACCEPT"),
            takes_gzip(environ),
            environ.get("wsgi.url_scheme"),
            environ.get("HTTP_HOST"),
            environ.get("SCRIPT_NAME"),
            int(time.time() // MINUTE),
        )
        kept = self._answers.get(question)
        answer = kept.given(environ.get("HTTP_IF_NONE_MATCH")) if kept else None
        if kept is None or answer is None or not self._is_right(kept.mark, environ):
            answer = answer_of(self._app, environ)
            if KEEP in environ:
                answer = self._keep(question, environ[KEEP], answer)
        start_response(answer.status, list(answer.headers))
        return answer.body

    def _is_right(self, mark: Mark, environ: dict[str, Any]) -> bool:
        """Whether the answer is still right, and the client may read on; else the application says what is wrong."""
        with self._flask.app_context():
            here = installation()
            try:
                if mark.version is not None and mark.version != version(mark.jurisdiction):
                    return False
                here.read_limit.count(f"{mark.jurisdiction}:{environ.get('REMOTE_ADDR')}", here.reads_per_minute)
            except (TooManyRequests, psycopg.Error, SQLAlchemyError):
                return False
            return True

    def _keep(self, question: Any, mark: Mark, answer: Answer) -> Answer:
        body = joined(answer.body)
        answer = answer._replace(body=[body])
        etag = next((value for name, value in answer.headers if name == "ETag"), None)
        with self._lock:
            self._drop(question)
            self._answers[question] = _Kept(mark, answer, len(body) + _OVERHEAD, etag)
            self._bytes += len(body) + _OVERHEAD
            while self._bytes > MOST_BYTES:
                self._drop(next(iter(self._answers)))
        return answer

    def _drop(self, question: Any) -> None:
        if gone := self._answers.pop(question, None):
            self._bytes -= gone.size


_OVERHEAD = 2048
"""Bytes that a question and headers take, roughly."""
_OF_BODY = frozenset({"Content-Length", "Content-Type", "Content-Encoding"})

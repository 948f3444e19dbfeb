"""Finished answers, remembered by each process while they are right: a repeated question costs a look at an index.

A view says which answers may be remembered (``Answer.cache``): the service list and the like for a minute; a page of
requests as long as nothing published changes (``queries/publications/versions``), but no longer than its minute, in
which "the last 90 days" stay the same. ADR 21 says why.
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
from open311.api.limits import MINUTE_SECONDS
from open311.api.validators import holds
from open311.api.wsgi import AWAY, Start, Wsgi, WsgiAnswer, answer_of, joined, takes_gzip
from open311.domain.errors import TooManyRequests
from open311.models.patience import is_away
from open311.queries.publications.versions import version

MAX_CACHE_BYTES = 64 * 1024 * 1024
"""Most bytes of answers that a process remembers; the oldest answers are dropped first."""
MAX_QUESTION_CHARACTERS = 4096
"""The longest question whose answer is remembered, in characters of address and headers: it is remembered with it."""
CACHE_MARK = "open311.cache_mark"
"""Key of the WSGI environment under which the application leaves the ``CacheMark`` of its answer."""

_ASKED = ("PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_HOST", "SCRIPT_NAME")
_OVERHEAD_BYTES = 2048 + 2 * MAX_QUESTION_CHARACTERS  # the most that a question and headers take
_HEADERS_OF_BODY = frozenset({"Content-Length", "Content-Type", "Content-Encoding"})


class CacheMark(NamedTuple):
    """Says that an answer may be given again: whose it is, and which version of the published data it shows."""

    jurisdiction: str
    version: str | None = None
    """None if the answer depends on the city's files only."""


class _Cached(NamedTuple):
    """A remembered answer. One that was 304 has no body, and serves only clients that have the page."""

    mark: CacheMark
    answer: WsgiAnswer
    size: int
    etag: str | None

    def given(self, if_none_match: str | None) -> WsgiAnswer | None:
        """What a client with this ``If-None-Match`` gets; None if the answer cannot serve it."""
        if holds(self.etag, if_none_match):
            headers = [header for header in self.answer.headers if header[0] not in _HEADERS_OF_BODY]
            return WsgiAnswer("304 NOT MODIFIED", headers, [])
        return None if self.answer.status.startswith("304") else self.answer


class AnswerCache:
    """WSGI middleware: gives remembered answers, and remembers those that the application marks.

    Requests with an API key always go through, because such a client may have limits of its own.
    """

    def __init__(self, app: Wsgi, flask: Flask) -> None:
        self._app, self._flask = app, flask
        self._answers: dict[Any, _Cached] = {}
        self._bytes = 0
        self._lock = Lock()

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """Answer one request."""
        query = environ.get("QUERY_STRING", "")
        if environ["REQUEST_METHOD"] != "GET" or "api_key" in query:
            return self._app(environ, start_response)
        if sum(len(environ.get(name, "")) for name in _ASKED) > MAX_QUESTION_CHARACTERS:
            return self._app(environ, start_response)
        question = (
            environ.get("PATH_INFO"),
            query,
            environ.get("HTTP_ACCEPT"),
            takes_gzip(environ),
            environ.get("wsgi.url_scheme"),
            environ.get("HTTP_HOST"),
            environ.get("SCRIPT_NAME"),
            int(time.time() // MINUTE_SECONDS),
        )
        cached = self._answers.get(question)
        answer = cached.given(environ.get("HTTP_IF_NONE_MATCH")) if cached else None
        if cached is None or answer is None or not self._is_right(cached.mark, environ):
            answer = answer_of(self._app, environ)
            if CACHE_MARK in environ:
                answer = self._remember(question, environ[CACHE_MARK], answer)
        start_response(answer.status, list(answer.headers))
        return answer.body

    def _is_right(self, mark: CacheMark, environ: dict[str, Any]) -> bool:
        """Whether the answer is still right and the client may go on reading; if not, the application is asked."""
        with self._flask.app_context():
            here = installation()
            try:
                if mark.version is not None and mark.version != version(mark.jurisdiction):
                    return False
                here.read_limit.count(f"{mark.jurisdiction}:{environ.get('REMOTE_ADDR')}", here.reads_per_minute)
            except TooManyRequests:
                return False
            except (psycopg.Error, SQLAlchemyError) as fault:
                if is_away(fault):
                    environ[AWAY] = fault
                return False
            return True

    def _remember(self, question: Any, mark: CacheMark, answer: WsgiAnswer) -> WsgiAnswer:
        body = joined(answer.body)
        answer = answer._replace(body=[body])
        etag = next((value for name, value in answer.headers if name == "ETag"), None)
        with self._lock:
            self._drop(question)
            self._answers[question] = _Cached(mark, answer, len(body) + _OVERHEAD_BYTES, etag)
            self._bytes += len(body) + _OVERHEAD_BYTES
            while self._bytes > MAX_CACHE_BYTES:
                self._drop(next(iter(self._answers)))
        return answer

    def _drop(self, question: Any) -> None:
        if gone := self._answers.pop(question, None):
            self._bytes -= gone.size

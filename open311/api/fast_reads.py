"""Reads without Flask: what clients ask for most is answered before routes, contexts and response objects are made.

The views are the same, and are handed the same ``Call``. Whatever is out of the ordinary is left to Flask: a key, a
format that ``Accept`` decides, characters that no URL may hold, an argument that is refused, a database that fails. It
halves the processor time of a small answer (docs/adr/0009-fast-reads.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import psycopg
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import MultiDict
from werkzeug.http import HTTP_STATUS_CODES

from open311.api.answer_cache import CACHE_MARK
from open311.api.call import Call, root_of, served_by
from open311.api.endpoint import Reply
from open311.api.installation import installation
from open311.api.wsgi import AWAY, COUNTED, Start, Wsgi
from open311.catalog.city import Endpoint
from open311.domain.errors import Refusal
from open311.models.patience import is_away
from open311.wire.document import Document
from open311.wire.formats import FORMATS, Format

FALL_BACK = (Refusal, psycopg.Error, SQLAlchemyError)
"""Failures after which Flask answers the same request again, and says what is wrong."""


@dataclass(frozen=True, slots=True)
class FastRead:
    """A view that can be called without Flask, and where and how it answers."""

    endpoint: Endpoint
    view: Callable[..., Reply]
    document: type[Document]
    name: str = ""
    """The name by which the view takes the last part of the path; empty for the view of a list."""


class FastReads:
    """WSGI middleware before Flask.

    ``lists`` are the reads of lists by their path without the suffix; ``singles`` are those of one thing of a list, by
    the path of the list.
    """

    def __init__(self, app: Wsgi, flask: Flask, lists: Mapping[str, FastRead], singles: Mapping[str, FastRead]) -> None:
        self._app, self._flask, self._lists, self._singles = app, flask, lists, singles

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """Answer one request."""
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        stem, _, suffix = path.rpartition(".")
        fmt = FORMATS.get(suffix)
        plain = environ["REQUEST_METHOD"] == "GET" and path.isascii() and query.isascii()
        plain = plain and "api_key" not in query and "%00" not in query and AWAY not in environ
        if plain and fmt is not None:
            names: dict[str, str] = {}
            read = self._lists.get(stem)
            if read is None:
                base, _, name = stem.rpartition("/")
                read = self._singles.get(base)
                names = {read.name: name} if read else {}
            if read and all(names.values()):
                try:
                    return self._answer(environ, start_response, read, fmt, names)
                except FALL_BACK as fault:
                    if is_away(fault):
                        environ[AWAY] = fault
        return self._app(environ, start_response)

    def _answer(
        self, environ: dict[str, Any], start_response: Start, read: FastRead, fmt: Format, names: dict[str, str]
    ) -> Iterable[bytes]:
        query = environ.get("QUERY_STRING", "")
        arguments = MultiDict(parse_qsl(query, keep_blank_values=True, errors="replace"))
        with self._flask.app_context():
            here = installation()
            named = arguments["jurisdiction_id"].strip() if "jurisdiction_id" in arguments else ""
            jurisdiction = served_by(read.endpoint, named)
            here.read_limit.count(f"{jurisdiction.key}:{environ.get('REMOTE_ADDR')}", here.reads_per_minute)
            environ[COUNTED] = True
            call = Call(
                endpoint=read.endpoint,
                jurisdiction=jurisdiction,
                format=fmt,
                arguments=arguments,
                root_url=root_of(environ),
                path=environ["PATH_INFO"],
                query=query,
                if_none_match=environ.get("HTTP_IF_NONE_MATCH"),
            )
            answer = read.view(call, **names).answer(read.document, fmt)
        headers, body = answer.all_headers, answer.body
        if answer.cache:
            environ[CACHE_MARK] = answer.cache
        assert isinstance(body, bytes)
        if answer.status != 304:
            headers.append(("Content-Length", str(len(body))))
        start_response(f"{answer.status} {HTTP_STATUS_CODES[answer.status].upper()}", headers)
        return [body]

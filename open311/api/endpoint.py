"""From an HTTP request to a view and back: jurisdiction, format, key, limits, errors. Views see a ``Call``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import Flask, Response, request
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from werkzeug.routing import BaseConverter
from werkzeug.sansio.utils import get_current_url

from open311.actions.base.environment import Environment, current_environment
from open311.actions.base.write_limits import count_write
from open311.api.answer_cache import KEEP, Mark
from open311.api.http_request import check_form, host_of
from open311.api.installation import installation
from open311.api.limits import MINUTE
from open311.api.problems import refused
from open311.api.wsgi import BY_ACCEPT, COUNTED
from open311.catalog.city import Endpoint, Jurisdiction
from open311.domain.errors import KeyRefused, MissingJurisdiction, Refusal, UnknownJurisdiction
from open311.queries.accounts.api_clients import Client, client_of
from open311.wire.document import Document
from open311.wire.formats import DEFAULT, FORMATS, Format, Row, render, wrap

HOUR = 3600


class Name(BaseConverter):
    """A code or number in a path, up to the suffix."""

    regex = r"[^/\0]+?"


class Suffix(BaseConverter):
    """The suffix of a known format, or nothing."""

    regex = r"(?:\.(?:{}))?".format("|".join(FORMATS))


@dataclass(frozen=True)
class Call:
    """What a view is handed."""

    endpoint: Endpoint
    jurisdiction: Jurisdiction
    format: Format
    arguments: MultiDict[str, str]
    root_url: str
    """Where this server is, as clients see it; without a slash at the end."""
    path: str
    query: str
    """As it was sent."""
    if_none_match: str | None

    @property
    def environment(self) -> Environment:
        """What actions work with."""
        return current_environment()


@dataclass(frozen=True)
class Reply:
    """What a view answers: rows, or fragments that are joined already."""

    rows: Iterable[Row] = ()
    joined: bytes | None = None
    document: type[Document] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    keep: Mark | None = None
    """Set where the finished answer may be kept (``api/answer_cache``)."""

    def finished(self, document: type[Document], fmt: Format) -> tuple[list[tuple[str, str]], bytes]:
        """Headers and body of the answer; ``document`` where the reply names no other."""
        if self.status == 304:
            return list(self.headers.items()), b""
        headers = [("Content-Type", fmt.content_type), *self.headers.items()]
        if self.joined is not None:
            return headers, wrap(self.document or document, fmt, self.joined)
        return headers, render(self.document or document, fmt, self.rows)


def endpoint(
    document: type[Document], *, any_jurisdiction: bool = False
) -> Callable[[Callable[..., Reply]], Callable[..., Response]]:
    """Make a view of a function ``(call, **names from the path) -> Reply``.

    ``any_jurisdiction``: where several cities share the endpoint, none need be named; the first one is meant.
    """

    def wrapped(view: Callable[..., Reply]) -> Callable[..., Response]:
        @functools.wraps(view)
        def run(base: Endpoint, suffix: str = "", **names: str) -> Response:
            fmt = format_of(suffix)
            if request.method == "POST":
                check_form(request)
            try:
                jurisdiction = jurisdiction_of(base, any_will_do=any_jurisdiction)
                limit_reads(jurisdiction)
                reply = view(_call(base, jurisdiction, fmt), **names)
            except Refusal as refusal:
                return refused(refusal, fmt)
            headers, body = reply.finished(document, fmt)
            if reply.keep:
                request.environ[KEEP] = reply.keep
            return Response(body, reply.status, headers=headers)

        return run

    return wrapped


def _call(base: Endpoint, jurisdiction: Jurisdiction, fmt: Format) -> Call:
    return Call(
        endpoint=base,
        jurisdiction=jurisdiction,
        format=fmt,
        arguments=_arguments(),
        root_url=root_url(),
        path=request.path,
        query=request.query_string.decode("latin-1"),
        if_none_match=request.headers.get("If-None-Match"),
    )


def _arguments() -> MultiDict[str, str]:
    """What was sent: of a form, its fields come before those of the query."""
    if request.method == "POST":
        return CombinedMultiDict([request.form, arguments_of_query()])
    return arguments_of_query()


def arguments_of_query() -> MultiDict[str, str]:
    """What stands in the query, without NUL. What was nothing else is not empty, which would ask for everything."""
    if b"%00" not in request.query_string:
        return request.args
    return MultiDict((name, _without_nul(value)) for name, value in request.args.items(multi=True))


def _without_nul(value: str) -> str:
    return value.replace("\0", "") or ("\ufffd" if value else "")


def format_of(suffix: str) -> Format:
    """The suffix's format; without one what ``Accept`` prefers, XML by default."""
    if suffix:
        return FORMATS[suffix.lstrip(".")]
    request.environ[BY_ACCEPT] = True
    return _OFFERED[request.accept_mimetypes.best_match(_OFFERED, DEFAULT.media_type)]


_OFFERED = {fmt.media_type: fmt for fmt in FORMATS.values()} | {"application/xml": FORMATS["xml"]}
_OFFERED |= {fmt.content_type: fmt for fmt in FORMATS.values()}
"""What ``Accept`` may name; some clients name the charset with it."""


def jurisdiction_of(base: Endpoint, *, any_will_do: bool = False) -> Jurisdiction:
    """The city that is asked: named in the form or the query, or the only one of the endpoint.

    :raises MissingJurisdiction: there are several, and none is named.
    :raises UnknownJurisdiction: the endpoint does not serve the one that is named.
    """
    return served_by(base, _given("jurisdiction_id"), any_will_do=any_will_do)


def served_by(base: Endpoint, named: str, *, any_will_do: bool = False) -> Jurisdiction:
    """The same for an id that was read already."""
    known = current_environment().city.jurisdictions
    if not named and (any_will_do or len(base.jurisdictions) == 1):
        return known[base.jurisdictions[0]]
    served = {known[key].jurisdiction_id: known[key] for key in base.jurisdictions}
    if not named:
        raise MissingJurisdiction("jurisdiction_id required: " + ", ".join(served))
    if named not in served:
        raise UnknownJurisdiction(f"jurisdiction_id {named!r} was not found")
    return served[named]


def given_key() -> str:
    """The API key: a form field, or in the query."""
    return _given("api_key")


def _given(name: str) -> str:
    """A parameter of the form or, if it is not there or empty, of the query."""
    form = request.form.get(name) if request.method == "POST" else None
    return (form or request.args.get(name) or "").strip()


def writer(jurisdiction: Jurisdiction, scope: str | None) -> Client | None:
    """Who writes, with its limit counted; none where the jurisdiction takes a few without a key.

    :raises KeyRefused: the key is missing, unknown, revoked, or lacks the scope.
    :raises TooManyRequests: the limit is used up.
    """
    api_key, here = given_key(), installation()
    if not api_key:
        if not jurisdiction.anonymous_per_hour or scope != "requests":
            raise KeyRefused(f"api_key required. {jurisdiction.key_service}")
        count_write(f"{jurisdiction.key}:{request.remote_addr}", jurisdiction.anonymous_per_hour, HOUR)
        return None
    client = client_of(jurisdiction.key, api_key)
    if client is None:
        raise KeyRefused(f"api_key is not valid. {jurisdiction.key_service}")
    if scope and scope not in client.scopes:
        raise KeyRefused(f"this api_key may not write {scope}")
    most = here.writes_per_minute if client.writes_per_minute is None else client.writes_per_minute
    count_write(f"{jurisdiction.key}:key:{client.key}", most, MINUTE)
    return client


def limit_reads(jurisdiction: Jurisdiction) -> None:
    """Count a read: against the key where a valid one is given and has a limit, else against the address."""
    if request.method != "GET" or COUNTED in request.environ:
        return
    here = installation()
    most, bucket = here.reads_per_minute, str(request.remote_addr)
    if (api_key := given_key()) and (client := client_of(jurisdiction.key, api_key)):
        bucket = f"key:{client.key}"
        most = most if client.reads_per_minute is None else client.reads_per_minute
    here.read_limit.count(f"{jurisdiction.key}:{bucket}", most)


def root_url() -> str:
    """Where this server is, as clients see it; without a slash at the end."""
    return root_of(request.environ)


def root_of(environ: dict[str, Any]) -> str:
    """The same before Flask. Where the request names no host that can be one, the settings say it."""
    here = installation()
    if here.public_url:
        return here.public_url
    host = host_of(environ)
    if not host:
        return current_environment().public_url
    return _address(environ["wsgi.url_scheme"], host, environ.get("SCRIPT_NAME", ""))


@lru_cache(maxsize=256)
def _address(scheme: str, host: str, path: str) -> str:
    return get_current_url(scheme, host, path.encode("latin-1").decode("utf-8", "replace")).rstrip("/")


def shape_urls(app: Flask) -> None:
    """Teach the URL map about names and suffixes; two addresses of one view are no reason to redirect."""
    app.url_map.converters.update(name=Name, suffix=Suffix)
    app.url_map.redirect_defaults = False

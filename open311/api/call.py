"""What a published endpoint is asked: for which city, in which format, with which arguments."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import request
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from werkzeug.sansio.utils import get_current_url

from open311.actions.base.environment import Environment, current_environment
from open311.api.accept import preferred
from open311.api.http_request import host_of
from open311.api.installation import installation
from open311.api.validators import holds
from open311.api.wsgi import BY_ACCEPT
from open311.catalog.city import Endpoint, Jurisdiction
from open311.domain.errors import MissingJurisdiction, UnknownJurisdiction
from open311.wire.formats import DEFAULT, FORMATS, Format


@dataclass(frozen=True)
class Call:
    """One request as views of published endpoints are handed it, whether or not Flask has read it."""

    endpoint: Endpoint
    jurisdiction: Jurisdiction
    format: Format
    """The format of the answer; where the answer is no document of ``wire``, the format of errors."""
    arguments: MultiDict[str, str]
    root_url: str
    """Where this server is, as clients see it; without a slash at the end."""
    path: str
    query: str
    """The query string as it was sent."""
    if_none_match: str | None

    @property
    def environment(self) -> Environment:
        """What actions work with."""
        return current_environment()

    def holds(self, etag: str | None) -> bool:
        """Whether the client says that it already has the answer with this ETag."""
        return holds(etag, self.if_none_match)


def call_of(base: Endpoint, jurisdiction: Jurisdiction, fmt: Format) -> Call:
    """The request that Flask is working on."""
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
    """What was sent; the fields of a form come before those of the query."""
    if request.method == "POST":
        return CombinedMultiDict([request.form, request.args])
    return request.args


def format_of(suffix: str) -> Format:
    """The format of a suffix; without a suffix the one that ``Accept`` prefers, XML by default."""
    if suffix:
        return FORMATS[suffix.lstrip(".")]
    request.environ[BY_ACCEPT] = True
    return _OFFERED[preferred(request.accept_mimetypes, _OFFERED) or DEFAULT.media_type]


# What ``Accept`` may name. Some clients name the charset with it.
_OFFERED = {fmt.media_type: fmt for fmt in FORMATS.values()} | {"application/xml": FORMATS["xml"]}
_OFFERED |= {fmt.content_type: fmt for fmt in FORMATS.values()}


def jurisdiction_of(base: Endpoint, *, any_will_do: bool = False) -> Jurisdiction:
    """The city that is asked: named in the form or the query, or the only one of the endpoint.

    :raises MissingJurisdiction: when the endpoint has several and none is named.
    :raises UnknownJurisdiction: when the endpoint does not serve the one that is named.
    """
    return served_by(base, parameter("jurisdiction_id"), any_will_do=any_will_do)


def served_by(base: Endpoint, named: str, *, any_will_do: bool = False) -> Jurisdiction:
    """The city with this ``jurisdiction_id``; if it is empty, the only one (or with ``any_will_do`` the first).

    :raises MissingJurisdiction: when the endpoint has several and none is named.
    :raises UnknownJurisdiction: when the endpoint does not serve the one that is named.
    """
    known = current_environment().city.jurisdictions
    if not named and (any_will_do or len(base.jurisdictions) == 1):
        return known[base.jurisdictions[0]]
    served = {known[key].jurisdiction_id: known[key] for key in base.jurisdictions}
    if not named:
        raise MissingJurisdiction("jurisdiction_id required: " + ", ".join(served))
    if named not in served:
        raise UnknownJurisdiction(f"jurisdiction_id {named!r} was not found")
    return served[named]


def parameter(name: str) -> str:
    """A parameter of the form or, if the form does not have it, of the query; empty if neither has it."""
    form = request.form.get(name) if request.method == "POST" else None
    return (form or request.args.get(name) or "").strip()


def root_url() -> str:
    """Where this server is, as clients see it; without a slash at the end."""
    return root_of(request.environ)


def root_of(environ: dict[str, Any]) -> str:
    """``root_url`` of a request that Flask has not read. The settings decide if the request names no possible host."""
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

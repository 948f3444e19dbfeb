"""What every published answer shares, whatever its format: jurisdiction, limits, errors, validators, streams.

A view is a function ``(call, **names from the path) -> Answer``. Views that answer with documents of ``wire`` in any of
their formats use ``api.endpoint``, which is built on this; all others (GeoJSON, Atom, images, files) use ``answers``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from flask import Response, request, stream_with_context

from open311.api.answer_cache import CACHE_MARK, CacheMark
from open311.api.call import call_of, format_of, jurisdiction_of
from open311.api.clients import limit_reads
from open311.api.http_request import check_form
from open311.api.problems import refused
from open311.api.wsgi import AWAY
from open311.catalog.city import Endpoint
from open311.domain.errors import Refusal
from open311.wire.formats import FORMATS

ASK_AGAIN = {"Cache-Control": "no-cache"}
"""Headers of an answer for which clients ask again each time, which a validator makes cheap."""


@dataclass(frozen=True)
class Answer:
    """A finished answer: its body as a whole, or as a stream whose pieces are made while it is sent."""

    body: bytes | Iterable[bytes] = b""
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    cache: CacheMark | None = None
    """Set if the answer may be given again without asking the view (``api.answer_cache``)."""

    @classmethod
    def unchanged(cls, etag: str | None, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to a client that already has the one with this ETag: 304 and no body."""
        return cls(headers={**(headers or {}), "ETag": str(etag)}, status=304)

    @property
    def all_headers(self) -> list[tuple[str, str]]:
        """The headers with the content type."""
        kind = [("Content-Type", self.content_type)] if self.content_type else []
        return [*kind, *self.headers.items()]

    def response(self) -> Response:
        """The answer as Flask sends it; a stream can use the database until it ends."""
        if self.cache:
            request.environ[CACHE_MARK] = self.cache
        body = self.body if isinstance(self.body, bytes) else stream_with_context(iter(self.body))
        return Response(body, self.status, headers=self.all_headers)


View = Callable[..., Answer]


def answers(
    *, errors_in: str = "", any_jurisdiction: bool = False, limited: bool = True
) -> Callable[[View], Callable[..., Response]]:
    """Make a Flask view of a function ``(call, **names from the path) -> Answer``.

    ``errors_in`` is the suffix of the format in which refusals are written; without it, the request's own suffix or
    ``Accept`` decides. With ``any_jurisdiction`` none need be named where several cities share the endpoint: the first
    one is meant. Unless it is ``limited``, a read is not counted against the limit of its client.
    """

    def wrapped(view: View) -> Callable[..., Response]:
        @functools.wraps(view)
        def run(base: Endpoint, suffix: str = "", **names: str) -> Response:
            fmt = FORMATS[errors_in] if errors_in else format_of(suffix)
            if AWAY in request.environ:
                raise request.environ[AWAY]
            if request.method == "POST":
                check_form(request)
            try:
                jurisdiction = jurisdiction_of(base, any_will_do=any_jurisdiction)
                if limited:
                    limit_reads(jurisdiction)
                answer = view(call_of(base, jurisdiction, fmt), **names)
            except Refusal as refusal:
                return refused(refusal, fmt)
            return answer.response()

        return run

    return wrapped

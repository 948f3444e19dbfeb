"""Endpoints that answer with documents of ``wire``, in whichever of their formats is asked for."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from flask import Flask, Response
from werkzeug.routing import BaseConverter

from open311.api.answer_cache import CacheMark
from open311.api.answers import Answer, answers
from open311.api.call import Call
from open311.wire.document import Document
from open311.wire.formats import FORMATS, Format, Row, render, wrap


class Name(BaseConverter):
    """A code or number in a path, up to the suffix."""

    regex = r"[^/\0]+?"


class Path(BaseConverter):
    """A code in a path that may contain slashes, up to the suffix."""

    regex = r"[^/\0][^\0]*?"
    part_isolating = False


class Number(BaseConverter):
    """The number of a service request in a path; other systems give numbers with slashes, like ``24/00123``."""

    part_isolating = False
    regex = r"[^\0]+?"

    def to_python(self, value: str) -> str:
        """Return the number in the form in which it is stored."""
        return unicodedata.normalize("NFC", value)


class Suffix(BaseConverter):
    """The suffix of a known format, or nothing."""

    regex = r"(?:\.(?:{}))?".format("|".join(FORMATS))


def shape_urls(app: Flask) -> None:
    """Teach the URL map about names, numbers and suffixes; two addresses of one view are no reason to redirect."""
    app.url_map.converters.update(name=Name, path=Path, number=Number, suffix=Suffix)
    app.url_map.redirect_defaults = False


@dataclass(frozen=True)
class Reply:
    """What a view answers with: rows of a document, or fragments of it that are joined already."""

    rows: Iterable[Row] = ()
    joined: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    cache: CacheMark | None = None
    """Set if the finished answer may be given again (``api.answer_cache``)."""

    @classmethod
    def unchanged(cls, etag: str | None, headers: Mapping[str, str]) -> Reply:
        """The reply to a client that already has the answer with this ETag."""
        return cls(headers={**headers, "ETag": str(etag)}, status=304)

    def answer(self, document: type[Document], fmt: Format) -> Answer:
        """The finished answer, a document in a format."""
        if self.status == 304:
            return Answer(headers=self.headers, status=304)
        body = render(document, fmt, self.rows) if self.joined is None else wrap(document, fmt, self.joined)
        return Answer(body, fmt.content_type, self.headers, self.status, self.cache)


def endpoint(
    document: type[Document], *, any_jurisdiction: bool = False
) -> Callable[[Callable[..., Reply]], Callable[..., Response]]:
    """Make a Flask view of a function ``(call, **names from the path) -> Reply``; see ``api.answers.answers``."""

    def wrapped(view: Callable[..., Reply]) -> Callable[..., Response]:
        @functools.wraps(view)
        def run(call: Call, **names: str) -> Answer:
            return view(call, **names).answer(document, call.format)

        return answers(any_jurisdiction=any_jurisdiction)(run)

    return wrapped

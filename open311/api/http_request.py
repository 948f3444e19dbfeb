"""Requests as Werkzeug reads them, mended where it would lose what clients in use send (ADR 22)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import IO, Any
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.datastructures import FileStorage, Headers, MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.formparser import FormDataParser, MultiPartParser
from werkzeug.wsgi import get_host

from open311.domain.encoding import OR_WINDOWS_1252

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"

Parsed = tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]


class _Form(FormDataParser):
    """Reads forms in full or not at all, in whatever encoding; Werkzeug would take what it cannot read for empty.

    NUL is dropped, because PostgreSQL cannot store it in a text.
    """

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> Parsed:
        """The stream, fields and files of a body.

        :raises BadRequest: when the body cannot be taken apart.
        """
        if mimetype == FORM:
            body = stream.read().decode("utf-8", OR_WINDOWS_1252)
            sent = parse_qsl(body, keep_blank_values=True, errors=OR_WINDOWS_1252)
            return stream, self._without_nul(sent), self.cls()
        if mimetype != MULTIPART or content_length == 0:
            return super().parse(stream, mimetype, content_length, options)
        parser = _Parts(self.stream_factory, self.max_form_memory_size, self.cls, max_form_parts=self.max_form_parts)
        try:
            fields, files = parser.parse(stream, (options or {})["boundary"].encode("ascii"), content_length)
        except (KeyError, ValueError):
            raise BadRequest(
                "the form cannot be read: its boundary is not the one of its Content-Type, or its end is missing"
            ) from None
        return stream, self._without_nul((name, _text(value)) for name, value in fields.items(multi=True)), files

    def _without_nul(self, sent: Iterable[tuple[str, str]]) -> MultiDict[str, str]:
        return self.cls([(name, value.replace("\0", "")) for name, value in sent])


class _Parts(MultiPartParser):
    """Leaves the bytes of texts as they are, one character for each."""

    def get_part_charset(self, headers: Headers) -> str:
        """An encoding that has a character for every byte."""
        return "latin-1"


def _text(characters: str) -> str:
    return characters.encode("latin-1").decode("utf-8", OR_WINDOWS_1252)


def _without_nul(value: str) -> str:
    return value.replace("\0", "") or ("\ufffd" if value else "")


class Sent(Request):
    """A request of this application. Forms that are not multipart are limited like text parts: they fill memory."""

    form_data_parser_class = _Form

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The query without NUL. A value of nothing but NUL does not become empty, which would ask for everything."""
        sent = super().args
        if b"%00" not in self.query_string:
            return sent
        return MultiDict((name.replace("\0", ""), _without_nul(value)) for name, value in sent.items(multi=True))

    @cached_property
    def host(self) -> str:
        """The host that was asked (``host_of``)."""
        return host_of(self.environ)

    def make_form_data_parser(self) -> FormDataParser:
        """Make the parser after setting the limit of the body."""
        if self.mimetype == FORM:
            self.max_content_length = self.max_form_memory_size
        return super().make_form_data_parser()


def check_form(request: Request) -> None:
    """Make sure that the body is a form, or that there is none.

    :raises BadRequest: when it is something else, in which no field would be found.
    """
    if not (request.content_length or "Transfer-Encoding" in request.headers):
        return
    if packed := request.headers.get("Content-Encoding", "").strip().lower().replace("identity", ""):
        raise BadRequest(f"the body cannot be read with Content-Encoding {packed!r}: send it as it is")
    if request.mimetype not in (FORM, MULTIPART):
        kind = repr(request.mimetype) if request.mimetype else "none"
        raise BadRequest(f"the body must be a form: Content-Type {FORM} or {MULTIPART}, not {kind}")


def host_of(environ: dict[str, Any]) -> str:
    """The host that was asked, with its port unless it is the usual one; empty if it is not a possible host.

    Werkzeug refuses underscores, but names in networks of containers have them.
    """
    host, named = get_host(environ), str(environ.get("HTTP_HOST", ""))
    if not host and "_" in named:  # Werkzeug's rules otherwise; at most a port was cut off the end
        host = named[: len(get_host({**environ, "HTTP_HOST": named.replace("_", "-")}))]
    return host

"""What happens to a request before Flask reads it and to every answer afterwards: plain WSGI, which costs little."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

Start = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], Start], Iterable[bytes]]

ALWAYS = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Link, ETag, Retry-After"),
    ("X-Content-Type-Options", "nosniff"),
]
"""Headers of every answer."""
SECURE = ("Strict-Transport-Security", "max-age=31536000")
"""Header of every answer over TLS: for a year, browsers ask for this host over nothing else."""
PREFLIGHT = [
    ("Access-Control-Allow-Headers", "Content-Type, Idempotency-Key, If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
]
"""Headers of the answer to a browser that asks what another site's page may send (CORS)."""
COMPRESSED = ("application/json", "text/xml", "application/geo+json", "application/atom+xml", "text/html")
"""Media types that are compressed: documents that are whole in memory."""
MIN_COMPRESSED_BYTES = 1024
"""Smallest answer that is compressed: below it compressing costs more than it saves."""

COUNTED = "open311.counted"
"""Key of the WSGI environment, set once the read has been counted against its limit."""
BY_ACCEPT = "open311.by_accept"
"""Key of the WSGI environment, set if ``Accept`` decided the format."""

AWAY = "open311.away"
"""Key of the WSGI environment, set to the failure once the database has not answered: nobody waits for it again."""

_BOUNDARY = re.compile(r"""boundary=([^";\s]*=[^";\s]*)""", re.IGNORECASE)
_SLASHES = re.compile("//+")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_UNREADABLE = "\ufffd".encode().decode("latin-1")  # as WSGI writes it
_NO_GZIP = re.compile(r"gzip\s*;\s*q\s*=\s*0(?:\.0*)?\s*(?:,|$)")


class WsgiAnswer(NamedTuple):
    """A finished answer as WSGI servers take it."""

    status: str
    headers: list[tuple[str, str]]
    body: Iterable[bytes]


def answer_of(app: Wsgi, environ: dict[str, Any]) -> WsgiAnswer:
    """Call an application that has given status and headers when it returns, as Flask does."""
    said: list[Any] = []
    body = app(environ, lambda status, headers, _=None: said.extend((status, headers)))
    return WsgiAnswer(said[0], said[1], body)


def quote_boundary(app: Wsgi) -> Wsgi:
    """Middleware that quotes a multipart boundary with ``=`` in it.

    Clients in use (OneBusAway's library) send ``boundary====123===``; unquoted, the form would be read as empty.
    """

    def run(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        kind = environ.get("CONTENT_TYPE", "")
        if "=" in kind and kind[:10].lower() == "multipart/":
            environ["CONTENT_TYPE"] = _BOUNDARY.sub(r'boundary="\1"', kind)
        return app(environ, start_response)

    return run


def tidy_path(app: Wsgi) -> Wsgi:
    """Middleware that takes ``/v2//requests`` for ``/v2/requests``, and each control character for U+FFFD.

    Clients join addresses that way, and a POST does not follow redirects. Nothing has a name with a control character,
    which would break lines of headers and of the log.
    """

    def run(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if "//" in path or not path.isprintable():
            environ["PATH_INFO"] = _SLASHES.sub("/", _CONTROL.sub(_UNREADABLE, path))
        return app(environ, start_response)

    return run


def takes_gzip(environ: dict[str, Any]) -> bool:
    """Whether the client accepts gzip (and does not refuse it with ``q=0``)."""
    accepted = environ.get("HTTP_ACCEPT_ENCODING", "").lower()
    return "gzip" in accepted and not _NO_GZIP.search(accepted)


def finish(app: Wsgi) -> Wsgi:
    """Middleware that adds the headers of every answer, and compresses documents for clients that accept it.

    ``HEAD`` is answered like ``GET`` but without the body, so that the headers agree whatever the encoding.
    """

    def run(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if method == "HEAD":
            environ = {**environ, "REQUEST_METHOD": "GET"}
        status, headers, body = answer_of(app, environ)
        named = {name.lower(): value for name, value in headers}
        headers += ALWAYS
        if environ.get("wsgi.url_scheme") == "https":
            headers.append(SECURE)
        if method == "OPTIONS":
            headers += [("Access-Control-Allow-Methods", named.get("allow", "GET, POST, OPTIONS")), *PREFLIGHT]
        if status.startswith("304") or named.get("content-type", "").partition(";")[0] in COMPRESSED:
            headers.append(("Vary", "Accept, Accept-Encoding" if BY_ACCEPT in environ else "Accept-Encoding"))
            if takes_gzip(environ) and int(named.get("content-length", 0)) > MIN_COMPRESSED_BYTES:
                packed = gzip.compress(joined(body), compresslevel=4, mtime=0)
                headers = [header for header in headers if header[0] != "Content-Length"]
                headers += [("Content-Encoding", "gzip"), ("Content-Length", str(len(packed)))]
                body = [packed]
        start_response(status, headers)
        if method == "HEAD":
            joined(body)
            return []
        return body

    return run


def joined(body: Iterable[bytes]) -> bytes:
    """The whole body, which is closed afterwards."""
    try:
        return b"".join(body)
    finally:
        getattr(body, "close", lambda: None)()

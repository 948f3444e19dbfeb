"""Bounds of an HTTP request: what is larger or slower is refused before anything is done for it."""

from __future__ import annotations

MAX_HEADERS_BYTES = 64 * 1024
"""The most bytes of a request line with all headers; the HTTP server answers 431 to more."""
HEADER_SECONDS = 10
"""How long the request line and headers may take to arrive, in seconds."""

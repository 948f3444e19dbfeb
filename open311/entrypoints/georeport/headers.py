"""What every answer of the API carries: CORS, real gzip where it is wanted, errors in the format asked for."""

from __future__ import annotations

import gzip
import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, InternalServerError

from open311.api.problems import failed
from open311.wire.formats import DEFAULT, FORMATS, Format

SMALL = 1024
"""Bytes below which compressing costs more than it saves."""
_LOG = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Add the headers and the handlers to the app."""
    app.after_request(_finish)
    app.register_error_handler(HTTPException, lambda fault: failed(fault, _format()))
    app.register_error_handler(Exception, _broken)


def _broken(fault: Exception) -> Response:
    """Our own failure: logged whole, told in one sentence, never as HTML."""
    _LOG.exception("%s %s failed", request.method, request.path, exc_info=fault)
    return failed(InternalServerError(), _format())


def _format() -> Format:
    """The format that a path which reached no view asks for."""
    return FORMATS.get(request.path.rpartition(".")[2], DEFAULT)


def _finish(response: Response) -> Response:
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = "Link, ETag, Retry-After"
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = headers.get("Allow", "GET, POST, OPTIONS")
        headers["Access-Control-Allow-Headers"] = "Content-Type, Idempotency-Key, If-None-Match"
        headers["Access-Control-Max-Age"] = "86400"
    headers.setdefault("X-Content-Type-Options", "nosniff")
    if (response.mimetype or "").startswith("image/") or response.is_streamed:
        return response
    headers.add("Vary", "Accept-Encoding")
    if request.accept_encodings["gzip"] > 0 and len(body := response.get_data()) > SMALL:
        response.set_data(gzip.compress(body, compresslevel=4, mtime=0))
        headers["Content-Encoding"] = "gzip"
    return response

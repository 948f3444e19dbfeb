"""Errors in the format asked for, wherever they arise."""

from __future__ import annotations

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, InternalServerError

from open311.api.endpoint import format_of
from open311.api.problems import failed
from open311.wire.formats import DEFAULT, FORMATS, Format

_LOG = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Add the handlers to the app."""
    app.register_error_handler(HTTPException, lambda fault: failed(fault, _format()))
    app.register_error_handler(Exception, _broken)


def _broken(fault: Exception) -> Response:
    """Our own failure: logged whole, told in one sentence, never as HTML."""
    _LOG.exception("%s %s failed", request.method, request.path, exc_info=fault)
    return failed(InternalServerError(), _format())


def _format() -> Format:
    """The format that a path which reached no view asks for: JSON for GeoJSON, the default for an unknown suffix."""
    _, dot, suffix = request.path.rpartition("/")[2].rpartition(".")
    return FORMATS.get(suffix.removeprefix("geo"), DEFAULT) if dot else format_of("")

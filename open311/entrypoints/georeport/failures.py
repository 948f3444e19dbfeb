"""Errors in the format asked for, wherever they arise."""

from __future__ import annotations

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, InternalServerError

from open311.actions.base.environment import current_environment
from open311.api.accept import wants_page
from open311.api.call import format_of
from open311.api.problems import away, failed, refused
from open311.models.patience import is_away
from open311.web.failures import astray, gone
from open311.wire.formats import DEFAULT, FORMATS, Format

_LOG = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Add the handlers to the app."""
    app.register_error_handler(HTTPException, _failed)
    app.register_error_handler(Exception, _broken)


def _failed(fault: HTTPException) -> Response:
    """A page for people whose browser went astray, an errors document for everything else."""
    return astray(fault) if _is_reader() else failed(fault, _format())


def _is_reader() -> bool:
    """Whether a person is looking for a page: outside the API's addresses, and preferring HTML."""
    _, dot, suffix = request.path.rpartition("/")[2].rpartition(".")
    bases = [base.path for base in current_environment().city.endpoints]
    inside = (dot and suffix in _DOCUMENTS) or any(request.path.startswith(f"{base}/") for base in bases)
    return not inside and wants_page(request.accept_mimetypes)


_DOCUMENTS = {*FORMATS, *(f"geo{suffix}" for suffix in FORMATS), "atom"}
"""Suffixes of what programs read; their errors are never HTML."""


def _broken(fault: Exception) -> Response:
    """A failure of ours: logged in full, and answered with one sentence; a page only where a reader asked for one."""
    if is_away(fault):
        _LOG.error("%s %s: the database is away: %s", request.method, request.path, fault)
        return gone() if _is_reader() else refused(away(), _format())
    _LOG.exception("%s %s failed", request.method, request.path, exc_info=fault)
    return _failed(InternalServerError())


def _format() -> Format:
    """The format that a path which reached no view asks for: JSON for GeoJSON, the default for an unknown suffix."""
    _, dot, suffix = request.path.rpartition("/")[2].rpartition(".")
    return FORMATS.get(suffix.removeprefix("geo"), DEFAULT) if dot else format_of("")

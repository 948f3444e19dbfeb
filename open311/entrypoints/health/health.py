"""GET /health/live and /health/ready: answers say which part fails and nothing else about the server."""

from __future__ import annotations

import logging
from collections.abc import Callable

import psycopg
from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from open311.actions.base.environment import current_environment
from open311.domain.errors import RETRY_SECONDS
from open311.models.schema import revisions
from open311.queries.city.tables import revision_of_tables

blueprint = Blueprint("health", __name__, url_prefix="/health")

_LOG = logging.getLogger(__name__)


@blueprint.get("/live")
def live() -> Response:
    """Answer as long as the process works through requests; nothing else is looked at."""
    return _answer({})


@blueprint.get("/ready")
def ready() -> Response:
    """Look whether the database answers, has this version's tables, and photos can be stored; 503 if not."""
    try:
        found = revision_of_tables()
        reached = True
    except (psycopg.Error, SQLAlchemyError) as fault:
        _LOG.error("/health/ready: %s", fault)
        found, reached = None, False
    return _answer({"database": reached, "tables": found == revisions()[-1], "photos": _holds(_can_store)})


def _can_store() -> None:
    current_environment().stores.files.check()


def _holds(check: Callable[[], None]) -> bool:
    try:
        check()
    except OSError as fault:
        _LOG.error("/health/ready: %s", fault)
        return False
    return True


def _answer(parts: dict[str, bool]) -> Response:
    """``ok``, or the names of the parts that fail, one a line."""
    failing = [name for name, works in parts.items() if not works]
    headers = {"Cache-Control": "no-store", **({"Retry-After": str(RETRY_SECONDS)} if failing else {})}
    said = "".join(f"{name} fails\n" for name in failing) or "ok\n"
    return Response(said, 503 if failing else 200, headers, content_type="text/plain; charset=utf-8")

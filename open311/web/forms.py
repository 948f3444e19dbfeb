"""Answering a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Response

from open311.domain.errors import Mendable, TooMuch
from open311.web import failures
from open311.web.shell import page


def answer(act: Callable[[], Response], template: str, field: str, **values: Any) -> Response:
    """Do what a form asks; where that is refused, show the form again with the reason at the field."""
    try:
        return act()
    except Mendable as refusal:
        again = page(template, {field: failures.sentence(refusal)}, failures.status_of(refusal), **values)
        if isinstance(refusal, TooMuch):
            again.headers["Retry-After"] = str(refusal.retry_after)
        return again

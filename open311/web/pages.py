"""Answering with a page, or with the same form again and what is wrong in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, render_template
from werkzeug.wrappers import Response as AnyResponse

from open311.catalog.city import Jurisdiction
from open311.domain.errors import NotAllowed, Refusal, TooManyRequests
from open311.web import failures
from open311.web.voice import voice


def page(template: str, errors: Mapping[str, str] | None = None, status: int = 200, **values: Any) -> Response:
    """A page; ``errors`` says which field has what wrong."""
    return Response(render_template(template, errors=errors or {}, **values), status)


def spoken(
    template: str,
    jurisdiction: Jurisdiction,
    language: str,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    **values: Any,
) -> Response:
    """A page in a language of the city's: ``say(name, **facts)`` in a template is one of its phrases."""
    return page(template, errors, status, **voice(jurisdiction, language), **values)


def answer(act: Callable[[], AnyResponse], template: str, field: str, **values: Any) -> AnyResponse:
    """Do what a form asks; where that is refused, show the form again with the reason at the field.

    What the person's role does not allow is no mistake in a form: that is a page of its own.
    """
    try:
        return act()
    except NotAllowed:
        raise
    except Refusal as refusal:
        again = page(template, {field: failures.words(refusal)}, failures.status(refusal), **values)
        if isinstance(refusal, TooManyRequests):
            again.headers["Retry-After"] = str(refusal.retry_after)
        return again

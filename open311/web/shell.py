"""Every page of the city's: the same shell, without JavaScript, under a strict Content-Security-Policy."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template

from open311.catalog.city import Jurisdiction

blueprint = Blueprint("web", __name__, static_folder="static", static_url_path="/assets", template_folder="templates")

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            "img-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def page(template: str, jurisdiction: Jurisdiction, language: str, status: int = 200, **what: Any) -> Response:
    """A finished page; ``say(name, **facts)`` in a template is one of the city's phrases."""

    def say(phrase: str, /, **facts: str) -> str:
        return jurisdiction.wordings.say(phrase, language, **facts)

    direction = "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"
    html = render_template(template, jurisdiction=jurisdiction, language=language, direction=direction, say=say, **what)
    return Response(html, status, headers=HEADERS, content_type="text/html; charset=utf-8")

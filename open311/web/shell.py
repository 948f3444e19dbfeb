"""The shell around every page, and how a page is rendered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template
from markupsafe import Markup

from open311.domain.language import direction_of, family
from open311.web import kept
from open311.web.assets import asset
from open311.web.forgery import form_token
from open311.web.gate import signed_in
from open311.web.language import Spoken, spoken


def shell() -> dict[str, Any]:
    """What ``web/shell.html`` needs."""
    speech = spoken()
    return {
        "jurisdiction": speech.jurisdiction,
        "language": speech.language,
        "direction": speech.direction,
        "who": signed_in(),
        "direction_of": direction_of,
        "city_lang": _city_lang(speech),
        "form_token": form_token,
        "asset": asset,
        "kept_note": kept.note,
    }


def _city_lang(speech: Spoken) -> Markup:
    """Attributes for an element with the city's own words, such as names of services, on pages in another language."""
    own = speech.jurisdiction.languages[0]
    if family(own) == family(speech.language):
        return Markup()
    return Markup(' lang="{}" dir="{}"').format(own, direction_of(own))


def page(template: str, errors: Mapping[str, str] | None = None, status: int = 200, **values: Any) -> Response:
    """Render a page.

    :param errors: what is wrong in its form, by the name of the field.
    """
    return Response(render_template(template, errors=errors or {}, **values), status)

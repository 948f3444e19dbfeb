"""The language of a page: chosen once a request, then spoken by templates, forms and error pages alike.

Messages are written in English where they are used: ``{{ _("Sign out") }}`` in a template, ``gettext("Sign out")`` in
Python, ``N_("Sign out")`` in a table that is spoken later. Facts are put in by name: ``%(number)s``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Flask, has_request_context, request

from open311.actions.base.environment import current_environment
from open311.catalog.city import Jurisdiction
from open311.domain.language import SOURCE_LANGUAGE, direction_of, with_families
from open311.web.catalogues import translated_languages, translations

_SPOKEN = "open311.spoken"


@dataclass(frozen=True, slots=True)
class Spoken:
    """In whose name a page speaks, and in which language."""

    jurisdiction: Jurisdiction
    language: str

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``, as HTML names it."""
        return direction_of(self.language)


def speak(jurisdiction: Jurisdiction, language: str) -> None:
    """Speak this language for the rest of the request, also where it fails."""
    request.environ[_SPOKEN] = Spoken(jurisdiction, language)


def spoken() -> Spoken:
    """The language of this request. Pages that never call :func:`speak` are in English, in the city's name."""
    found = request.environ.get(_SPOKEN) if has_request_context() else None
    return found or Spoken(current_environment().city.first, SOURCE_LANGUAGE)


def offered_languages(jurisdiction: Jurisdiction) -> list[str]:
    """The jurisdiction's languages that pages are translated into, its own first; English where there is none."""
    found = [each for each in with_families(jurisdiction.languages) if each in translated_languages()]
    return found or [SOURCE_LANGUAGE]


def pick_language(jurisdiction: Jurisdiction, wanted: Iterable[str]) -> str:
    """The first wanted language that is offered, exactly or by its family (``es`` for ``es-MX``); else the first."""
    offered = offered_languages(jurisdiction)
    return next((tongue for tongue in with_families(wanted) if tongue in offered), offered[0])


def gettext(message: str, /, **facts: object) -> str:
    """A message in the language of the page."""
    said = translations(_language()).gettext(message)
    return said % facts if facts else said


def ngettext(one: str, many: str, n: int, /, **facts: object) -> str:
    """A message about a number of things, in the plural form that the language has for it; ``%(n)s`` is the number."""
    return translations(_language()).ngettext(one, many, n) % {"n": n, **facts}


def pgettext(context: str, message: str, /, **facts: object) -> str:
    """A message that needs another translation elsewhere, told apart by a context."""
    said: str = translations(_language()).pgettext(context, message)  # type: ignore[no-untyped-call]
    return said % facts if facts else said


def N_(message: str) -> str:  # noqa: N802 (the name that gettext's tools know)
    """Mark a message for translation; it is translated where it is spoken."""
    return message


def register(app: Flask) -> None:
    """Give templates ``_``, ``ngettext``, ``pgettext`` and ``{% trans %}``. What they say is escaped like any text."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=False, pgettext=pgettext
    )


def _language() -> str:
    return spoken().language if has_request_context() else SOURCE_LANGUAGE

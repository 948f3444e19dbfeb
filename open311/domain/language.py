"""Languages by their tags (BCP 47): families, and the direction in which they are written."""

from __future__ import annotations

from collections.abc import Iterable

SOURCE_LANGUAGE = "en"
"""The language in which the server itself has words for everything."""
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def family(language: str) -> str:
    """Return the language itself without a region or script: ``es`` for ``es-MX``."""
    return language.partition("-")[0]


def with_families(languages: Iterable[str | None]) -> tuple[str, ...]:
    """Return each language followed by its family, once each, in order, without those that are None or blank."""
    given = [each.strip() for each in languages if each and each.strip()]
    return tuple(dict.fromkeys(tongue for each in given for tongue in (each, family(each))))


def direction_of(language: str) -> str:
    """Return how a language is written, as HTML names it: ``ltr`` or ``rtl``."""
    return "rtl" if family(language) in _RIGHT_TO_LEFT else "ltr"

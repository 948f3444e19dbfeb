"""Translations of pages: ``translations/<language>/LC_MESSAGES/messages.po`` beside the templates of each room.

They are compiled in memory when a language is first spoken, so a fresh clone needs no step and nothing can be stale.
``script/translations`` extracts, updates and checks them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from open311.domain.language import SOURCE_LANGUAGE

PACKAGE = Path(__file__).parents[1]


def catalogue_files(language: str = "*") -> Iterator[Path]:
    """The catalogues of one language, or of all."""
    yield from sorted(PACKAGE.glob(f"**/translations/{language}/LC_MESSAGES/messages.po"))


@cache
def translated_languages() -> frozenset[str]:
    """The languages that pages can be read in."""
    return frozenset({SOURCE_LANGUAGE, *(path.parents[1].name for path in catalogue_files())})


@cache
def translations(language: str) -> NullTranslations:
    """The translations into a language, of all rooms together; unknown messages stay English."""
    merged = Translations()
    for path in catalogue_files(language) if language in translated_languages() else ():
        merged.merge(_compiled(path))  # type: ignore[no-untyped-call]
    return merged


def _compiled(path: Path) -> Translations:
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    return Translations(compiled)

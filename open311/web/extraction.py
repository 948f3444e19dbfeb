"""Keeping catalogues in step with templates and code: what ``script/translations`` runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from open311.domain.language import SOURCE_LANGUAGE
from open311.web.catalogues import PACKAGE, translated_languages

SOURCES = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None}
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
"""Without the dates that gettext's tools write: a catalogue changes when its messages do."""
COMMENT_TAG = "To translators:"
"""Begins a comment in the code that is meant for translators."""


def rooms(package: Path = PACKAGE) -> list[Path]:
    """The folders that may have a catalogue: ``web``, and each entrypoint."""
    return [package / "web", *sorted(path for path in (package / "entrypoints").iterdir() if path.is_dir())]


def catalogue_file(room: Path, language: str) -> Path:
    """Where the catalogue of a room lies."""
    return room / "translations" / language / "LC_MESSAGES" / "messages.po"


def messages_of(room: Path, language: str) -> Catalog:
    """The messages that a room says now, none of them translated."""
    found = Catalog(locale=language.replace("-", "_"), fuzzy=False)
    extracted = extract_from_dir(room, SOURCES, keywords=KEYWORDS, comment_tags=[COMMENT_TAG], strip_comment_tags=True)
    for name, line, message, comments, context in extracted:
        found.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return found


def updated(room: Path, language: str) -> Catalog:
    """The catalogue of a room with the messages that it says now; translations are kept."""
    now, path = messages_of(room, language), catalogue_file(room, language)
    if not path.exists():
        return now
    with path.open("rb") as file:
        kept = read_po(file, locale=language.replace("-", "_"))
    kept.update(now, no_fuzzy_matching=True)
    return kept


def write(room: Path, language: str) -> None:
    """Write the catalogue of a room anew, unless the room says nothing."""
    catalogue = updated(room, language)
    if not len(catalogue):
        return
    path = catalogue_file(room, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.format(language=language, plural_forms=catalogue.plural_forms).encode())
        write_po(file, catalogue, width=120, ignore_obsolete=True, omit_header=True, include_lineno=False)


def faults(room: Path, language: str) -> Iterator[str]:
    """What keeps the translation of a room from being complete, each as a line for whoever mends it."""
    catalogue, place = updated(room, language), catalogue_file(room, language).relative_to(room.parents[1])
    for message in catalogue:
        if not message.id:
            continue
        translated = message.string if isinstance(message.string, tuple | list) else [message.string]
        if not all(translated):
            yield f"{place}: not translated: {message.id}"
            continue
        if message.fuzzy:
            yield f"{place}: marked as unfinished: {message.id}"
        yield from (f"{place}: {fault}: {message.id}" for fault in message.check(catalogue))
    for obsolete in catalogue.obsolete.values():
        yield f"{place}: nobody says it any more: {obsolete.id}"


def main(arguments: list[str]) -> int:
    """Run one of the commands; returns the exit status."""
    languages = sorted(translated_languages() - {SOURCE_LANGUAGE})
    if arguments[0] == "check":
        found = [fault for room in rooms() for language in languages for fault in faults(room, language)]
        print("\n".join(found) or f"complete in {', '.join(languages)}")
        return 1 if found else 0
    for language in arguments[1:] or languages:
        for room in rooms():
            write(room, language)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

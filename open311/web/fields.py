"""Fields of forms: each says how it is asked and how what was sent is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from open311.domain.contact import email_address
from open311.domain.draft import MAX_LINE_CHARACTERS, MAX_TEXT_CHARACTERS, clean_line, clean_text
from open311.web.keys import read_key
from open311.web.language import N_, gettext

T = TypeVar("T")
Options = Sequence[tuple[str, str]] | Mapping[str, Sequence[tuple[str, str]]]
"""Values to choose from with their words; or such lists by the heading of their group."""


class Kind(StrEnum):
    """How a field is asked; ``web/fields.html`` draws each."""

    LINE = "line"
    TEXT = "text"
    SECRET = "secret"
    EMAIL = "email"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    CHOICE = "choice"
    CHOICES = "choices"
    CHECK = "check"
    PHOTOS = "photos"
    NOTICE = "notice"
    """Nothing is asked: words to be read."""


class Wrong(ValueError):
    """What was sent for a field cannot be taken.

    :param message: an English sentence without a full stop, marked with ``N_`` where pages translate it.
    :param facts: what the sentence mentions, by name.
    """

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message % facts if facts else message)
        self.message = message
        self.facts = facts

    @property
    def spoken(self) -> str:
        """The sentence in the language of the page."""
        return gettext(self.message, **self.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Generic[T]):
    """A question of a form, whose answer is read to a ``T``."""

    name: str
    parse: Callable[[Sequence[str]], T]
    """Reads the values that were sent, blank ones left out; raises :class:`Wrong`."""
    empty: T
    """The value where nothing was sent, or something wrong."""
    kind: Kind = Kind.LINE
    missing: str = ""
    """What is said where nothing was sent, as in :class:`Wrong`; empty where that is fine."""
    label: str = ""
    hint: str = ""
    options: Options = ()

    @property
    def required(self) -> bool:
        """Whether something must be sent."""
        return bool(self.missing)


def line(
    name: str, *, missing: str = "", limit: int = MAX_LINE_CHARACTERS, label: str = "", hint: str = ""
) -> Field[str]:
    """A text on one line, trimmed, of at most ``limit`` characters."""
    return Field(name=name, parse=_words(clean_line, limit), empty="", missing=missing, label=label, hint=hint)


def text(name: str, *, missing: str = "", label: str = "", hint: str = "") -> Field[str]:
    """A text of several lines, trimmed, of at most 4,000 characters."""
    parse = _words(clean_text, MAX_TEXT_CHARACTERS)
    return Field(name=name, parse=parse, empty="", kind=Kind.TEXT, missing=missing, label=label, hint=hint)


def secret(name: str, *, missing: str = "") -> Field[str]:
    """A password or the like, exactly as it was typed. It is never shown again."""
    return Field(name=name, parse=lambda sent: sent[0], empty="", kind=Kind.SECRET, missing=missing)


def email(name: str, *, missing: str = "", wrong: str, label: str = "") -> Field[str]:
    """An e-mail address. ``wrong`` is said of anything else."""

    def parse(sent: Sequence[str]) -> str:
        if (address := email_address(sent[0])) is None:
            raise Wrong(wrong)
        return address

    return Field(name=name, parse=parse, empty="", kind=Kind.EMAIL, missing=missing, label=label)


def key(name: str, *, wrong: str = "") -> Field[int | None]:
    """The key of a row. Anything else is as if nothing was sent, or ``wrong`` where that is given."""

    def parse(sent: Sequence[str]) -> int | None:
        if (found := read_key(sent[0].strip())) is None and wrong:
            raise Wrong(wrong)
        return found

    return Field(name=name, parse=parse, empty=None)


def choice(
    name: str, values: Iterable[T], *, missing: str = "", options: Options = (), label: str = ""
) -> Field[T | None]:
    """One of several values; they are sent as their text. Anything else is as if nothing was sent."""
    offered = {str(value): value for value in values}

    def parse(sent: Sequence[str]) -> T | None:
        if sent[0] not in offered and missing:
            raise Wrong(missing)
        return offered.get(sent[0])

    return Field(name=name, parse=parse, empty=None, kind=Kind.CHOICE, missing=missing, options=options, label=label)


def day(name: str, *, wrong: str = N_("Enter a day, like 2026-11-25")) -> Field[date | None]:
    """A day of the calendar, as browsers send it: ``2026-11-25``."""

    def parse(sent: Sequence[str]) -> date | None:
        try:
            return date.fromisoformat(sent[0].strip())
        except ValueError:
            raise Wrong(wrong) from None

    return Field(name=name, parse=parse, empty=None, kind=Kind.DAY)


def check(name: str) -> Field[bool]:
    """A box that is ticked or not."""
    return Field(name=name, parse=lambda _: True, empty=False, kind=Kind.CHECK)


def too_long(limit: int) -> Wrong:
    """What is said of a text that is too long."""
    return Wrong(N_("Write at most %(most)s characters"), most=limit)


def _words(clean: Callable[[str], str], limit: int) -> Callable[[Sequence[str]], str]:
    def parse(sent: Sequence[str]) -> str:
        cleaned = clean(sent[0])
        if len(cleaned) > limit:
            raise too_long(limit)
        return cleaned

    return parse

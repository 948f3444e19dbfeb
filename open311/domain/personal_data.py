"""Stretches of a text that look like personal data: what kind each is, and the text without them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class PersonalData(StrEnum):
    """What a stretch of text looks like. Names are not among it, as no pattern finds them; nor are addresses, as
    reports are about places.
    """

    PHONE = "phone number"
    EMAIL = "e-mail address"
    SOCIAL_SECURITY = "Social Security number"
    CARD = "card number"
    ACCOUNT = "bank account number"

    @property
    def one(self) -> str:
        """One of it in words: ``a phone number``."""
        return f"{'an' if self[0] in 'aeiou' else 'a'} {self}"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A stretch of a text, from ``start`` up to and without ``end``, that looks like personal data."""

    start: int
    end: int
    kind: PersonalData


def without(text: str, findings: Iterable[Finding]) -> str:
    """Return the text with a mark such as ``[phone number removed]`` in place of each finding."""
    return "".join(f"[{kind} removed]" if kind else part for part, kind in pieces(text, findings))


def pieces(text: str, findings: Iterable[Finding]) -> list[tuple[str, PersonalData | None]]:
    """Return the text in pieces, in order, each with what it looks like, if anything."""
    cut, end = list[tuple[str, PersonalData | None]](), 0
    for each in sorted(findings):
        cut += [(text[end : each.start], None), (text[each.start : each.end], each.kind)]
        end = each.end
    return [(part, kind) for part, kind in (*cut, (text[end:], None)) if part]

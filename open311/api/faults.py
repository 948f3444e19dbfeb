"""Everything that is wrong with a call, told at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from open311.domain.errors import Invalid, InvalidArgument

_T = TypeVar("_T")


class Faults:
    """Sentences about what cannot be read, the most useful first."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, *sentences: str) -> None:
        """Note what is wrong."""
        self.found += sentences

    def of(self, read: Callable[[], _T], default: _T) -> _T:
        """Return what is read, or the default after noting why it cannot be read."""
        try:
            return read()
        except Invalid as refusal:
            self.add(str(refusal), *refusal.also)
            return default

    def check(self) -> None:
        """Go on only if nothing was wrong.

        :raises InvalidArgument: with every fault.
        """
        if self.found:
            raise InvalidArgument(self.found[0], also=self.found[1:])


def repeated(name: str, texts: Sequence[str]) -> list[str]:
    """Return why a parameter that has one value cannot be taken, if it came with several that differ."""
    if len(texts) < 2:
        return []
    different = {text.strip() for text in texts} - {""}
    return [f"{name} was given {len(different)} times with different values"] if len(different) > 1 else []

"""How one boundary is named in addresses, configuration and grants: ``ward:5`` or ``ward@2019:5``."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_CODE_CHARACTERS = 200
"""Longest code of a boundary; it stands in addresses."""

_WRITTEN = re.compile(r"([a-z][a-z0-9_]*)(?:@([^:@]+))?:(.+)")


@dataclass(frozen=True, slots=True, order=True)
class BoundaryName:
    """The layer and code of a boundary, and its vintage if another than the one in force is meant."""

    layer: str
    code: str
    vintage: str = ""

    @classmethod
    def read(cls, text: str) -> BoundaryName:
        """Read ``layer:code`` or ``layer@vintage:code``.

        :raises ValueError: when the text has another form, with a sentence for the client.
        """
        found = _WRITTEN.fullmatch(text.strip())
        if not found:
            raise ValueError(f"layer:code or layer@vintage:code expected, not {text!r}")
        return cls(found[1], found[3].strip(), (found[2] or "").strip())

    def __str__(self) -> str:
        """Write the name as ``read`` reads it."""
        return f"{self.layer_and_vintage}:{self.code}"

    @property
    def layer_and_vintage(self) -> str:
        """The name without the code: ``ward`` or ``ward@2019``."""
        return f"{self.layer}@{self.vintage}" if self.vintage else self.layer


def code_fault(code: str) -> str:
    """Why a code cannot stand in an address, for the person who loads it; empty if it can."""
    if not code:
        return "it has no code"
    if len(code) > MAX_CODE_CHARACTERS:
        return f"its code has more than {MAX_CODE_CHARACTERS} characters"
    if not code.isprintable():
        return "its code has control characters"
    if not {"", ".", ".."}.isdisjoint(code.split("/")):
        return "no address can name its code, because of its slashes or dots"
    return ""

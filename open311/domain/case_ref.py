"""How an act names the service request that it is about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaseRef:
    """A service request by jurisdiction and public number, as somebody saw it."""

    jurisdiction: str
    number: str
    seen_version: int | None = None
    """The version on the screen of whoever acts. An act on a newer version is refused; None skips the check."""

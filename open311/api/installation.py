"""What a running server is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import current_app

from open311.actions.environment import Environment
from open311.api.limits import ReadLimit


@dataclass(frozen=True)
class Installation:
    """A running server's parts and settings; ``app.extensions["open311"]``."""

    environment: Environment
    public_url: str | None
    writes_per_minute: int
    reads_per_minute: int
    updates_enabled: bool
    read_limit: ReadLimit = field(default_factory=ReadLimit)


def installation() -> Installation:
    """The parts of the server that is running."""
    return current_app.extensions["open311"]  # type: ignore[no-any-return]

"""What the published API needs besides the environment of actions: its address, its limits, and what it offers."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import current_app

from open311.api.limits import ReadLimit


@dataclass(frozen=True)
class Installation:
    """The settings of the published API of a running server (``app.extensions["api"]``)."""

    public_url: str | None
    writes_per_minute: int
    reads_per_minute: int
    updates_enabled: bool
    read_limit: ReadLimit = field(default_factory=ReadLimit)


def installation() -> Installation:
    """The settings of the published API of this server."""
    return current_app.extensions["api"]  # type: ignore[no-any-return]

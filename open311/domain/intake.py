"""The ways by which a service request reaches the city."""

from __future__ import annotations

from enum import StrEnum


class Intake(StrEnum):
    """How a service request reached the city. An import may bring other words, which stand as they are."""

    API = "api"
    APP = "app"
    WEB = "web"
    PHONE = "phone"
    SOCIAL = "social"
    EMAIL = "email"
    SMS = "sms"
    WALK_IN = "walk_in"
    SPLIT = "split"
    """A part of another service request, split off by staff."""
    DUPLICATE = "duplicate"
    """A report of what was reported before; it counts as an endorsement of the first."""
    IMPORT = "import"
    """Filed elsewhere; the export that it came from does not say how."""

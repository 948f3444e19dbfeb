"""What everybody may see of a service request; no other place decides it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Publishing(StrEnum):
    """When the public sees a new service request or photo, from most to least public."""

    AT_ONCE = "at_once"
    REVIEWED = "reviewed"
    PRIVATE = "private"


class Precision(StrEnum):
    """How exactly the public sees a place, from most to least exact."""

    EXACT = "exact"
    BLOCK = "block"
    BOUNDARY = "boundary"


class Moderation(StrEnum):
    """Whether staff have looked at what a resident wrote, and what they decided."""

    PENDING = "pending"
    APPROVED = "approved"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Exposure:
    """What is public of one service request, and how exactly its place is shown (``location``)."""

    listed: bool
    """Whether the service request is published at all."""
    text: bool
    """Whether its description, address, place and answers are public, but for what is ``withheld``."""
    location: Precision
    photographs: Publishing = Publishing.AT_ONCE
    withheld: frozenset[str] = frozenset()
    """Which of its texts look like personal data, and are withheld until staff have looked at them."""

    def shows(self, field: str) -> bool:
        """Whether one text is public: ``description``, ``address``, or ``answer:CODE``."""
        return self.text and field not in self.withheld

    @property
    def photos(self) -> bool:
        """Whether approved photos are public. Never where the place is blurred: a photo may give the place away."""
        return self.text and self.location is Precision.EXACT and self.photographs is not Publishing.PRIVATE

    @property
    def foreign_photos(self) -> bool:
        """Whether photos on other hosts are linked: only without review, since their content can change later."""
        return self.photos and self.photographs is Publishing.AT_ONCE


def first_moderation(publishing: Publishing) -> Moderation:
    """The moderation that a new service request, or a new photo, starts with."""
    return Moderation.APPROVED if publishing is Publishing.AT_ONCE else Moderation.PENDING


@lru_cache(maxsize=256)
def exposure(
    publishing: Publishing,
    location: Precision,
    private: bool,
    moderation: Moderation,
    photos: Publishing = Publishing.AT_ONCE,
    withheld: tuple[str, ...] = (),
) -> Exposure:
    """What everybody may see of a service request (``Service.exposure`` knows the settings of the service).

    Before a ``reviewed`` service's request is approved, its number, service, status and times are public, so that the
    GET that follows a client's POST works; text, place and photos become public with the approval.
    """
    listed = publishing is not Publishing.PRIVATE and not private and moderation is not Moderation.HIDDEN
    text = listed and moderation is Moderation.APPROVED
    return Exposure(listed, text, location, photos, frozenset(withheld))


_STRICTNESS = {member: rank for kind in (Publishing, Precision) for rank, member in enumerate(kind)}


def is_stricter(new: tuple[str, str], old: tuple[str, str]) -> bool:
    """Whether new settings (publishing, location) hide something that the old ones showed."""
    return (
        _STRICTNESS[Publishing(new[0])] > _STRICTNESS[Publishing(old[0])]
        or _STRICTNESS[Precision(new[1])] > _STRICTNESS[Precision(old[1])]
    )

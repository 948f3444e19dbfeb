"""What of a service request everybody may see; the one place that decides it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from open311.domain.definition import Precision, Publishing


class Moderation(StrEnum):
    """Whether somebody looked at what a resident wrote, and what they decided."""

    PENDING = "pending"
    APPROVED = "approved"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Exposure:
    """What is public: the case at all (``listed``), its text and photos (``told``), its place (``location``)."""

    listed: bool
    told: bool
    location: Precision
    photographs: Publishing = Publishing.AT_ONCE

    @property
    def photos(self) -> bool:
        """Photos that are approved. A blurred place is blurred in the photo too, so there is none."""
        return self.told and self.location is Precision.EXACT and self.photographs is not Publishing.PRIVATE

    @property
    def foreign_photos(self) -> bool:
        """Photos elsewhere, of which a client told the address: nobody can approve what may change any time."""
        return self.photos and self.photographs is Publishing.AT_ONCE


def first_moderation(publishing: Publishing) -> Moderation:
    """How a new service request of a service, or a new photo, starts."""
    return Moderation.APPROVED if publishing is Publishing.AT_ONCE else Moderation.PENDING


@lru_cache(maxsize=256)
def exposure(
    publishing: Publishing,
    location: Precision,
    private: bool,
    moderation: Moderation,
    photos: Publishing = Publishing.AT_ONCE,
) -> Exposure:
    """What everybody may see of a case.

    Before approval of a ``reviewed`` service: number, service, status and times, so that a client's follow-up GET
    works; text, place and photos only afterwards.
    """
    listed = publishing is not Publishing.PRIVATE and not private and moderation is not Moderation.HIDDEN
    told = listed and moderation is Moderation.APPROVED
    return Exposure(listed=listed, told=told, location=location, photographs=photos)


_STRICTNESS = {member: rank for kind in (Publishing, Precision) for rank, member in enumerate(kind)}


def is_stricter(new: tuple[str, str], old: tuple[str, str]) -> bool:
    """Whether settings (publishing, location) hide something that the old ones showed."""
    return (
        _STRICTNESS[Publishing(new[0])] > _STRICTNESS[Publishing(old[0])]
        or _STRICTNESS[Precision(new[1])] > _STRICTNESS[Precision(old[1])]
    )

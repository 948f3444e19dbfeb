"""Read photos for those who review them, never for the public."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, bindparam, select, text
from sqlalchemy.orm import aliased

from open311.domain.roles import Act, Grant
from open311.models.cases.media import Media
from open311.models.cases.service_request import ServiceRequest
from open311.queries.cases.reach import Condition, reach
from open311.queries.reading import Statement, fetch_dicts, fetch_one_as

PHOTOS_PER_PAGE = 50
"""How many photos a list for review shows."""

_CASE = aliased(ServiceRequest, name="r")
_COLUMNS = (
    Media.key,
    Media.width,
    Media.height,
    Media.created_at,
    Media.original.is_not(None).label("has_original"),
    _CASE.service_request_id.label("number"),
    _CASE.service_name,
)
_PHOTOS = select(*_COLUMNS).join(_CASE, _CASE.key == Media.service_request)
_ONE = Statement(_PHOTOS.where(Media.key == bindparam("key")))


def photos(state: str, grants: Iterable[Grant] | None = None) -> list[dict[str, Any]]:
    """Return photos in a review state, oldest first, that the grants allow to be reviewed (None for all photos)."""
    reached = Condition("true") if grants is None else reach(grants, Act.MODERATE, "r.jurisdiction")
    return fetch_dicts(_of_state(reached.sql), {"state": state, **reached.values})


@lru_cache(maxsize=256)
def _of_state(reached: str) -> Statement:
    state = Media.moderation == bindparam("state", type_=Text())
    return Statement(_PHOTOS.where(state, text(reached)).order_by(Media.key).limit(PHOTOS_PER_PAGE))


def photo(key: int) -> dict[str, Any] | None:
    """Return a photo by its primary key, or None."""
    rows = fetch_dicts(_ONE, {"key": key})
    return rows[0] if rows else None


@dataclass(frozen=True, slots=True)
class PhotoFiles:
    """The primary key of a photo's service request, and the names of the photo's files."""

    service_request: int
    file: str
    thumbnail: str
    original: str | None


_FILES = Statement("SELECT service_request, file, thumbnail, original FROM media WHERE key = :key")


def photo_files(key: int) -> PhotoFiles | None:
    """Return the files of a photo, or None if no photo has the primary key."""
    return fetch_one_as(PhotoFiles, _FILES, {"key": key})

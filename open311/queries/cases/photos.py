"""Photos for those who review them. Never for public answers."""

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

PHOTOS_A_PAGE = 50

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
    """Photos in a state, oldest first, as far as the grants allow to review them (none: all)."""
    reached = Condition("true") if grants is None else reach(grants, Act.MODERATE, "r.jurisdiction")
    return fetch_dicts(_of_state(reached.sql), {"state": state, **reached.values})


@lru_cache(maxsize=256)
def _of_state(reached: str) -> Statement:
    state = Media.moderation == bindparam("state", type_=Text())
    return Statement(_PHOTOS.where(state, text(reached)).order_by(Media.key).limit(PHOTOS_A_PAGE))


def photo(key: int) -> dict[str, Any] | None:
    """One photo, or none."""
    rows = fetch_dicts(_ONE, {"key": key})
    return rows[0] if rows else None


@dataclass(frozen=True, slots=True)
class PhotoFiles:
    """The service request (its key) of a photo, and the names of its files."""

    service_request: int
    file: str
    thumbnail: str
    original: str | None


_FILES = Statement("SELECT service_request, file, thumbnail, original FROM media WHERE key = :key")


def photo_files(key: int) -> PhotoFiles | None:
    """The files of a photo, or None where no photo bears the key."""
    return fetch_one_as(PhotoFiles, _FILES, {"key": key})

"""Photos that somebody sent, with their thumbnails, and as they were before they were redacted."""

from __future__ import annotations

from typing import Any

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import write_returning
from open311.actions.intake.photos import delete_originals, delete_shown
from open311.actions.privacy.kind import Erasure, Expiry, Kind, Section, Tally
from open311.queries.privacy.due import old_rows
from open311.queries.privacy.sections import own_rows
from open311.queries.reading import Statement

_PHOTOS = Statement("DELETE FROM media WHERE key = ANY(:photos) RETURNING file, thumbnail, original")
_ORIGINALS = Statement(
    """
    WITH redacted AS (SELECT key, original FROM media WHERE key = ANY(:photos))
    UPDATE media SET original = NULL FROM redacted WHERE media.key = redacted.key RETURNING redacted.original
    """
)


def forget_photos(environment: Environment, photos: list[Any]) -> None:
    """Delete photos, with their thumbnails and originals."""
    rows = write_returning(_PHOTOS, {"photos": photos})
    delete_shown(environment, [name for row in rows for name in row[:2]])
    delete_originals(environment, [row[2] for row in rows if row[2]])


def forget_originals(environment: Environment, photos: list[Any]) -> None:
    """Delete what redacted photos were before."""
    rows = write_returning(_ORIGINALS, {"photos": photos})
    delete_originals(environment, [name for (name,) in rows if name])


def _erase(environment: Environment, erasure: Erasure) -> None:
    forget_photos(environment, erasure.subject.photos)


def _files(environment: Environment, photos: list[dict[str, Any]]) -> dict[str, bytes]:
    found = {}
    for photo in photos:
        for name, store in (
            (photo["file"], environment.stores.files),
            (photo["original"], environment.stores.originals),
        ):
            content = store.read(name) if name else None
            if content is not None:
                found[name] = content
    return found


KIND = Kind(
    rank=60,
    columns="media: file thumbnail original alt_text",
    section=Section(
        "photos",
        "Photos you sent; the files lie beside this document",
        own_rows(
            "media m JOIN service_request r ON r.key = m.service_request",
            "r.service_request_id, m.file, m.original, m.alt_text, m.moderation, m.created_at",
            "m.key = ANY(:photos)",
            "m.key",
        ),
        files=_files,
    ),
    tally=Tally("photos", lambda subject: len(subject.photos)),
    erase=_erase,
    expiries=(
        Expiry("original_photos", old_rows("media", "redacted_at", "original IS NOT NULL"), forget_originals),
        Expiry("hidden_photos", old_rows("media", "reviewed_at", "moderation = 'hidden'"), forget_photos),
    ),
)

"""Take in photos: make them harmless and store them before anything is locked, then attach them to a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, transaction
from open311.adapters.images import CleanImage, UnreadableImage, clean_image
from open311.domain.exposure import Moderation
from open311.domain.photo import MAX_PHOTOS, StoredPhoto, Unkept
from open311.models.cases.media import Media
from open311.models.intake.unsent_photo import UnsentPhoto
from open311.queries.intake.photos import is_original, is_shown


def clean_photos(uploads: Iterable[bytes]) -> tuple[list[CleanImage], dict[int, Unkept]]:
    """Turn uploads into clean photos, without metadata such as their place; what is no readable photo is left out.

    At most ``MAX_PHOTOS`` are returned, and why others were not kept, by their place among the uploads (from 1).
    """
    cleaned: list[CleanImage] = []
    unkept: dict[int, Unkept] = {}
    for place, upload in enumerate(uploads, 1):
        try:
            if len(cleaned) == MAX_PHOTOS:
                raise UnreadableImage(Unkept.TOO_MANY)
            cleaned.append(clean_image(upload))
        except UnreadableImage as fault:
            unkept[place] = fault.reason
    return cleaned, unkept


def store_photos(environment: Environment, photos: Iterable[CleanImage]) -> tuple[StoredPhoto, ...]:
    """Store the files of photos. Files are named by their content, so storing them again changes nothing."""
    save = environment.stores.files.save
    return tuple(
        StoredPhoto(save(photo.image, "jpg"), save(photo.thumbnail, "jpg"), photo.width, photo.height)
        for photo in photos
    )


@transaction
def store_unsent_photos(environment: Environment, photos: Iterable[CleanImage]) -> tuple[StoredPhoto, ...]:
    """Store photos of a form that may never be sent; those that no service request has after some days are deleted."""
    stored = store_photos(environment, photos)
    for photo in stored:
        add(UnsentPhoto, {"file": photo.file, "thumbnail": photo.thumbnail})
    return stored


def add_photos(
    key: int,
    photos: Sequence[StoredPhoto],
    kind: str,
    moderation: Moderation = Moderation.APPROVED,
    entry: int | None = None,
) -> None:
    """Attach stored photos to a service request, given by its primary key.

    ``kind`` is ``submitted``, or ``before`` or ``after`` for photos of the work, which came with an ``entry`` of the
    history (its primary key).
    """
    for photo in photos:
        row = {"service_request": key, "kind": kind, "alt_text": "", "moderation": moderation}
        add(Media, {**asdict(photo), **row, "service_request_update": entry})


# Files are deleted before the commit. If that fails, rows name files that are gone, and a second run completes the
# work; the other way round, files could stay that nothing names. Equal photos share a file, which stays while any row
# names it.


def delete_shown(environment: Environment, names: Iterable[str]) -> None:
    """Delete pictures and thumbnails by name, except those that a photo still has."""
    for name in set(names):
        if not is_shown(name):
            environment.stores.files.delete(name)


def delete_originals(environment: Environment, names: Iterable[str]) -> None:
    """Delete originals by name, except those that a redacted photo still has."""
    for name in set(names):
        if not is_original(name):
            environment.stores.originals.delete(name)

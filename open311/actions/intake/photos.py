"""Photos that people send: made harmless and stored before anything is locked, then given to their case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, transaction
from open311.adapters.images import CleanImage, UnreadableImage, clean_image
from open311.domain.exposure import Moderation
from open311.domain.photo import MAX_PHOTOS, StoredPhoto
from open311.models.cases.media import Media
from open311.models.intake.unsent_photo import UnsentPhoto
from open311.queries.intake.photos import is_original, is_shown


def clean_photos(uploads: Iterable[bytes]) -> list[CleanImage]:
    """Decode uploads to photos without any trace of their place; what cannot be read as one is left out."""
    cleaned: list[CleanImage] = []
    for upload in uploads:
        if len(cleaned) == MAX_PHOTOS:
            break
        try:
            cleaned.append(clean_image(upload))
        except UnreadableImage:
            continue
    return cleaned


def store_photos(environment: Environment, photos: Iterable[CleanImage]) -> tuple[StoredPhoto, ...]:
    """Store the files of photos. They are named by their content, so storing them again changes nothing."""
    save = environment.stores.files.save
    return tuple(
        StoredPhoto(save(photo.image, "jpg"), save(photo.thumbnail, "jpg"), photo.width, photo.height)
        for photo in photos
    )


@transaction
def store_unsent_photos(environment: Environment, photos: Iterable[CleanImage]) -> tuple[StoredPhoto, ...]:
    """Store photos of a form that may never be sent; what no service request has after some days is forgotten."""
    stored = store_photos(environment, photos)
    for photo in stored:
        add(UnsentPhoto, {"file": photo.file, "thumbnail": photo.thumbnail})
    return stored


def add_photos(
    key: int, photos: Sequence[StoredPhoto], kind: str, moderation: Moderation = Moderation.APPROVED
) -> None:
    """Give stored photos to a service request (its key): ``submitted``, or taken ``before`` or ``after`` the work."""
    for photo in photos:
        add(Media, {**asdict(photo), "service_request": key, "kind": kind, "alt_text": "", "moderation": moderation})


# Files go before the commit: should that fail, rows name files that are gone, and doing it again completes it. The
# other way round, files could stay that nothing names. Equal photos are one file, which stays while another row has it.


def delete_shown(environment: Environment, names: Iterable[str]) -> None:
    """Delete those of these pictures and thumbnails that no photo has any more."""
    for name in set(names):
        if not is_shown(name):
            environment.stores.files.delete(name)


def delete_originals(environment: Environment, names: Iterable[str]) -> None:
    """Delete those of these originals that no redacted photo has any more."""
    for name in set(names):
        if not is_original(name):
            environment.stores.originals.delete(name)

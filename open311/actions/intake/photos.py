"""Photos that people send: made harmless and stored before anything is locked, then given to their case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, connection, transaction
from open311.adapters.images import CleanImage, UnreadableImage, clean_image
from open311.domain.exposure import Moderation
from open311.models.intake.unsent_photo import UnsentPhoto
from open311.queries.intake.photos import is_original, is_shown

MOST_PHOTOS = 5
"""Of one report or one update; further ones are ignored."""


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo whose files are stored; it belongs to nothing, and nobody can see it, until a case has it."""

    file: str
    thumbnail: str
    width: int
    height: int


def clean_photos(uploads: Iterable[bytes]) -> list[CleanImage]:
    """The photos among these bytes; what cannot be read is left out."""
    cleaned: list[CleanImage] = []
    for upload in uploads:
        if len(cleaned) == MOST_PHOTOS:
            break
        try:
            cleaned.append(clean_image(upload))
        except UnreadableImage:
            continue
    return cleaned


def store_photos(environment: Environment, photos: Iterable[CleanImage]) -> tuple[StoredPhoto, ...]:
    """Store the files of photos, which are named by their content: again, nothing changes."""
    save = environment.files.save
    return tuple(
        StoredPhoto(save(photo.image, "jpg"), save(photo.thumbnail, "jpg"), photo.width, photo.height)
        for photo in photos
    )


@transaction
def store_unsent_photos(environment: Environment, photos: Iterable[CleanImage]) -> tuple[StoredPhoto, ...]:
    """The same for a form that may never be sent: what no case has then is forgotten by the rules of privacy."""
    stored = store_photos(environment, photos)
    for photo in stored:
        add(UnsentPhoto, {"file": photo.file, "thumbnail": photo.thumbnail})
    return stored


def add_photos(
    key: int, photos: Sequence[StoredPhoto], kind: str, moderation: Moderation = Moderation.APPROVED
) -> None:
    """Give photos to a case: ``submitted``, ``before`` or ``after`` the work."""
    for photo in photos:
        connection().execute(
            "INSERT INTO media (service_request, file, thumbnail, width, height, kind, alt_text, moderation)"
            " VALUES (%s, %s, %s, %s, %s, %s, '', %s)",
            (key, photo.file, photo.thumbnail, photo.width, photo.height, kind, moderation),
        )


# Files go before the commit: should that fail, rows name files that are gone, and doing it again completes it. The
# other way round, files could stay that nothing names. Equal photos are one file, which stays while another row has it.


def delete_shown(environment: Environment, names: Iterable[str]) -> None:
    """Delete those of these pictures and thumbnails that no photo has any more."""
    for name in set(names):
        if not is_shown(name):
            environment.files.delete(name)


def delete_originals(environment: Environment, names: Iterable[str]) -> None:
    """Delete those of these originals that no redacted photo has any more."""
    for name in set(names):
        if not is_original(name):
            environment.originals.delete(name)

"""Photos that people send: made harmless and stored before anything is locked, then given to their case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from open311.actions.environment import Environment, add, connection, transaction
from open311.adapters.images import CleanImage, UnreadableImage, clean_image
from open311.domain.privacy import Moderation
from open311.models.unsent_photo import UnsentPhoto

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

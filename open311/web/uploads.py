"""Photos in forms: stored when they first come, and kept by a signed hidden field until the form is done."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from open311.actions.base.environment import current_environment
from open311.actions.intake.photos import clean_photos, store_unsent_photos
from open311.adapters.images import CleanImage
from open311.domain.photo import MAX_PHOTO_BYTES, MAX_PHOTOS, StoredPhoto, Unkept
from open311.web.forms import Form
from open311.web.language import N_

_LOG = logging.getLogger(__name__)
KEPT = "kept_photos"
"""The hidden field. It is signed, so nobody can make one for a file that they only know of."""


SAID: Mapping[Unkept, str] = {
    Unkept.UNREADABLE: N_("A file is no photo that can be read (JPEG, PNG, WebP, HEIC or AVIF)"),
    Unkept.CUT_OFF: N_("A photo is damaged, or its end is missing. Choose it again"),
    Unkept.TOO_MANY_BYTES: N_("A photo has more than %(megabytes)s MB. Choose a smaller one"),
    Unkept.TOO_MANY_PIXELS: N_("A photo has more pixels than can be decoded here. Choose a smaller one"),
    Unkept.TOO_MANY: N_("Choose at most %(most)s photos"),
    Unkept.NO_ROOM: N_("There is no room for photos at the moment. Send this without one, and add it later"),
}
"""Why a photo was not kept, in words for whoever chose it."""


def receive_photos(form: Form, name: str, owner: str) -> tuple[StoredPhoto, ...]:
    """The photos that came with this form now and with earlier steps of it; what is wrong is noted at ``name``.

    :param owner: whose form it is. Photos that somebody else's form kept are not taken.
    """
    kept, uploads = kept_photos(form, owner), [data for file in request.files.getlist(name) if (data := file.read())]
    cleaned, unkept = clean_photos(uploads)
    photos = (*kept, *store(cleaned, unkept))
    if len(kept) + len(uploads) > MAX_PHOTOS:
        form.wrong(name, N_("Choose at most %(most)s photos"), most=MAX_PHOTOS)
    elif unkept:
        form.wrong(name, SAID[next(iter(unkept.values()))], megabytes=MAX_PHOTO_BYTES // 1024 // 1024, most=MAX_PHOTOS)
    return photos[:MAX_PHOTOS]


def store(photos: Sequence[CleanImage], unkept: dict[int, Unkept]) -> tuple[StoredPhoto, ...]:
    """Store photos of a form. Where there is no room for them, that is added to what was not kept."""
    try:
        return store_unsent_photos(current_environment(), photos)
    except OSError as fault:
        _LOG.error("photos cannot be stored: %s", fault)
        unkept[1] = Unkept.NO_ROOM
        return ()


def keep_photos(photos: Sequence[StoredPhoto], owner: str) -> str:
    """The value of the hidden field that sends these photos along with the next step."""
    plain = [[photo.file, photo.thumbnail, photo.width, photo.height] for photo in photos]
    return str(_signer().dumps([owner, plain])) if photos else ""


def kept_photos(form: Form, owner: str) -> tuple[StoredPhoto, ...]:
    """The photos that earlier steps of the form brought; those of somebody else's form are not taken."""
    try:
        whose, plain = _signer().loads(form.given.get(KEPT, ""))
    except BadSignature:
        return ()
    return tuple(StoredPhoto(*each) for each in plain) if whose == owner else ()


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="photos")

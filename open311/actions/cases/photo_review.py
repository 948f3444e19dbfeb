"""Review photos: show them, hide them, or black out what nobody should see. Originals of those are stored apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import transaction, write
from open311.actions.cases.case import aside, locked_key, permit_case, scope_of
from open311.actions.intake.photos import delete_shown
from open311.adapters.images import CleanImage, blacken
from open311.domain.errors import InvalidArgument, NotAllowed, UnknownPhoto
from open311.domain.exposure import Moderation
from open311.domain.photo import MAX_BOXES, Box
from open311.domain.roles import Act, may
from open311.models.cases.service_request import ServiceRequest
from open311.queries.cases.photos import PhotoFiles, photo_files
from open311.queries.reading import Statement

_DECIDE = Statement("UPDATE media SET moderation = :decision, reviewed_at = clock_timestamp() WHERE key = :key")
_REDACT = Statement(
    """
    UPDATE media SET file = :file, thumbnail = :thumbnail, original = coalesce(original, :original),
                     moderation = 'approved', reviewed_at = clock_timestamp(), redacted_at = clock_timestamp()
    WHERE key = :key
    """
)


@dataclass(frozen=True, slots=True)
class _Photo:
    """A photo's files, and its service request, locked."""

    case: ServiceRequest
    files: PhotoFiles


@transaction
def approve_photo(environment: Environment, key: int, actor: Actor) -> None:
    """Make a photo public, as far as its service request shows photos.

    :raises UnknownPhoto: when no photo has the key.
    :raises NotAllowed: when no grant of the actor covers moderating there.
    """
    _decide(environment, key, Moderation.APPROVED, actor, "A photo was approved.")


@transaction
def hide_photo(environment: Environment, key: int, actor: Actor) -> None:
    """Hide a photo from everybody but staff.

    :raises UnknownPhoto: when no photo has the key.
    :raises NotAllowed: when no grant of the actor covers moderating there.
    """
    _decide(environment, key, Moderation.HIDDEN, actor, "A photo was hidden.")


def _decide(environment: Environment, key: int, decision: Moderation, actor: Actor, note: str) -> None:
    photo = _locked(key, actor)
    write(_DECIDE, {"decision": decision, "key": key})
    aside(environment, photo.case, "media", actor, note)


@transaction
def redact_photo(environment: Environment, key: int, boxes: Sequence[Box], actor: Actor) -> None:
    """Black out boxes of a photo and make the rest public. The original stays, even if more is blacked out later.

    :raises InvalidArgument: when there are no boxes or too many, or the file is gone.
    :raises UnknownPhoto: when no photo has the key.
    :raises NotAllowed: when no grant of the actor covers moderating there.
    """
    if not 1 <= len(boxes) <= MAX_BOXES:
        raise InvalidArgument(f"a redaction has 1 to {MAX_BOXES} boxes")
    photo = _locked(key, actor)
    before = _read(environment.stores.files.read(photo.files.file))
    after = blacken(before, boxes)
    redacted = {
        "file": environment.stores.files.save(after.image, "jpg"),
        "thumbnail": environment.stores.files.save(after.thumbnail, "jpg"),
        "original": photo.files.original or environment.stores.originals.save(before, "jpg"),
    }
    write(_REDACT, {**redacted, "key": key})
    aside(environment, photo.case, "media", actor, f"A photo was redacted ({len(boxes)} boxes).")
    delete_shown(environment, [photo.files.file, photo.files.thumbnail])


@transaction
def check_reviewer(key: int, actor: Actor) -> None:
    """Check that the actor may review a photo. Looking at it is part of the review and not noted in the audit log.

    :raises UnknownPhoto: when no photo has the key.
    :raises NotAllowed: when no grant of the actor covers moderating there.
    """
    _seen_by(key, actor)


@transaction
def see_photo(environment: Environment, key: int, boxes: Sequence[Box], actor: Actor) -> CleanImage:
    """Return a photo as it would look with boxes blacked out, for its reviewer; nothing is changed.

    :raises InvalidArgument: when the file is gone.
    :raises UnknownPhoto: when no photo has the key.
    :raises NotAllowed: when no grant of the actor covers moderating there.
    """
    return blacken(_read(environment.stores.files.read(_seen_by(key, actor).file)), boxes)


def _seen_by(key: int, actor: Actor) -> PhotoFiles:
    photo = _files(key)
    case = locked_key(photo.service_request)
    if actor.account is not None and not may(actor.grants, Act.MODERATE, scope_of(case)):
        raise NotAllowed(f"your role does not allow this: {Act.MODERATE}, photo:{key}")
    return photo


@transaction
def read_original(environment: Environment, key: int, actor: Actor) -> bytes:
    """Return a photo as it was before it was redacted. It may show people, so the audit log notes the reading.

    :raises UnknownPhoto: when no photo has the key, it was not redacted, or its original has been deleted.
    :raises NotAllowed: when no grant of the actor covers reading about people there.
    """
    photo = _files(key)
    permit_case(actor, Act.READ_PERSONAL, locked_key(photo.service_request))
    content = environment.stores.originals.read(photo.original) if photo.original else None
    if content is None:
        raise UnknownPhoto(f"there is no original of photo {key}")
    return content


def _files(key: int) -> PhotoFiles:
    found = photo_files(key)
    if found is None:
        raise UnknownPhoto(f"no photo {key}")
    return found


def _locked(key: int, actor: Actor) -> _Photo:
    """Lock a photo's case; its files are read again under the lock, since they may have changed meanwhile."""
    case = locked_key(_files(key).service_request)
    permit_case(actor, Act.MODERATE, case)
    return _Photo(case, _files(key))


def _read(content: bytes | None) -> bytes:
    if content is None:
        raise InvalidArgument("the file of this photo is not there")
    return content

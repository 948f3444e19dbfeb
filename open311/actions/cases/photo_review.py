"""Review photos: show, hide, or blacken what nobody should see. The original of a redacted one is kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, transaction
from open311.actions.cases.case import aside, locked_key, permit_case, scope_of
from open311.actions.intake.photos import delete_shown
from open311.adapters.images import CleanImage, blacken
from open311.domain.errors import InvalidArgument, NotAllowed, UnknownPhoto
from open311.domain.exposure import Moderation
from open311.domain.photo import MOST_BOXES, Box
from open311.domain.roles import Act, may
from open311.models.cases.service_request import ServiceRequest


@dataclass(frozen=True, slots=True)
class _Photo:
    """A photo that is locked, with its case."""

    case: ServiceRequest
    file: str
    thumbnail: str
    original: str | None


@transaction
def approve_photo(environment: Environment, key: int, actor: Actor) -> None:
    """Let everybody see it, as far as its service request shows photos.

    :raises UnknownPhoto: there is none.
    :raises NotAllowed: no grant of the actor reaches so far.
    """
    _decide(environment, key, Moderation.APPROVED, actor, "A photo was approved.")


@transaction
def hide_photo(environment: Environment, key: int, actor: Actor) -> None:
    """Let nobody see it any more."""
    _decide(environment, key, Moderation.HIDDEN, actor, "A photo was hidden.")


def _decide(environment: Environment, key: int, decision: Moderation, actor: Actor, note: str) -> None:
    photo = _locked(key, actor)
    connection().execute(
        "UPDATE media SET moderation = %s, reviewed_at = clock_timestamp() WHERE key = %s", (decision, key)
    )
    aside(environment, photo.case, "media", actor, note)


@transaction
def redact_photo(environment: Environment, key: int, boxes: Sequence[Box], actor: Actor) -> None:
    """Blacken the boxes and let everybody see what is left. The first original stays, whatever is blackened later.

    :raises InvalidArgument: no boxes, too many, or the file is not there.
    """
    if not 1 <= len(boxes) <= MOST_BOXES:
        raise InvalidArgument(f"a redaction has 1 to {MOST_BOXES} boxes")
    photo = _locked(key, actor)
    before = _read(environment.files.read(photo.file))
    after = blacken(before, boxes)
    connection().execute(
        "UPDATE media SET file = %(file)s, thumbnail = %(thumbnail)s, original = coalesce(original, %(original)s),"
        " moderation = 'approved', reviewed_at = clock_timestamp(), redacted_at = clock_timestamp()"
        " WHERE key = %(key)s",
        {
            "file": environment.files.save(after.image, "jpg"),
            "thumbnail": environment.files.save(after.thumbnail, "jpg"),
            "original": photo.original or environment.originals.save(before, "jpg"),
            "key": key,
        },
    )
    aside(environment, photo.case, "media", actor, f"A photo was redacted ({len(boxes)} boxes).")
    delete_shown(environment, [photo.file, photo.thumbnail])


@transaction
def check_reviewer(key: int, actor: Actor) -> None:
    """Ask whether they may review it. Looking is part of the review, so it is not noted.

    :raises UnknownPhoto: there is none.
    :raises NotAllowed: no grant of the actor reaches so far.
    """
    _seen_by(key, actor)


@transaction
def see_photo(environment: Environment, key: int, boxes: Sequence[Box], actor: Actor) -> CleanImage:
    """The photo as it is, for whoever reviews it, with boxes tried on it; asks as ``check_reviewer`` does."""
    return blacken(_read(environment.files.read(_seen_by(key, actor)["file"])), boxes)


def _seen_by(key: int, actor: Actor) -> dict[str, Any]:
    photo = _row(key)
    case = locked_key(photo["service_request"])
    if actor.account is not None and not may(actor.grants, Act.MODERATE, scope_of(case)):
        raise NotAllowed(f"your role does not allow this: {Act.MODERATE}, photo:{key}")
    return photo


@transaction
def read_original(environment: Environment, key: int, actor: Actor) -> bytes:
    """The photo as it was before it was redacted: reading it is reading about people, and noted.

    :raises UnknownPhoto: there is none, or nothing of it was redacted, or it is forgotten already.
    :raises NotAllowed: no grant of the actor reaches so far.
    """
    photo = _row(key)
    permit_case(actor, Act.READ_PERSONAL, locked_key(photo["service_request"]))
    content = environment.originals.read(photo["original"]) if photo["original"] else None
    if content is None:
        raise UnknownPhoto(f"there is no original of photo {key}")
    return content


def _row(key: int) -> dict[str, Any]:
    with connection().cursor(row_factory=dict_row) as cursor:
        wanted = "SELECT service_request, file, thumbnail, original FROM media WHERE key = %s"
        row = cursor.execute(wanted, (key,)).fetchone()
    if row is None:
        raise UnknownPhoto(f"no photo {key}")
    return row


def _locked(key: int, actor: Actor) -> _Photo:
    """The photo under its case's lock: the file that was read before may be another by now."""
    case = locked_key(_row(key)["service_request"])
    permit_case(actor, Act.MODERATE, case)
    row = _row(key)
    return _Photo(case, row["file"], row["thumbnail"], row["original"])


def _read(content: bytes | None) -> bytes:
    if content is None:
        raise InvalidArgument("the file of this photo is not there")
    return content

"""Take an update that a program sends: whatever cannot be taken of it is told, and its text is kept."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import transaction
from open311.actions.cases.case import locked, permit_case
from open311.actions.cases.progress import (
    AS_SENT,
    act_of,
    happened_at,
    remark,
    sent_before,
    shown_address,
    state_at,
    step,
    without_personal,
)
from open311.actions.intake.photos import add_photos, clean_photos, store_photos
from open311.actions.publications.publish import service_of
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.client_status import Meaning, why_not
from open311.domain.errors import MissingArgument, StepRefused
from open311.domain.exposure import Moderation, first_moderation
from open311.domain.lifecycle import Status
from open311.domain.photo import StoredPhoto, Unkept
from open311.domain.roles import Act
from open311.models.cases.service_request import ServiceRequest
from open311.queries.cases.history import SentUpdate
from open311.queries.cases.relations import canonical_of

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """The id of the update that was written, and what of it was not taken (empty: all of it was)."""

    update_id: str
    notice: str = ""


def take_update(
    environment: Environment,
    ref: CaseRef,
    actor: Actor,
    change: Change,
    meaning: Meaning | None,
    uploads: Sequence[bytes] = (),
) -> Told:
    """Add an update with its photos, or say again what it was answered when it came before.

    ``meaning`` is the state that the program asks for. If the lifecycle has no such step from where the service request
    was when it happened, the text is kept as a comment. Without ``meaning`` (None) the program may only comment, and
    staff look at it first.

    :raises MissingArgument: when there is no text where one is needed: a comment, or the reason for closing.
    :raises StepRefused: when the state cannot be taken and there is no text to keep.
    """
    photos, unkept = clean_photos(uploads)
    notices = [f"photo {place} of {len(uploads)} was not kept: {why.said}" for place, why in unkept.items()]
    try:
        stored = store_photos(environment, photos)
    except OSError as fault:
        _LOG.error("photos cannot be stored: %s", fault)
        notices.append(f"{len(photos)} of {len(uploads)} photos were not kept: {Unkept.NO_ROOM.said}")
        stored = ()
    return _take(environment, ref, actor, change, meaning, stored, notices)


@transaction
def _take(
    environment: Environment,
    ref: CaseRef,
    actor: Actor,
    change: Change,
    meaning: Meaning | None,
    photos: Sequence[StoredPhoto],
    notices: list[str],
) -> Told:
    if before := sent_before(actor, ref.number):
        return Told(before.update_id, _noted(before))
    if meaning is not None:
        change = without_personal(environment, ref, actor, change)
    case = locked(ref, actor, Act.COMMENT)
    change = _with_photos(environment, case, change, photos, reviewed=meaning is None)
    new = _step_to(case, change, meaning, notices)
    notice = "; ".join(notices)
    # Staff read the notice too, and it is said again to a program that sends again.
    change = replace(change, note="\n".join(filter(None, (notice, change.note))))
    if new is None:
        if not (change.text or photos):
            raise MissingArgument("description required")
        return Told(remark(environment, case, actor, change, public=meaning is not None), notice)
    assert meaning is not None
    permit_case(actor, act_of(new), case)
    return Told(step(environment, case, actor, replace(change, status=new, outcome=meaning.outcome)), notice)


def _noted(before: SentUpdate) -> str:
    """What was told of an update that came before: the first line of its note, unless that says what was sent."""
    noted = (before.notice or "").partition("\n")[0]
    return "" if noted.startswith(AS_SENT) else noted


def _step_to(case: ServiceRequest, change: Change, meaning: Meaning | None, notices: list[str]) -> Status | None:
    """The state to step to; None for a comment, also where the step cannot be taken, which ``notices`` says then."""
    if meaning is None:
        return None
    current = state_at(case, happened_at(case, change))
    new = meaning.step_from(current)
    if new is None:
        return None
    if reason := _refused(case, current, new):
        if not change.text:
            raise StepRefused(reason)
        notices.append(f"the status was not changed: {reason}")
        return None
    if new is Status.CLOSED and not change.text:
        raise MissingArgument("description required")
    return new


def _with_photos(
    environment: Environment, case: ServiceRequest, change: Change, photos: Sequence[StoredPhoto], *, reviewed: bool
) -> Change:
    """Attach photos to the service request; the update's picture is the first of them, if everybody may see it."""
    service = service_of(environment, case.jurisdiction, case.service_code)
    moderation = first_moderation(service.photos) if service and not reviewed else Moderation.PENDING
    add_photos(case.key, photos, "submitted" if reviewed else "after", moderation)
    shown = shown_address(environment, case, photos) if moderation is Moderation.APPROVED else None
    return replace(change, media_url=change.media_url or shown or "")


def _refused(case: ServiceRequest, current: Status, new: Status) -> str:
    """Why the service request cannot take the step; empty if it can."""
    if canonical_of(case.key):
        return f"{case.service_request_id} is a duplicate and follows another"
    return why_not(current, new)

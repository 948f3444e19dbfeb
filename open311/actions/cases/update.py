"""Update a service request from one form: a step, a public text, a note and photos, all of them or none."""

from __future__ import annotations

from dataclasses import dataclass

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.base.idempotency import Once
from open311.actions.base.transaction import transaction
from open311.actions.cases.progress import annotate, comment, progress
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.errors import InvalidArgument


@dataclass(frozen=True, slots=True)
class Updated:
    """The id of the update that was written."""

    update_id: str


@transaction
def update(
    environment: Environment, ref: CaseRef, actor: Actor, change: Change, *, once: Once | None = None
) -> Updated:
    """Take the step, or add the comment or the note, that ``change`` asks for.

    ``once`` makes it safe for a phone to send the form again until it gets an answer.

    :raises InvalidArgument: when there is nothing to change.
    :raises StepRefused: when the lifecycle has no such step, or the step lacks what it needs.
    :raises Conflict: when somebody else has changed the service request meanwhile.
    :raises KeyReused: when the idempotency key of ``once`` was used before with a different change.
    """
    if once and (before := once.before(ref.jurisdiction, None)):
        return Updated(**before)
    updated = Updated(_update(environment, ref, actor, change))
    if once:
        once.remember(ref.jurisdiction, None, updated)
    return updated


def _update(environment: Environment, ref: CaseRef, actor: Actor, change: Change) -> str:
    if change.status:
        return progress(environment, ref, actor, change)
    if change.photos:
        raise InvalidArgument("photos need a new state")
    if change.text.strip():
        return comment(environment, ref, actor, change)
    if change.note.strip():
        return annotate(environment, ref, actor, change.note)
    raise InvalidArgument("there is nothing to change")

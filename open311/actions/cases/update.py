"""What staff do to a case with one form: a step, a public word, a note and photos, all of it or nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.base.idempotency import Once, remembered
from open311.actions.base.transaction import transaction
from open311.actions.cases.progress import annotate, comment, progress
from open311.actions.intake.photos import StoredPhoto
from open311.domain.errors import InvalidArgument
from open311.domain.lifecycle import Outcome, Status


@dataclass(frozen=True, slots=True)
class Change:
    """What is to change. Without a ``status`` the case stays where it is: the text is a comment then."""

    status: Status | None = None
    outcome: Outcome | None = None
    scheduled: datetime | None = None
    text: str = ""
    """For everybody: the reporter, followers, the public page."""
    note: str = ""
    """For staff."""
    photos: tuple[StoredPhoto, ...] = ()

    @property
    def plain(self) -> dict[str, Any]:
        """As it is kept until it is done, without photos."""
        kept = {**asdict(self), "scheduled": self.scheduled and self.scheduled.isoformat()}
        return {name: value for name, value in kept.items() if name != "photos"}

    @classmethod
    def read(cls, plain: dict[str, Any]) -> Self:
        """From what was kept."""
        status, outcome, scheduled = (plain[name] for name in ("status", "outcome", "scheduled"))
        return cls(
            status=Status(status) if status else None,
            outcome=Outcome(outcome) if outcome else None,
            scheduled=datetime.fromisoformat(scheduled) if scheduled else None,
            text=plain["text"],
            note=plain["note"],
        )


@dataclass(frozen=True, slots=True)
class Updated:
    """The id of the update that was written."""

    update_id: str


@transaction
def update(
    environment: Environment,
    jurisdiction: str,
    number: str,
    change: Change,
    actor: Actor,
    *,
    seen_version: int | None = None,
    once: Once | None = None,
) -> Updated:
    """Do it; ``once`` is the word of a telephone that sends the same again until it hears an answer.

    :raises InvalidArgument: there is nothing to do.
    :raises StepRefused: the table has no such step, or it lacks what it needs.
    :raises Conflict: somebody else changed the service request meanwhile.
    :raises KeyReused: the idempotency key came with something else before.
    """
    if once and (before := remembered(once, jurisdiction, None)):
        return Updated(**before)
    updated = Updated(_update(environment, jurisdiction, number, change, actor, seen_version))
    if once:
        once.keep(jurisdiction, None, updated)
    return updated


def _update(
    environment: Environment, jurisdiction: str, number: str, change: Change, actor: Actor, seen_version: int | None
) -> str:
    case = (environment, jurisdiction, number)
    if change.status:
        return progress(
            *case,
            change.status,
            actor,
            outcome=change.outcome,
            text=change.text,
            note=change.note,
            scheduled=change.scheduled,
            photos=change.photos,
            seen_version=seen_version,
        )
    if change.photos:
        raise InvalidArgument("photos are kept with a new state")
    if change.text.strip():
        return comment(*case, actor, change.text, public=True, note=change.note, seen_version=seen_version)
    if change.note.strip():
        return annotate(*case, actor, change.note)
    raise InvalidArgument("there is nothing to change")

"""Reading who reported: an act like any other, allowed by a grant and noted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from open311.actions.base.actor import Actor
from open311.actions.base.transaction import transaction
from open311.actions.cases.case import found
from open311.domain.roles import Act
from open311.queries.cases.people import Reporter, others_of, private_answers, reporters


@dataclass(frozen=True)
class Personal:
    """What of a case is about people: who reported, answers that are not public, other cases of theirs."""

    reporters: list[Reporter]
    answers: list[tuple[str, str]]
    others: list[dict[str, Any]]


@transaction
def read_personal(jurisdiction: str, number: str, actor: Actor) -> Personal:
    """All of it, as far as the actor's grants reach. That it was read is in the log even where there is nothing.

    :raises UnknownServiceRequest: there is none.
    :raises NotAllowed: no grant of the actor reaches so far.
    """
    key = found(jurisdiction, number, actor, Act.READ_PERSONAL).key
    return Personal(reporters(key), private_answers(key), others_of(key, jurisdiction, actor.grants))

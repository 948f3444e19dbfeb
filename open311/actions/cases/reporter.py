"""Read who reported: an act like any other, covered by a grant and noted in the audit log."""

from __future__ import annotations

from dataclasses import dataclass

from open311.actions.base.actor import Actor
from open311.actions.base.transaction import transaction
from open311.actions.cases.case import found
from open311.domain.case_ref import CaseRef
from open311.domain.roles import Act
from open311.queries.cases.people import OtherCase, Reporter, others_of, private_answers, reporters


@dataclass(frozen=True)
class Personal:
    """What of a service request is about people."""

    reporters: list[Reporter]
    answers: list[tuple[str, str]]
    """Questions and answers that are not public."""
    others: list[OtherCase]
    """What else the same people reported, as far as the reader's grants reach."""


@transaction
def read_personal(ref: CaseRef, actor: Actor) -> Personal:
    """Read who reported, their answers and their other service requests. Reading is noted even where nothing is found.

    :raises UnknownServiceRequest: when no service request bears the number.
    :raises NotAllowed: when no grant of the actor covers reading about people there.
    """
    key = found(ref, actor, Act.READ_PERSONAL).key
    return Personal(reporters(key), private_answers(key), others_of(key, ref.jurisdiction, actor.grants))

"""Read who reported: an act of its own, which needs a grant and is noted in the audit log."""

from __future__ import annotations

from dataclasses import dataclass

from open311.actions.base.actor import Actor
from open311.actions.base.transaction import transaction
from open311.actions.cases.case import found
from open311.domain.case_ref import CaseRef
from open311.domain.roles import Act
from open311.queries.cases.held_words import original_words
from open311.queries.cases.people import OtherCase, Reporter, others_of, private_answers, reporters


@dataclass(frozen=True)
class Personal:
    """The personal data of a service request."""

    reporters: list[Reporter]
    answers: list[tuple[str, str]]
    """Pairs of a question and its answer that are not public."""
    originals: list[str]
    """Texts as they were written, before something that looked like personal data was removed from them."""
    others: list[OtherCase]
    """Other service requests of the same people, as far as the reader's grants reach."""


@transaction
def read_personal(ref: CaseRef, actor: Actor) -> Personal:
    """Read who reported, their private answers and their other service requests.

    The audit log notes it even if nothing is found.

    :raises UnknownServiceRequest: when no service request has the number.
    :raises NotAllowed: when no grant of the actor covers reading personal data there.
    """
    key = found(ref, actor, Act.READ_PERSONAL).key
    originals = list(original_words(key).values())
    return Personal(reporters(key), private_answers(key), originals, others_of(key, ref.jurisdiction, actor.grants))

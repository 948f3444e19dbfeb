"""Reading who reported: an act like any other, allowed by a grant and noted."""

from __future__ import annotations

from open311.actions.acts import Actor
from open311.actions.case import found
from open311.actions.environment import transaction
from open311.domain.roles import Act
from open311.queries.people import Reporter, reporters


@transaction
def read_reporters(jurisdiction: str, number: str, actor: Actor) -> list[Reporter]:
    """The people behind a case. That it was read is in the log even where there is nobody.

    :raises UnknownServiceRequest: there is none.
    :raises NotAllowed: no grant of the actor reaches so far.
    """
    return reporters(found(jurisdiction, number, actor, Act.READ_PERSONAL).key)

"""Erase one person on request: who they are, how to reach them, their words and photos, in one transaction.

What was reported stays as a public fact, with its place and its times: ADR 16 says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from open311.actions.base.actor import Actor, permit
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import transaction
from open311.actions.cases.case import aside, locked_key
from open311.actions.privacy.audit_target import audit_target
from open311.actions.privacy.kind import Erasure
from open311.actions.privacy.registry import KINDS
from open311.domain.errors import InvalidArgument
from open311.domain.person import Who
from open311.domain.roles import Act
from open311.queries.accounts.people import account_of_key
from open311.queries.cases.relations import merged_with
from open311.queries.privacy.subject import Subject, marks_of, subject_of

NOTE = "Who reported this asked to be forgotten."
"""What the history of each of their service requests says to staff."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How much of each kind is stored about a person, or was until now."""

    counts: Mapping[str, int]

    @property
    def nothing(self) -> bool:
        """Whether nothing is stored, perhaps because it was erased before."""
        return not any(self.counts.values())


@transaction
def look_at_person(environment: Environment, who: Who, actor: Actor) -> Erased:
    """Count what erasing would take, and take nothing.

    :raises NotAllowed: when no grant of the actor covers the whole city.
    """
    permit(actor, Act.ERASE_PERSON, audit_target(environment, who))
    return _counted(subject_of(who))


@transaction
def erase_person(environment: Environment, who: Who, actor: Actor) -> Erased:
    """Take what is stored about a person out of every kind of personal data; a second time, nothing is left to take.

    Nobody is told, and the audit log has a mark instead of a name.

    :raises NotAllowed: when no grant of the actor covers the whole city.
    :raises InvalidArgument: when the account has roles: whoever works for the city is no reporter only.
    """
    permit(actor, Act.ERASE_PERSON, audit_target(environment, who))
    subject = subject_of(who)
    account = account_of_key(subject.account) if subject.account else None
    if account and account.grants:
        raise InvalidArgument(f"account {account.key} has roles; revoke them first")
    found = _counted(subject)
    erasure = Erasure(subject, marks_of(subject), merged_with(subject.cases))
    for key in sorted([*subject.cases, *erasure.merged]):  # in their order, so that two cannot lock each other out
        locked_key(key)
    for kind in KINDS.values():
        if kind.erase:
            kind.erase(environment, erasure)
    for key in subject.cases:
        aside(environment, locked_key(key), "moderation", actor, NOTE)
    return found


def _counted(subject: Subject) -> Erased:
    tallies = [kind.tally for kind in KINDS.values() if kind.tally]
    return Erased({tally.name: tally.count(subject) for tally in tallies})

"""Who acts, whether they may, and the audit log: one row for every act of staff, in the transaction of the act."""

from __future__ import annotations

from dataclasses import dataclass

from open311.actions.base.transaction import add
from open311.domain.errors import NotAllowed
from open311.domain.roles import Act, CaseScope, Grant, OwnAct, may
from open311.models.accounts.audit_log import AuditLog


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: ``staff`` with account and grants, ``client`` with its key (and its id of the update), ``system``.

    Without an account nobody's grants are asked: clients were asked for their scope, the rest is our own code.
    """

    name: str
    api_client: int | None = None
    client_update_id: str | None = None
    account: int | None = None
    grants: tuple[Grant, ...] = ()

    @property
    def is_staff(self) -> bool:
        """Whether what they do belongs into the audit log."""
        return self.name.partition(":")[0] == "staff"


SYSTEM = Actor("system")


def permit(actor: Actor, act: Act, target: str, scope: CaseScope | None = None) -> None:
    """Let the actor do it, and note it where they are staff; without a scope it is about the whole city.

    ``target`` is a kind and an id: ``account:7``.

    :raises NotAllowed: no grant of the actor reaches so far.
    """
    if actor.account is not None and not may(actor.grants, act, scope):
        raise NotAllowed(f"your role does not allow this: {act}, {target}")
    if actor.is_staff:
        note_act(actor.account, act, target, scope.jurisdiction if scope else None)


def note_act(account: int | None, act: Act | OwnAct, target: str, jurisdiction: str | None = None) -> None:
    """Append to the audit log. No account: somebody at the command line."""
    add(AuditLog, {"account": account, "act": str(act), "target": target, "jurisdiction": jurisdiction})

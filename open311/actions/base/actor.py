"""Who acts, whether they may, and the audit log: one row for each act of staff, in the transaction of that act."""

from __future__ import annotations

from dataclasses import dataclass

from open311.actions.base.transaction import add
from open311.domain.errors import NotAllowed
from open311.domain.roles import Act, CaseScope, Grant, OwnAct, may
from open311.models.accounts.audit_log import AuditLog


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: staff, a program with an API key, a reporter, or the system itself.

    Only an actor with an ``account`` needs grants: the scope of a program's key has been checked already, a reporter
    came by a secret link or reports something new, and the system is our own code.
    """

    name: str
    """``staff``, ``staff:LOGIN`` (at the command line), ``client``, ``reporter``, ``system`` or ``import:NAME``."""
    api_client: int | None = None
    """The primary key, in the table ``api_client``, of the program that acts."""
    client_update_id: str | None = None
    """The program's own id of this update, so that an update that is sent again counts once."""
    account: int | None = None
    """The primary key of the account of the person who acts."""
    grants: tuple[Grant, ...] = ()
    """The grants of that account."""

    @property
    def is_staff(self) -> bool:
        """Whether this is a member of staff, whose acts the audit log notes."""
        return self.name.partition(":")[0] == "staff"


SYSTEM = Actor("system")
"""The server itself: jobs, and what follows from the acts of others."""
REPORTER = Actor("reporter")
"""A reporter who files something new, or came by a secret link."""


def permit(actor: Actor, act: Act, target: str, scope: CaseScope | None = None) -> None:
    """Check that the actor may do an act; if they are staff, note it in the audit log.

    ``target`` is a kind and an id, like ``account:7``. Without a ``scope``, the act concerns the whole city.

    :raises NotAllowed: when no grant of the actor covers the act there.
    """
    if actor.account is not None and not may(actor.grants, act, scope):
        raise NotAllowed(f"your role does not allow this: {act}, {target}")
    if actor.is_staff:
        note_act(actor.account, act, target, scope.jurisdiction if scope else None)


def note_act(account: int | None, act: Act | OwnAct, target: str, jurisdiction: str | None = None) -> None:
    """Append an act to the audit log. An ``account`` of None stands for somebody at the command line."""
    add(AuditLog, {"account": account, "act": str(act), "target": target, "jurisdiction": jurisdiction})

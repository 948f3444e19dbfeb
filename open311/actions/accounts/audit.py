"""Reading the audit log, which is an act as well."""

from __future__ import annotations

from typing import Any

from open311.actions.base.actor import Actor, permit
from open311.actions.base.transaction import transaction
from open311.domain.roles import Act
from open311.queries.accounts.audit import audit_entries


@transaction
def search_audit(actor: Actor, **wanted: Any) -> list[dict[str, Any]]:
    """Entries that fit all that is wanted (``queries/accounts/audit``), the newest first.

    :raises NotAllowed: the actor may not read it.
    """
    permit(actor, Act.READ_AUDIT, "audit_log:")
    return audit_entries(**wanted)

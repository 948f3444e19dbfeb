"""Reading the audit log, which is an act as well."""

from __future__ import annotations

from open311.actions.base.actor import Actor, permit
from open311.actions.base.transaction import transaction
from open311.domain.roles import Act
from open311.queries.accounts.audit import EVERYTHING, AuditEntry, AuditSearch, audit_entries


@transaction
def search_audit(actor: Actor, search: AuditSearch = EVERYTHING) -> list[AuditEntry]:
    """Read a page of the entries that fit the search, the newest first, and note that the log was read.

    :raises NotAllowed: when no role of the actor lets them read it.
    """
    permit(actor, Act.READ_AUDIT, "audit_log:")
    return audit_entries(search)

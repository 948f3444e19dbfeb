"""What somebody did with their own account, and as staff."""

from __future__ import annotations

from open311.actions.privacy.kind import Kind, Section
from open311.queries.privacy.sections import own_rows

KIND = Kind(
    rank=94,
    columns="audit_log: at account act target",
    section=Section(
        "signing_in",
        "What you did with your account",
        own_rows("audit_log", "at, act", "account = :account AND act = ANY(:own_acts)"),
    ),
    stays="The log is never changed. It has numbers of accounts and no names, and a mark for whoever was erased.",
)

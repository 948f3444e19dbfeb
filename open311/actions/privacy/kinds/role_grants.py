"""What an account may do, or might until it was revoked."""

from __future__ import annotations

from open311.actions.privacy.kind import Kind, Section
from open311.queries.privacy.sections import own_rows

KIND = Kind(
    rank=91,
    columns="role_grant: account role jurisdiction department boundary service granted_at revoked_at",
    section=Section(
        "roles",
        "What your account may do, or might",
        own_rows(
            "role_grant",
            "role, jurisdiction, department, boundary, service, granted_at, revoked_at",
            "account = :account",
        ),
    ),
    stays="Which account had which role, so that the audit log can be read. The account itself names nobody any more.",
)

"""The city's tables, one a file, and the migrations that make them.

Importing this package registers every table with ``database.metadata``.
"""

from open311.models import (  # noqa: F401
    account,
    account_link,
    account_session,
    answer,
    api_client,
    audit_log,
    boundary,
    catalogue,
    endorsement,
    feedback,
    held_change,
    idempotency,
    link,
    media,
    message,
    person,
    publication,
    rate_window,
    recovery_code,
    referral,
    relation,
    role_grant,
    saved_filter,
    service_request,
    sla_event,
    subscription,
    token,
    unsent_photo,
    update,
    webhook,
)

"""The city's tables, one a file, and the migrations that make them.

Importing this package registers every table with ``database.metadata``.
"""

from open311.models import (  # noqa: F401
    answer,
    api_client,
    boundary,
    catalogue,
    endorsement,
    idempotency,
    media,
    person,
    publication,
    rate_window,
    service_request,
    token,
    update,
)

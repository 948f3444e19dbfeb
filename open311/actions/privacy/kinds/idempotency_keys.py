"""Answers that clients were given, for when they send the same report again."""

from __future__ import annotations

from open311.actions.privacy.kind import Expiry, Kind, delete_rows
from open311.queries.privacy.due import old_rows_by_place

KIND = Kind(
    columns="idempotency_key: client idempotency_key body_hash answer",
    stays="A hash of the report and its number, which name nobody; they go after days.",
    expiries=(
        Expiry(
            "idempotency_keys",
            old_rows_by_place("idempotency_key", "created_at"),
            delete_rows("idempotency_key", "ctid", "tid"),
        ),
    ),
)

"""Calls of other people's servers: when, about which update, and what the server answered."""

from __future__ import annotations

from open311.actions.privacy.kind import Expiry, Kind, delete_rows
from open311.queries.privacy.due import old_rows

KIND = Kind(
    columns="webhook_delivery: update fault",
    stays="What was called about is read when it is called, so it says what the service request says by then.",
    expiries=(
        Expiry(
            "webhook_calls",
            old_rows("webhook_delivery", "created_at", "state <> 'waiting'"),
            delete_rows("webhook_delivery"),
        ),
    ),
)

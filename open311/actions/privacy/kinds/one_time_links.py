"""Links in messages, with which whoever has the message may act without signing in."""

from __future__ import annotations

from open311.actions.privacy.kind import Expiry, Kind, delete_rows
from open311.queries.privacy.due import old_rows

KIND = Kind(
    columns="one_time_link: token_hash subscription service_request",
    stays="Nothing: the database deletes a link with its subscription.",
    expiries=(
        # The link that ends a subscription goes with that.
        Expiry(
            "links",
            old_rows("one_time_link", "coalesce(used_at, expires_at)", "purpose <> 'end'", "token_hash"),
            delete_rows("one_time_link", "token_hash", "bytea"),
        ),
    ),
)

"""How often somebody wrote or tried to sign in, by a hash of their e-mail or network address."""

from __future__ import annotations

from open311.actions.privacy.kind import Expiry, Kind, delete_rows
from open311.queries.privacy.due import old_rows_by_place

KIND = Kind(
    columns="rate_window: bucket starts_at used",
    stays="Hashes, without which limits could be evaded by asking to be erased; they go after a day.",
    expiries=(
        Expiry("counters", old_rows_by_place("rate_window", "starts_at"), delete_rows("rate_window", "ctid", "tid")),
    ),
)

"""What everybody may read of a service request."""

from __future__ import annotations

from open311.actions.privacy.kind import Kind

KIND = Kind(
    columns="publication: json xml words point",
    stays="What the service request says: it is published anew in the transaction that erases.",
)

"""Receipts for service requests whose number came later; shown with the service request."""

from __future__ import annotations

from open311.actions.privacy.kind import Expiry, Kind, delete_rows
from open311.queries.privacy.due import rows_of_closed_cases

KIND = Kind(
    columns="token: token service_request",
    stays="A token names nobody and leads to nothing but the number of the service request, which is public.",
    expiries=(Expiry("tokens", rows_of_closed_cases("token", "token"), delete_rows("token", "token", "text")),),
)

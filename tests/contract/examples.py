"""Rows of published documents."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

MOMENT = datetime(2026, 1, 31, 13, 45, 0, 987654, tzinfo=UTC)


SERVICE_REQUEST: dict[str, Any] = {
    "service_request_id": "1000001",
    "status": "open",
    "service_name": "Graffiti Removal",
    "service_code": "SR-CL01",
    "requested_datetime": MOMENT,
    "updated_datetime": MOMENT,
}

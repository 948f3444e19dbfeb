"""What the database remembers of the catalogue."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, bindparam, select

from open311.models.city.catalogue import CatalogueVersion
from open311.queries.reading import Statement, fetch_one

_SINCE = Statement(
    select(CatalogueVersion.since).where(CatalogueVersion.fingerprint == bindparam("fingerprint", type_=Text()))
)


def in_force_since(fingerprint: str) -> datetime | None:
    """When this state of the catalogue came into force; none while it was never loaded."""
    row = fetch_one(_SINCE, {"fingerprint": fingerprint})
    return None if row is None else row[0]

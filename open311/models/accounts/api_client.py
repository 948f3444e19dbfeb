"""The table of API clients: who may write through the API, with hashed keys, scopes and limits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Integer
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Recorded


class ApiClient(Base):
    """An app or system with an API key of one jurisdiction. The key itself is not stored, only its SHA-256."""

    __tablename__ = "api_client"

    key: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)
    jurisdiction: Mapped[str]
    name: Mapped[str]
    contact: Mapped[str]
    key_hash: Mapped[bytes] = mapped_column(unique=True)
    scopes: Mapped[list[str]]
    writes_per_minute: Mapped[int | None] = mapped_column(Integer)
    """The limit of this client; 0 for no limit, NULL for that of the setting. ``reads_per_minute`` works alike."""
    reads_per_minute: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[Recorded]
    revoked_at: Mapped[datetime | None]

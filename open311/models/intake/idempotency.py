"""The table of answers to clients' writes, so that a write that is sent again gets the same answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Recorded


class IdempotencyKey(Base):
    """One remembered answer. ``client`` is 0 for writes that need no API key."""

    __tablename__ = "idempotency_key"

    client: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    jurisdiction: Mapped[str] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[bytes]
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[Recorded] = mapped_column(index=True)

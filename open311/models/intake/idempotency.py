"""What was answered to a client's write, so that the same write again gets the same answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Recorded


class IdempotencyKey(Base):
    """One answer, kept for seven days. ``client`` is 0 where no key is needed."""

    __tablename__ = "idempotency_key"

    client: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    jurisdiction: Mapped[str] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[bytes]
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[Recorded] = mapped_column(index=True)

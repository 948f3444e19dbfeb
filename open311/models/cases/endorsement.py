"""The table of "me too": other people with the same concern."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class Endorsement(Base):
    """One more person with the same concern. Rows, not a counter: research needs the times (arXiv 2204.08620)."""

    __tablename__ = "endorsement"

    key: Mapped[Key]
    service_request: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), index=True
    )
    channel: Mapped[str]
    created_at: Mapped[Recorded]

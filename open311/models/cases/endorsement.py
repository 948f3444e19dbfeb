"""'Me too': somebody else has the same concern."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class Endorsement(Base):
    """One row for each, never a counter: when people report is what research needs (arXiv 2204.08620)."""

    __tablename__ = "endorsement"

    key: Mapped[Key]
    service_request: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), index=True
    )
    channel: Mapped[str]
    created_at: Mapped[Recorded]

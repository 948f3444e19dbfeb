"""The table of feedback: whether reporters say, after closing, that it was fixed."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class Feedback(Base):
    """What a reporter said; the words are for staff only."""

    __tablename__ = "feedback"

    key: Mapped[Key]
    service_request: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), index=True
    )
    fixed: Mapped[bool]
    words: Mapped[str | None]
    created_at: Mapped[Recorded]

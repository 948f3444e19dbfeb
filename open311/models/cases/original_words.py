"""The table of words as they were before what looked like personal data was removed from them."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Recorded


class OriginalWords(Base):
    """A text of a service request as it was written: for staff who may read about people, and to be put back."""

    __tablename__ = "original_words"

    service_request: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), primary_key=True
    )
    field: Mapped[str] = mapped_column(primary_key=True)
    """``description``, ``address`` or ``answer:CODE``."""
    words: Mapped[str]
    created_at: Mapped[Recorded]

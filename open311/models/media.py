"""Photos of service requests; the files themselves lie in ``var/media``."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class Media(Base):
    """A photo, already cleaned: where it lies, how large it is, what it shows."""

    __tablename__ = "media"
    __table_args__ = (CheckConstraint("kind IN ('submitted', 'before', 'after')", name="kind"),)

    key: Mapped[Key]
    service_request: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), index=True
    )
    file: Mapped[str] = mapped_column(index=True)
    """``<sha256>.jpg``."""
    thumbnail: Mapped[str] = mapped_column(index=True)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(default="submitted")
    alt_text: Mapped[str] = mapped_column(default="")
    created_at: Mapped[Recorded]

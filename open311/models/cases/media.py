"""The table of photos of service requests; the files themselves are in the file store (``MEDIA_DIR``)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from open311.domain.exposure import Moderation
from open311.models.base import Base, Key, Recorded


class Media(Base):
    """A cleaned photo: the names of its files, its size in pixels, what it shows."""

    __tablename__ = "media"
    __table_args__ = (
        CheckConstraint("kind IN ('submitted', 'before', 'after')", name="kind"),
        CheckConstraint("moderation IN ({})".format(", ".join(f"'{each}'" for each in Moderation)), name="moderation"),
        CheckConstraint("(original IS NULL) OR (redacted_at IS NOT NULL)", name="original"),
        Index("ix_media_pending", "key", postgresql_where=text("moderation = 'pending'")),
    )

    key: Mapped[Key]
    service_request: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), index=True
    )
    service_request_update: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("service_request_update.key", ondelete="SET NULL"), index=True
    )
    """The entry of the history that a photo of the work came with; NULL for photos that came with the report."""
    file: Mapped[str] = mapped_column(index=True)
    """The name in the file store, ``<sha256>.jpg``."""
    thumbnail: Mapped[str] = mapped_column(index=True)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(default="submitted")
    alt_text: Mapped[str] = mapped_column(default="")
    created_at: Mapped[Recorded]
    moderation: Mapped[str] = mapped_column(server_default=Moderation.APPROVED)
    """Only approved photos are public."""
    reviewed_at: Mapped[datetime | None]
    original: Mapped[str | None]
    """The name of the photo before it was redacted, in the store that is never public."""
    redacted_at: Mapped[datetime | None]

"""The table of links in messages, which let their receiver do one thing without signing in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Recorded


class OneTimeLink(Base):
    """A link in a message, known only to its receiver."""

    __tablename__ = "one_time_link"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    """The SHA-256 of the token; the token itself is only in the message."""
    purpose: Mapped[str]
    """What the link lets its receiver do: a ``domain.link.LinkPurpose``."""
    subscription: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("subscription.key", ondelete="CASCADE"), index=True
    )
    service_request: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[Recorded]
    expires_at: Mapped[datetime | None]
    """When the link stops working; NULL if it never does."""
    used_at: Mapped[datetime | None]

"""Links that only their receiver knows: the capability to do one thing, without signing in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Recorded

PURPOSES = ("confirm", "end", "answer", "fixed")


class OneTimeLink(Base):
    """One link of one message. ``end`` (stop writing to me) may be used again: it changes nothing then."""

    __tablename__ = "one_time_link"
    __table_args__ = (
        CheckConstraint("purpose IN ({})".format(", ".join(f"'{each}'" for each in PURPOSES)), name="purpose"),
    )

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    """SHA-256; the token itself stands in the message only."""
    purpose: Mapped[str]
    subscription: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("subscription.key", ondelete="CASCADE"), index=True
    )
    service_request: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[Recorded]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]

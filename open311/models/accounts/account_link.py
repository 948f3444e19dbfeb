"""The table of links in mail that sign somebody in or let them set a password; each works once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Recorded


class AccountLink(Base):
    """A link that was sent: the hash of its secret, its account and its purpose."""

    __tablename__ = "account_link"
    __table_args__ = (CheckConstraint("purpose IN ('sign_in', 'password')", name="purpose"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    email: Mapped[str]
    purpose: Mapped[str]
    created_at: Mapped[Recorded]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]

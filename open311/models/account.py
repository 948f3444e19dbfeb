"""Accounts: people who sign in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class Account(Base):
    """Somebody who signs in, staff or resident. What they may do is in their grants."""

    __tablename__ = "account"
    __table_args__ = (Index("uq_account_email", text("lower(email)"), unique=True),)

    key: Mapped[Key]
    email: Mapped[str]
    name: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Recorded]
    last_seen_at: Mapped[datetime | None]

"""The table of sessions: each browser in which somebody is signed in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class AccountSession(Base):
    """A browser in which somebody is signed in, until the session is ended, idle for too long, or too old."""

    __tablename__ = "account_session"
    __table_args__ = (
        Index("ix_account_session_account", "account", postgresql_where=text("ended_at IS NULL")),
        CheckConstraint("method IN ('password', 'link', 'openid')", name="method"),
    )

    key: Mapped[Key]
    account: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.key", ondelete="CASCADE"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """The SHA-256 of the random token in the cookie, so that nobody who reads the table can take over a session."""
    method: Mapped[str]
    second_factor: Mapped[bool]
    """Whether the person used a second factor in this session."""
    device: Mapped[str]
    """The browser's ``User-Agent``, so that its owner recognizes it."""
    created_at: Mapped[Recorded]
    seen_at: Mapped[datetime]
    idle_seconds: Mapped[int] = mapped_column(Integer)
    ends_at: Mapped[datetime] = mapped_column(index=True)
    """When the session ends at the latest, however busy it is."""
    ended_at: Mapped[datetime | None]

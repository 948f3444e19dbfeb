"""The table of accounts: people who sign in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class Account(Base):
    """A person who signs in, staff or resident. Their grants say what they may do."""

    __tablename__ = "account"
    __table_args__ = (
        Index("uq_account_email", text("lower(email)"), unique=True),
        Index("uq_account_openid", "openid_issuer", "openid_subject", unique=True),
    )

    key: Mapped[Key]
    email: Mapped[str]
    name: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Recorded]
    last_seen_at: Mapped[datetime | None]
    password_hash: Mapped[str | None]
    """An Argon2id hash with its parameters; NULL if the account does not sign in by password."""
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The secret of the authenticator app, sealed with ``SECRET_KEY``; NULL if there is no second factor."""
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    """The half minute (of Unix time) of the last authenticator code that was accepted: none is accepted twice."""
    openid_issuer: Mapped[str | None]
    openid_subject: Mapped[str | None]
    erased_at: Mapped[datetime | None]
    """When its personal data was erased; the row stays, because the history and the audit log refer to it."""

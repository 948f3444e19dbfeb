"""The table of recovery codes, for people who have lost the phone with their authenticator app."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base


class RecoveryCode(Base):
    """The hash of a recovery code of 80 random bits; the code works once."""

    __tablename__ = "recovery_code"

    account: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.key", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[datetime | None]

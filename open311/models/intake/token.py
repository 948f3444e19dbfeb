"""The table of tokens: receipts for service requests whose number comes later."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Recorded


class Token(Base):
    """A receipt that nobody can guess; it is valid for as long as ``config/privacy.yaml`` says."""

    __tablename__ = "token"

    token: Mapped[str] = mapped_column(primary_key=True)
    jurisdiction: Mapped[str]
    service_request: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), unique=True
    )
    created_at: Mapped[Recorded]

"""The tables of batches: changes to many service requests at once that can be undone for some seconds."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class BatchChange(Base):
    """A change to many cases, and when it is due. It is either undone or begun, never both."""

    __tablename__ = "batch_change"
    __table_args__ = (CheckConstraint("begun_at IS NULL OR undone_at IS NULL", name="one_of_both"),)

    key: Mapped[Key]
    uuid: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid(), unique=True)
    jurisdiction: Mapped[str]
    account: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.key"), index=True)
    act: Mapped[str]
    """What is done: a name in ``ACTS`` of ``actions/cases/batch.py``."""
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[Recorded]
    due_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class BatchCase(Base):
    """One case of a batch: the version that was looked at, and what became of it."""

    __tablename__ = "batch_case"

    batch_change: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("batch_change.key", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[str]
    version: Mapped[int] = mapped_column(Integer)
    done_at: Mapped[datetime | None]
    refusal: Mapped[str | None]
    """Why the case was not changed."""

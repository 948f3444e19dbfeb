"""The table of the audit log: what staff did and whose data they read. A trigger allows nothing but new rows."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class AuditLog(Base):
    """One act. It has no names and no free text, so that it can stay forever although people are erased."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_account", "account", "key"),
        Index("ix_audit_log_act", "act", "key"),
        Index("ix_audit_log_target", "target", "key"),
        Index("ix_audit_log_at", "at"),
        # A kind and an id. Blanks and @ are refused, so that no sentence and no address can slip in.
        CheckConstraint("target ~ '^[a-z_]+:[^\\s@]*$'", name="target"),
        CheckConstraint("act ~ '^[a-z_]+$'", name="act"),
    )

    key: Mapped[Key]
    at: Mapped[Recorded]
    account: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.key"))
    """The account that acted; NULL for somebody at the command line or a job."""
    act: Mapped[str]
    """A value of ``Act`` or ``OwnAct`` in ``domain/roles.py``."""
    target: Mapped[str]
    """What it was done to: a kind and a number, like ``service_request:1000001`` or ``account:7``."""
    jurisdiction: Mapped[str | None]

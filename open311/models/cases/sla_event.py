"""The table of what became of promises: each event is noted once, with any number of workers."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Recorded


class SLAEventKind(StrEnum):
    """Which promise or wait it was, and what became of it."""

    ACKNOWLEDGE_BREACHED = "acknowledge_breached"
    RESOLVE_DUE = "resolve_due"
    RESOLVE_BREACHED = "resolve_breached"
    WAITED = "waited"
    REMINDED = "reminded"


class SLAEvent(Base):
    """A promise that came due or was broken, or a wait that ended. A new deadline is a new event."""

    __tablename__ = "sla_event"
    __table_args__ = (
        CheckConstraint("kind IN ({})".format(", ".join(f"'{kind}'" for kind in SLAEventKind)), name="kind"),
    )

    service_request: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    deadline: Mapped[datetime] = mapped_column(primary_key=True)
    recorded_at: Mapped[Recorded]

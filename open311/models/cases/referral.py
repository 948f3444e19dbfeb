"""The table of referrals: service requests that a body outside the city has, or had."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class Referral(Base):
    """Which body has a service request, under which number there, and what its server said last."""

    __tablename__ = "referral"
    __table_args__ = (Index("ix_referral_open", "next_look_at", postgresql_where=text("ended_at IS NULL")),)

    key: Mapped[Key]
    service_request: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), index=True
    )
    department: Mapped[str]
    """The body's code in ``config/departments.yaml``."""
    remote_id: Mapped[str | None]
    """The number there; NULL until it is known, and for bodies without an Open311 server."""
    remote_token: Mapped[str | None]
    remote_status: Mapped[str | None]
    """The state there: GeoReport's ``open`` or ``closed``."""
    seen_at: Mapped[datetime | None]
    """The ``updated_datetime`` of the last answer that was mirrored."""
    unclear_since: Mapped[datetime | None]
    """When it was sent to the body's server, which may have it since, as long as no number or token is known."""
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    next_look_at: Mapped[datetime | None]
    fault: Mapped[str | None]
    """Why the last call of the body's server failed."""
    created_at: Mapped[Recorded]
    ended_at: Mapped[datetime | None]

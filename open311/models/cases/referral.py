"""Service requests that a body outside the city has now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class Referral(Base):
    """Who has it outside, under which number there, and what they last said of it."""

    __tablename__ = "referral"
    __table_args__ = (Index("ix_referral_open", "next_look_at", postgresql_where=text("ended_at IS NULL")),)

    key: Mapped[Key]
    service_request: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), index=True
    )
    department: Mapped[str]
    """Code of the body in ``config/departments.yaml``."""
    remote_id: Mapped[str | None]
    """The number there; none until it is known, and for bodies without an Open311 server."""
    remote_token: Mapped[str | None]
    remote_status: Mapped[str | None]
    """What they say (GeoReport's ``open`` or ``closed``)."""
    seen_at: Mapped[datetime | None]
    """``updated_datetime`` of the newest that was mirrored."""
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    next_look_at: Mapped[datetime | None]
    fault: Mapped[str | None]
    """Why the last attempt failed."""
    created_at: Mapped[Recorded]
    ended_at: Mapped[datetime | None]

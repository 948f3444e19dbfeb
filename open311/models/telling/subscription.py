"""Who is told of what: followers of a service request, a service, a boundary or an area, and reporters."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class Followed(StrEnum):
    """What is followed."""

    REQUEST = "request"
    SERVICE = "service"
    BOUNDARY = "boundary"
    RADIUS = "radius"
    AREA = "area"


class Subscription(Base):
    """An address that is told of something, once it said yes. Personal data: no public document reaches it."""

    __tablename__ = "subscription"
    __table_args__ = (
        CheckConstraint("followed IN ({})".format(", ".join(f"'{each}'" for each in Followed)), name="followed"),
        CheckConstraint("channel IN ('email', 'sms', 'push')", name="channel"),
        CheckConstraint("(channel = 'push') = (push_key IS NOT NULL AND push_secret IS NOT NULL)", name="push"),
        CheckConstraint("rhythm IN ('instant', 'daily')", name="rhythm"),
        CheckConstraint(
            "CASE followed WHEN 'request' THEN service_request IS NOT NULL WHEN 'service' THEN service_code IS NOT NULL"
            " WHEN 'boundary' THEN boundary IS NOT NULL ELSE area IS NOT NULL END",
            name="what",
        ),
        Index(
            "uq_subscription_request",
            "service_request",
            "channel",
            text("lower(address)"),
            unique=True,
            postgresql_where=text("service_request IS NOT NULL"),
        ),
        Index("ix_subscription_address", "channel", text("lower(address)")),
        Index(
            "ix_subscription_service",
            "jurisdiction",
            "service_code",
            postgresql_where=text("service_code IS NOT NULL AND ended_at IS NULL"),
        ),
        Index(
            "ix_subscription_boundary",
            "jurisdiction",
            "boundary",
            postgresql_where=text("boundary IS NOT NULL AND ended_at IS NULL"),
        ),
        Index("ix_subscription_area", "area", postgresql_using="gist", postgresql_where=text("ended_at IS NULL")),
        Index("ix_subscription_daily", "jurisdiction", postgresql_where=text("rhythm = 'daily' AND ended_at IS NULL")),
    )

    key: Mapped[Key]
    uuid: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    jurisdiction: Mapped[str]
    followed: Mapped[str]
    service_request: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE")
    )
    service_code: Mapped[str | None]
    boundary: Mapped[str | None]
    """``layer:code``, in whatever vintage is the newest."""
    area: Mapped[Any | None] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))
    """What was drawn; of a radius, its circle."""
    reporter: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether this is who reported it: told also of what is not public, asked whether it was fixed."""
    channel: Mapped[str] = mapped_column(server_default="email")
    address: Mapped[str]
    """Of a mailbox or a telephone; of a browser, where its push service takes messages."""
    push_key: Mapped[str | None]
    push_secret: Mapped[str | None]
    """With which only that browser reads them (RFC 8291: ``p256dh`` and ``auth``)."""
    rhythm: Mapped[str] = mapped_column(server_default="instant")
    language: Mapped[str | None]
    created_at: Mapped[Recorded]
    confirmed_at: Mapped[datetime | None]
    """When somebody behind the address said yes; until then it gets one message only."""
    ended_at: Mapped[datetime | None]

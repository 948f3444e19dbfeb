"""The table of subscriptions: which followers and reporters are told about what."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class Subscription(Base):
    """An address that is told about one thing, once its owner has agreed. Personal data, in no public document."""

    __tablename__ = "subscription"
    __table_args__ = (
        CheckConstraint("(push_key IS NULL) = (push_secret IS NULL)", name="push"),
        CheckConstraint("rhythm IN ('instant', 'daily')", name="rhythm"),
        CheckConstraint(
            "service_request IS NULL OR target = 'service_request:' || service_request", name="service_request"
        ),
        Index("uq_subscription_target", "jurisdiction", "target", "channel", text("lower(address)"), unique=True),
        Index(
            "ix_subscription_service_request", "service_request", postgresql_where=text("service_request IS NOT NULL")
        ),
        Index("ix_subscription_address", "channel", text("lower(address)")),
        Index("ix_subscription_area", "area", postgresql_using="gist", postgresql_where=text("ended_at IS NULL")),
        Index("ix_subscription_daily", "jurisdiction", postgresql_where=text("rhythm = 'daily' AND ended_at IS NULL")),
    )

    key: Mapped[Key]
    uuid: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    jurisdiction: Mapped[str]
    target: Mapped[str]
    """What is followed, as ``domain.news.Target`` writes it: ``service:SR-ST02``, ``boundary:ward:5``."""
    service_request: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE")
    )
    """The service request that is followed, if any, so that the subscription is deleted with it."""
    area: Mapped[Any | None] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))
    """The area that is followed, drawn or around a place: news with a point inside it is told."""
    reporter: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether this is the reporter, who is also told what is not public, and asked whether it was fixed."""
    channel: Mapped[str] = mapped_column(server_default="email")
    """How messages are sent: a ``domain.channel.Channel``."""
    address: Mapped[str]
    """An e-mail address, a phone number, or the URL of a browser's push service."""
    push_key: Mapped[str | None]
    """The browser's public key (``p256dh`` in RFC 8291)."""
    push_secret: Mapped[str | None]
    """The browser's authentication secret (``auth`` in RFC 8291)."""
    rhythm: Mapped[str] = mapped_column(server_default="instant")
    """``instant``, or ``daily`` for one digest a day."""
    language: Mapped[str | None]
    created_at: Mapped[Recorded]
    confirmed_at: Mapped[datetime | None]
    """When the owner of the address agreed. Until then, the address gets only one message."""
    ended_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]
    """When a mail server refused the address for good, which ended it."""

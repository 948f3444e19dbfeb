"""The tables of webhooks: other servers that are called when something happens, and every call to them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class Webhook(Base):
    """A server that is called. Its secret is stored in clear, because every call is signed with it."""

    __tablename__ = "webhook"

    key: Mapped[Key]
    jurisdiction: Mapped[str]
    url: Mapped[str]
    secret: Mapped[str]
    events: Mapped[list[str]]
    """The events that it is called about; empty for all events."""
    created_at: Mapped[Recorded]
    removed_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
    """When it answered 410 (Gone), which removed it."""


class DeliveryState(StrEnum):
    """What has become of a call."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"
    """The call failed for the last time; a person decides whether it is made again."""
    GIVEN_UP = "given_up"


class WebhookDelivery(Base):
    """One call of one server about one event."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook", "update"),
        CheckConstraint("state IN ({})".format(", ".join(f"'{each}'" for each in DeliveryState)), name="state"),
        Index("ix_webhook_delivery_waiting", "next_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_webhook_delivery_dead", "webhook", postgresql_where=text("state = 'dead'")),
    )

    key: Mapped[Key]
    uuid: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    """The id of the call, which stays the same at every attempt, so that the receiver recognizes a repetition."""
    webhook: Mapped[int] = mapped_column(BigInteger, ForeignKey("webhook.key", ondelete="CASCADE"))
    update: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_request_update.key", ondelete="CASCADE"), index=True
    )
    event: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    next_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    status: Mapped[int | None] = mapped_column(Integer)
    """The HTTP status of the receiver's last answer."""
    fault: Mapped[str | None]
    created_at: Mapped[Recorded]
    done_at: Mapped[datetime | None]

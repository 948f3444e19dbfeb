"""The tables of webhooks: other people's servers that are called when something happens, and every call to them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class Webhook(Base):
    """A receiver. Its secret is stored in clear, because every call is signed with it."""

    __tablename__ = "webhook"

    key: Mapped[Key]
    jurisdiction: Mapped[str]
    url: Mapped[str]
    secret: Mapped[str]
    events: Mapped[list[str]]
    """The events it wants; empty where it wants all."""
    created_at: Mapped[Recorded]
    removed_at: Mapped[datetime | None]


class DeliveryState(StrEnum):
    """What has become of a call."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"
    """It failed for the last time; a person decides whether it is made again."""
    GIVEN_UP = "given_up"


class WebhookDelivery(Base):
    """One call of one receiver about one event."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook", "update"),
        CheckConstraint("state IN ({})".format(", ".join(f"'{each}'" for each in DeliveryState)), name="state"),
        Index("ix_webhook_delivery_waiting", "next_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_webhook_delivery_dead", "webhook", postgresql_where=text("state = 'dead'")),
    )

    key: Mapped[Key]
    uuid: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    """The id of the call, the same at every attempt, so that a receiver recognizes what it had before."""
    webhook: Mapped[int] = mapped_column(BigInteger, ForeignKey("webhook.key", ondelete="CASCADE"))
    update: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_request_update.key", ondelete="CASCADE"), index=True
    )
    event: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    next_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    status: Mapped[int | None] = mapped_column(Integer)
    """The HTTP status that the receiver answered last."""
    fault: Mapped[str | None]
    created_at: Mapped[Recorded]
    done_at: Mapped[datetime | None]

"""The table of messages: one row for each receiver of each piece of news, from the change until it is sent."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, func, text
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class MessageState(StrEnum):
    """What has become of a message."""

    WAITING = "waiting"
    COLLECTED = "collected"
    """The message waits for a daily digest, in which it will be a line."""
    SENT = "sent"
    DROPPED = "dropped"
    """Nobody wants the message any more, or what it is about is no longer public."""
    FAILED = "failed"


class Message(Base):
    """One message to one address. Its words are written when it is sent, so that nothing redacted before goes out."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("state IN ({})".format(", ".join(f"'{each}'" for each in MessageState)), name="state"),
        Index("uq_message_about", "about", "channel", text("lower(address)"), unique=True),
        Index("ix_message_waiting", "next_at", "key", postgresql_where=text("state = 'waiting'")),
        Index("ix_message_before", "subscription", "key", postgresql_where=text("state = 'waiting'")),
        Index("ix_message_collected", "subscription", postgresql_where=text("state = 'collected'")),
    )

    key: Mapped[Key]
    uuid: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    """The left half of the e-mail's Message-ID, which stays the same at every attempt."""
    event: Mapped[str]
    """What the message reports: a ``domain.event.Event``."""
    about: Mapped[str]
    """What it is about, like ``update:12`` or ``digest:7:2026-11-25``; an address gets one message about each."""
    subscription: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("subscription.key", ondelete="CASCADE"), index=True
    )
    """The subscription because of which it is sent; NULL for messages to staff."""
    service_request: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), index=True
    )
    update: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("service_request_update.key", ondelete="CASCADE"), index=True
    )
    digest: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("message.key", ondelete="CASCADE"), index=True)
    """The digest in which it became a line."""
    channel: Mapped[str]
    """How the message is sent: a ``domain.channel.Channel``."""
    address: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    next_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    """The earliest time of the next attempt to send it."""
    fault: Mapped[str | None]
    """Why the last attempt to send the message failed."""
    created_at: Mapped[Recorded]
    sent_at: Mapped[datetime | None]

"""What is told to whom: one row for each receiver and event, from the change until it has left."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, func, text
from sqlalchemy.orm import Mapped, mapped_column

from open311.domain.event import OF_ACCOUNTS, OF_STAFF, Event
from open311.models.base import Base, Key, Recorded


class MessageState(StrEnum):
    """Where a message is."""

    WAITING = "waiting"
    COLLECTED = "collected"
    """For a daily digest: it leaves as a line of that."""
    SENT = "sent"
    DROPPED = "dropped"
    """Nobody wants it any more, or it is not public any more."""
    FAILED = "failed"


class Message(Base):
    """A message; its words are made when it leaves, so what was redacted meanwhile is not sent."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(
            "event IN ({})".format(", ".join(f"'{each}'" for each in Event if each not in OF_ACCOUNTS)), name="event"
        ),
        CheckConstraint(
            "subscription IS NOT NULL OR event IN ({})".format(", ".join(f"'{each}'" for each in sorted(OF_STAFF))),
            name="whom",
        ),
        CheckConstraint("state IN ({})".format(", ".join(f"'{each}'" for each in MessageState)), name="state"),
        Index("uq_message_about", "about", "channel", text("lower(address)"), unique=True),
        Index("ix_message_waiting", "next_at", "key", postgresql_where=text("state = 'waiting'")),
        Index("ix_message_before", "subscription", "key", postgresql_where=text("state = 'waiting'")),
        Index("ix_message_collected", "subscription", postgresql_where=text("state = 'collected'")),
    )

    key: Mapped[Key]
    uuid: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    """The left half of its Message-ID, whenever it is sent."""
    event: Mapped[str]
    about: Mapped[str]
    """What it is the only message about to this address: ``update:12``, ``digest:7:2026-11-25``."""
    subscription: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("subscription.key", ondelete="CASCADE"), index=True
    )
    """Why it is sent; none for what staff are told."""
    service_request: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), index=True
    )
    update: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("service_request_update.key", ondelete="CASCADE"), index=True
    )
    digest: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("message.key", ondelete="CASCADE"), index=True)
    """The digest that it became a line of."""
    channel: Mapped[str]
    address: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    next_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    fault: Mapped[str | None]
    created_at: Mapped[Recorded]
    sent_at: Mapped[datetime | None]

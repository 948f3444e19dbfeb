"""The table of the history of service requests: one row for everything that happened, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded

KINDS = (
    "status",
    "comment",
    "note",
    "assignment",
    "location",
    "service",
    "merge",
    "split",
    "media",
    "moderation",
    "system",
)
"""The kinds of change that the history records."""


class Update(Base):
    """What happened, when it happened and was recorded, who did it, and old and new values. Rows are only added."""

    __tablename__ = "service_request_update"
    __table_args__ = (
        CheckConstraint("kind IN ({})".format(", ".join(f"'{kind}'" for kind in KINDS)), name="kind"),
        Index("ix_service_request_update_history", "service_request", "occurred_at", "key"),
        Index(
            "ix_service_request_update_public",
            "jurisdiction",
            text("occurred_at DESC"),
            text("key DESC"),
            postgresql_where=text("public"),
        ),
        Index(
            "ix_service_request_update_recorded",
            "jurisdiction",
            text("recorded_at DESC"),
            text("key DESC"),
            postgresql_where=text("public"),
        ),
        Index(
            "uq_service_request_update_client",
            "api_client",
            "client_update_id",
            unique=True,
            postgresql_where=text("client_update_id IS NOT NULL"),
        ),
    )

    key: Mapped[Key]
    uuid: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    service_request: Mapped[int] = mapped_column(BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"))
    jurisdiction: Mapped[str]
    kind: Mapped[str]
    public: Mapped[bool]
    status: Mapped[str | None]
    """The state after a step; NULL for updates that are not a step."""
    outcome: Mapped[str | None]
    description: Mapped[str | None]
    """The text of the update, which everybody may read if the update is ``public``."""
    note: Mapped[str | None]
    """A note that only staff may read."""
    media_url: Mapped[str | None]
    changes: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """The old and new value of every column that changed: ``{"status": ["received", "closed"]}``."""
    actor: Mapped[str]
    """Who did it: ``system``, ``reporter``, ``client``, ``staff``, ``staff:LOGIN`` (command line), ``import:NAME``."""
    account: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.key"))
    """The account of the member of staff who did it."""
    api_client: Mapped[int | None] = mapped_column(ForeignKey("api_client.key"))
    client_update_id: Mapped[str | None]
    occurred_at: Mapped[datetime]
    """When it happened; the state is that of the step which happened last."""
    recorded_at: Mapped[Recorded]
    """When this server was told."""
    redacted_at: Mapped[datetime | None]
    """When its words were replaced with a tombstone."""

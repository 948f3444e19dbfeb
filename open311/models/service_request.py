"""A service request: one case that a resident reported."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Sequence, SmallInteger, func, text
from sqlalchemy.orm import Mapped, mapped_column

from open311.domain.lifecycle import Outcome, Status
from open311.domain.privacy import Moderation
from open311.models.base import Base, Key

NUMBERS = Sequence("service_request_number", start=1_000_001, metadata=Base.metadata)
"""Gives the public numbers of new service requests, over all jurisdictions."""


def _one_of(column: str, words: type[Any]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class ServiceRequest(Base):
    """The case as the city knows it; what everybody may see of it is its ``Publication``."""

    __tablename__ = "service_request"
    __table_args__ = (
        Index("uq_service_request_number", "jurisdiction", "service_request_id", unique=True),
        _one_of("status", Status),
        _one_of("outcome", Outcome),
        _one_of("moderation", Moderation),
        CheckConstraint("(status IN ('closed', 'disputed')) = (closed_datetime IS NOT NULL)", name="closed"),
    )

    key: Mapped[Key]
    uuid: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    jurisdiction: Mapped[str]
    service_request_id: Mapped[str | None]
    """The public number; none until a ``batch`` token is resolved, and never for ``blackbox``."""
    service_code: Mapped[str]
    service_name: Mapped[str]
    """As it was called when the case was filed."""
    department: Mapped[str]
    agency_responsible: Mapped[str]
    service_notice: Mapped[str | None]
    description: Mapped[str | None]
    status: Mapped[str] = mapped_column(default=Status.RECEIVED)
    outcome: Mapped[str | None]
    status_notes: Mapped[str | None]
    priority: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    point: Mapped[Any | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    address: Mapped[str | None]
    address_id: Mapped[str | None]
    zipcode: Mapped[str | None]
    media_url: Mapped[str | None]
    """An address that the client gave, kept as text and never fetched."""
    requested_datetime: Mapped[datetime]
    updated_datetime: Mapped[datetime]
    acknowledged_datetime: Mapped[datetime | None]
    expected_datetime: Mapped[datetime | None]
    scheduled_datetime: Mapped[datetime | None]
    closed_datetime: Mapped[datetime | None]
    channel: Mapped[str]
    api_client: Mapped[int | None] = mapped_column(ForeignKey("api_client.key"))
    language: Mapped[str | None]
    private: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    moderation: Mapped[str] = mapped_column(default=Moderation.APPROVED)
    origin: Mapped[str | None]
    """``sample`` or the name of an import; none for what residents filed."""
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}

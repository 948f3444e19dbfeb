"""The table of service requests: the cases that residents reported."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from geoalchemy2.shape import to_shape
from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Sequence,
    SmallInteger,
    Text,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from open311.domain.exposure import Moderation
from open311.domain.lifecycle import Outcome, Status
from open311.domain.place import Point
from open311.models.base import Base, Key

NUMBERS = Sequence("service_request_number", start=1_000_001, metadata=Base.metadata)
"""The sequence of the public numbers of new service requests, over all jurisdictions."""


def is_open(alias: str = "") -> str:
    """SQL: whether the service request (under this alias of its table) is open, as GeoReport means it."""
    return f"{_column(alias, 'status')} NOT IN ('closed', 'disputed')"


def is_live(alias: str = "") -> str:
    """SQL: whether staff still have to deal with the service request (under this alias): it is open or disputed."""
    return f"{_column(alias, 'status')} <> 'closed'"


def _column(alias: str, name: str) -> str:
    return f"{alias}.{name}" if alias else name


_RUNNING = f"{is_open()} AND paused_at IS NULL"
_UNSEEN = f"{is_open()} AND acknowledged_datetime IS NULL"


def _one_of(column: str, words: type[Any]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class ServiceRequest(Base):
    """A case as the city knows it; what everybody may see of it is its ``Publication``."""

    __tablename__ = "service_request"
    __table_args__ = (
        Index("uq_service_request_number", "jurisdiction", "service_request_id", unique=True),
        # What the job of promises looks for and queues of staff are read by: open cases only, so they stay small.
        Index("ix_service_request_acknowledge", "acknowledge_by", postgresql_where=text(_UNSEEN)),
        Index("ix_service_request_due", "expected_datetime", postgresql_where=text(_RUNNING)),
        Index("ix_service_request_look_again", "look_again_at", postgresql_where=text("look_again_at IS NOT NULL")),
        Index(
            "ix_service_request_queue",
            "jurisdiction",
            "department",
            "expected_datetime",
            postgresql_where=text(is_open()),
        ),
        Index("ix_service_request_assignee", "assignee", postgresql_where=text(is_open())),
        # What the staff's list is read by (queries/cases/queues.py): a list in its order, and each queue by itself.
        Index(
            "ix_service_request_live_due",
            "jurisdiction",
            text("coalesce(expected_datetime, 'infinity')"),
            "key",
            postgresql_where=text(is_live()),
        ),
        Index(
            "ix_service_request_live_requested",
            "jurisdiction",
            "requested_datetime",
            "key",
            postgresql_where=text(is_live()),
        ),
        Index("ix_service_request_requested", "jurisdiction", "requested_datetime", "key"),
        Index(
            "ix_service_request_new",
            "jurisdiction",
            "department",
            postgresql_where=text("status = 'received' AND assignee IS NULL"),
        ),
        Index(
            "ix_service_request_paused", "jurisdiction", "department", postgresql_where=text("paused_at IS NOT NULL")
        ),
        Index(
            "ix_service_request_disputed", "jurisdiction", "department", postgresql_where=text("status = 'disputed'")
        ),
        Index(
            "ix_service_request_pending",
            "jurisdiction",
            "department",
            postgresql_where=text(f"(moderation = 'pending' OR withheld <> '{{}}') AND {is_live()}"),
        ),
        Index("ix_service_request_live_place", "point", postgresql_using="gist", postgresql_where=text(is_live())),
        _one_of("status", Status),
        _one_of("outcome", Outcome),
        _one_of("moderation", Moderation),
        CheckConstraint("(status IN ('closed', 'disputed')) = (closed_datetime IS NOT NULL)", name="closed"),
        CheckConstraint("(status = 'closed') <= (outcome IS NOT NULL)", name="closed_with_outcome"),
        CheckConstraint("(status IN ('waiting_on_reporter', 'referred')) = (paused_at IS NOT NULL)", name="paused"),
    )

    key: Mapped[Key]
    uuid: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    jurisdiction: Mapped[str]
    service_request_id: Mapped[str | None]
    """The public number; NULL until a ``batch`` service gives one, and always for ``blackbox``."""
    service_code: Mapped[str]
    service_name: Mapped[str]
    """The name of the service when the case was filed."""
    department: Mapped[str]
    team: Mapped[str | None]
    assignee: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.key"))
    """The team that has it now; the history says who had it before, and why it moved."""
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
    """A URL that the client gave; it is stored as text and never fetched."""
    requested_datetime: Mapped[datetime]
    updated_datetime: Mapped[datetime]
    acknowledged_datetime: Mapped[datetime | None]
    expected_datetime: Mapped[datetime | None]
    scheduled_datetime: Mapped[datetime | None]
    closed_datetime: Mapped[datetime | None]
    acknowledge_by: Mapped[datetime | None]
    """By when somebody is to look at it (``expected_datetime`` is by when it is to be done)."""
    paused_at: Mapped[datetime | None]
    """Since when the clock of the promise has stood still; NULL while it runs."""
    look_again_at: Mapped[datetime | None]
    """When waiting for the reporter, or for a body outside the city, will have lasted long enough."""
    channel: Mapped[str]
    api_client: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("api_client.key"))
    language: Mapped[str | None]
    private: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    moderation: Mapped[str] = mapped_column(default=Moderation.APPROVED)
    withheld: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=text("'{}'"))
    """What looks like personal data and waits for staff: ``description``, ``address``, ``answer:CODE``."""
    origin: Mapped[str | None]
    """``sample`` or ``import:NAME``; NULL for cases that were filed here."""
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}

    @property
    def place(self) -> Point | None:
        """The reported point, exactly as it was given; None if none was given."""
        if self.point is None:
            return None
        [(long, lat)] = to_shape(self.point).coords
        return Point(long, lat)

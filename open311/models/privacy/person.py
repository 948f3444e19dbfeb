"""The tables of people who report, apart from what they reported; no public document can reach them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class Person(Base):
    """A person who reported, as far as they said who they are."""

    __tablename__ = "person"

    key: Mapped[Key]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    account_id: Mapped[str | None]
    created_at: Mapped[Recorded]
    erased_at: Mapped[datetime | None]
    """When the names and contact points were deleted; the row stays, because somebody did report."""


class ContactPoint(Base):
    """A way to reach a person."""

    __tablename__ = "contact_point"
    __table_args__ = (
        CheckConstraint("kind IN ('email', 'phone', 'device')", name="kind"),
        Index("ix_contact_point_normal", "normal"),
    )

    key: Mapped[Key]
    person: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.key", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    value: Mapped[str]
    """As it was typed."""
    normal: Mapped[str | None]
    """By what it is compared: a ``domain.contact`` in its normal form and lower case; NULL if it cannot be read."""
    verified_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]
    """When a mail server refused the address for good."""
    created_at: Mapped[Recorded]


class ReporterLink(Base):
    """Who reported which service request."""

    __tablename__ = "reporter_link"

    service_request: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), primary_key=True
    )
    person: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("person.key", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[Recorded]

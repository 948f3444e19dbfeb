"""The table of relations between service requests."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Recorded


class RelationKind(StrEnum):
    """What one service request is to the other."""

    DUPLICATE_OF = "duplicate_of"
    PART_OF = "part_of"
    RELATED = "related"


class Relation(Base):
    """A service request that is a duplicate or a part of another, or has to do with it.

    A duplicate keeps its own number and mirrors the state of the one it is a duplicate of (its canonical request).
    """

    __tablename__ = "relation"
    __table_args__ = (
        CheckConstraint("kind IN ({})".format(", ".join(f"'{kind}'" for kind in RelationKind)), name="kind"),
        CheckConstraint("service_request <> other", name="itself"),
        # Of one canonical request only, so that chains cannot branch.
        Index("uq_relation_duplicate", "service_request", unique=True, postgresql_where=text("kind = 'duplicate_of'")),
    )

    service_request: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), primary_key=True
    )
    other: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[Recorded]


def is_duplicate(key: str) -> str:
    """SQL: whether a service request is a duplicate, which follows another; ``key`` is SQL for its primary key."""
    return f"EXISTS (SELECT FROM relation d WHERE d.service_request = {key} AND d.kind = 'duplicate_of')"

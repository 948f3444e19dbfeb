"""The table of grants: who has which role, where, and who granted it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from open311.domain.roles import Role
from open311.models.base import Base, Key, Recorded


class RoleGrant(Base):
    """A role of an account, with its scopes (``domain/roles.py``). Revoked grants stay, as a record of the past."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("role IN ({})".format(", ".join(f"'{role}'" for role in Role)), name="role"),
        CheckConstraint("boundary ~ '^[^:]+:[^:]'", name="boundary"),
        Index(
            "uq_role_grant_active",
            "account",
            "role",
            "jurisdiction",
            "department",
            "boundary",
            "service",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    key: Mapped[Key]
    account: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.key"))
    role: Mapped[str]
    jurisdiction: Mapped[str | None]
    department: Mapped[str | None]
    boundary: Mapped[str | None]
    """The boundary that the role is limited to, as ``layer:code``, like ``ward:5``."""
    service: Mapped[str | None]
    granted_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.key"))
    """The account that granted it; NULL for somebody at the command line."""
    granted_at: Mapped[Recorded]
    revoked_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.key"))
    revoked_at: Mapped[datetime | None]

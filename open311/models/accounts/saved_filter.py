"""The table of saved filters of the staff's list."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Key, Recorded


class SavedFilter(Base):
    """A filter of the list, saved under a name, for whoever saved it or for all who work for a department."""

    __tablename__ = "saved_filter"
    __table_args__ = (
        Index("uq_saved_filter_name", "account", "jurisdiction", text("lower(name)"), unique=True),
        Index("ix_saved_filter_department", "jurisdiction", "department"),
    )

    key: Mapped[Key]
    jurisdiction: Mapped[str]
    account: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.key", ondelete="CASCADE"))
    department: Mapped[str | None]
    """The department with which it is shared; NULL if it is shared with nobody."""
    name: Mapped[str]
    query: Mapped[str]
    """The query string of the list's URL, like ``queue=overdue&service=SR-ST01``."""
    created_at: Mapped[Recorded]

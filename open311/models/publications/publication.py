"""The tables of what everybody may see of service requests: finished documents, and columns for public filters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, ForeignKey, Index, Text, func, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from open311.models.base import Base


class TransactionId(UserDefinedType[int]):
    """PostgreSQL's ``xid8``: the number of the transaction that wrote a row."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name in SQL."""
        return "xid8"


NEWEST_FIRST = (text("requested_datetime DESC"), text("service_request DESC"))
"""The columns of an index that lists the newest service requests first."""


class Publication(Base):
    """What everybody may see of one service request. Public reads select from this table and from no other."""

    __tablename__ = "publication"
    __table_args__ = (
        Index("uq_publication_number", "jurisdiction", "service_request_id", unique=True),
        Index("ix_publication_newest", "jurisdiction", *NEWEST_FIRST),
        Index("ix_publication_service", "jurisdiction", "service_code", *NEWEST_FIRST),
        Index("ix_publication_open", "jurisdiction", *NEWEST_FIRST, postgresql_where=text("open")),
        Index(
            "ix_publication_open_service", "jurisdiction", "service_code", *NEWEST_FIRST, postgresql_where=text("open")
        ),
        Index("ix_publication_updated", "jurisdiction", text("updated_datetime DESC"), text("service_request DESC")),
        Index("ix_publication_place", "point", "requested_datetime", postgresql_using="gist"),
        Index("ix_publication_words", "words", postgresql_using="gin"),
        Index("ix_publication_written", "jurisdiction", text("written DESC")),
    )

    service_request: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    jurisdiction: Mapped[str]
    service_request_id: Mapped[str]
    service_code: Mapped[str]
    open: Mapped[bool]
    requested_datetime: Mapped[datetime]
    updated_datetime: Mapped[datetime]
    """When anything public changed last, for ``updated_after``; a closed one's document says when it was closed."""
    point: Mapped[Any | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    words: Mapped[Any] = mapped_column(TSVECTOR)
    json: Mapped[bytes]
    xml: Mapped[bytes]
    stamp: Mapped[str] = mapped_column(Text)
    """A hash of everything except the case that the documents were rendered from."""
    written: Mapped[int] = mapped_column(TransactionId, server_default=func.pg_current_xact_id())


class PublicationChange(Base):
    """A change in what is public that no row of ``publication`` shows: a withdrawal, or boundaries loaded again.

    It makes cached pages stale, and tells those who follow the data what is gone.
    """

    __tablename__ = "publication_change"
    __table_args__ = (Index("ix_publication_change_written", "jurisdiction", text("written DESC")),)

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    jurisdiction: Mapped[str]
    service_request: Mapped[int | None] = mapped_column(BigInteger)
    """The service request that was withdrawn; None if boundaries changed."""
    written: Mapped[int] = mapped_column(TransactionId, server_default=func.pg_current_xact_id())

"""The tables of boundary layers and their boundaries, and of which published service requests lie in which."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Recorded


class BoundaryLayer(Base):
    """One vintage of a layer, such as the wards of 2019. Without ``valid_from``, it has always been valid.

    Both days belong to it. The vintage in force is the newest one that holds on the city's day, by the clock of its
    ``timezone``; the view ``layer_in_force`` has it.
    """

    __tablename__ = "boundary_layer"
    __table_args__ = (UniqueConstraint("jurisdiction", "layer", "vintage"),)

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    jurisdiction: Mapped[str]
    layer: Mapped[str]
    name: Mapped[str]
    vintage: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[str]
    licence: Mapped[str]
    sample: Mapped[bool] = mapped_column(default=False)
    loaded_at: Mapped[Recorded]
    followed: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether it was in force when what depends on that was last brought up to date."""


class Boundary(Base):
    """One ward, district or neighborhood."""

    __tablename__ = "boundary"
    __table_args__ = (UniqueConstraint("layer", "code"),)

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    layer: Mapped[int] = mapped_column(ForeignKey("boundary_layer.key", ondelete="CASCADE"))
    code: Mapped[str]
    name: Mapped[str]
    geometry: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))


class BoundaryPart(Base):
    """A small piece of a boundary: whether a point lies inside is decided many times faster for small pieces."""

    __tablename__ = "boundary_part"
    __table_args__ = (Index("ix_boundary_part_geometry", "geometry", postgresql_using="spgist"),)

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    boundary: Mapped[int] = mapped_column(ForeignKey("boundary.key", ondelete="CASCADE"), index=True)
    jurisdiction: Mapped[str]
    geometry: Mapped[Any] = mapped_column(Geometry("POLYGON", srid=4326, spatial_index=False))


class RequestBoundary(Base):
    """A tag: the public point of a published service request lies in a boundary.

    The tag carries the requested time, so that the newest of a ward are read from the primary key in order, whatever
    the size of the table. Foreign keys would cost more than the rest of an import; code that deletes a boundary or
    withdraws a publication has to delete its tags too.
    """

    __tablename__ = "request_boundary"
    __table_args__ = (Index("ix_request_boundary_service_request", "service_request"),)

    boundary: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    requested_datetime: Mapped[datetime] = mapped_column(primary_key=True)
    service_request: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)

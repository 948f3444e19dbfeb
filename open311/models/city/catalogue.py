"""The tables of what the city's files said when they were loaded: when, how public services were, whose clock holds."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Recorded


class CatalogueVersion(Base):
    """A state of the catalogue, and when it came into force (discovery's ``changeset``)."""

    __tablename__ = "catalogue_version"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[Recorded]


class PublishedService(Base):
    """How public a service was when its publications were rendered."""

    __tablename__ = "published_service"

    jurisdiction: Mapped[str] = mapped_column(primary_key=True)
    service_code: Mapped[str] = mapped_column(primary_key=True)
    publishing: Mapped[str]
    location: Mapped[str]
    stamp: Mapped[str]


class CityZone(Base):
    """Whose clock says which day it is in a city; the view ``layer_in_force`` asks it."""

    __tablename__ = "city_zone"

    jurisdiction: Mapped[str] = mapped_column(primary_key=True)
    timezone: Mapped[str]

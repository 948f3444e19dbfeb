"""Every way to narrow published service requests: one function a filter, in one table.

A filter bears its published name, how its text is read, and its SQL. The arguments of the API, of exports and of
pages are made from this table. Reading gives a tuple of plain values (``parts``); the condition is built from as many
SQL parameters, so that a statement is compiled once for each shape and not for each value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Float,
    Text,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, REGCONFIG
from sqlalchemy.types import DateTime, TypeEngine

from open311.catalog.city import Jurisdiction
from open311.domain.draft import clean_line
from open311.domain.moment import read_moment
from open311.domain.place import Point, box_around, searchable
from open311.models.places.boundary import Boundary, BoundaryLayer, RequestBoundary
from open311.models.publications.publication import Publication
from open311.queries.reading import JURISDICTION

MOST_METRES = 50_000
"""The largest radius."""
MOST_BOUNDARIES = 10
"""The most boundaries that must all hold: PostgreSQL plans each as another join."""

Parts = tuple[Any, ...]
"""Plain values, one for each SQL parameter; none where nothing is filtered."""
Read = Callable[[Sequence[str], Jurisdiction], Parts]
"""Turns the texts given for a parameter into values; raises ``ValueError`` with a sentence for the client."""


@dataclass(frozen=True)
class Source:
    """Where a listing reads its order from: publications, or the links of one boundary to them."""

    requested: Any
    key: Any


PUBLICATIONS = Source(Publication.requested_datetime, Publication.service_request)
LINKS = Source(RequestBoundary.requested_datetime, RequestBoundary.service_request)


@dataclass(frozen=True)
class Filter:
    """A published parameter: its name, how it is read, what it keeps."""

    name: str
    read: Read
    kind: TypeEngine[Any]
    keep: Callable[..., ColumnElement[bool]]

    def parameters(self, parts: Parts) -> list[BindParameter[Any]]:
        """SQL parameters for these values (or others of the same shape)."""
        return [
            bindparam(f"{self.name}_{i}", type_=ARRAY(self.kind) if isinstance(part, list) else self.kind)
            for i, part in enumerate(parts)
        ]

    def values(self, parts: Parts) -> dict[str, Any]:
        """The values by the names of their parameters."""
        return {f"{self.name}_{i}": part for i, part in enumerate(parts)}


FILTERS: dict[str, Filter] = {}
"""All filters by published name."""


def filter_by(name: str, read: Read, kind: type[TypeEngine[Any]] = Text) -> Callable[[Any], Any]:
    """Enter a function ``(source, *parameters) -> condition`` into the table."""

    def enter(keep: Callable[..., ColumnElement[bool]]) -> Callable[..., ColumnElement[bool]]:
        FILTERS[name] = Filter(name, read, kind(timezone=True) if kind is DateTime else kind(), keep)
        return keep

    return enter


def any_of(column: Any, value: BindParameter[Any]) -> ColumnElement[bool]:
    """Equal to the value, or to one of a list; never a list of one, which would lose the order of an index."""
    return column == (func.any(value) if isinstance(value.type, ARRAY) else value)  # type: ignore[no-any-return]


# How texts are read.


def split(texts: Sequence[str]) -> list[str]:
    """The words between commas; spaces and repeats are allowed.

    :raises ValueError: there is no word, which would be no filter.
    """
    found = dict.fromkeys(word.strip() for text in texts for word in text.split(",") if word.strip())
    if not found:
        raise ValueError("nothing stands between the commas")
    return list(found)


def words(texts: Sequence[str], _: Jurisdiction) -> Parts:
    """One word, or one list of words."""
    found = split(texts)
    return tuple(found) if len(found) < 2 else (found,)


def statuses(texts: Sequence[str], _: Jurisdiction) -> Parts:
    """``open``, ``closed`` or both."""
    given = split([text.lower() for text in texts])
    if wrong := [word for word in given if word not in ("open", "closed")]:
        raise ValueError(f"open or closed expected, not {wrong[0]!r}")
    return () if len(given) == 2 else tuple(word == "open" for word in given)


def moment(texts: Sequence[str], jurisdiction: Jurisdiction) -> Parts:
    """A date and time in any form that clients use."""
    return (read_moment(texts[-1], jurisdiction.timezone),)


def numbers(text: str, names: str) -> list[float]:
    """Decimal numbers between commas, as many as names.

    :raises ValueError: naming what is expected.
    """
    wanted = names.split(",")
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) != len(wanted):
        raise ValueError(f"{names} as decimal numbers expected, not {text!r}")
    return found


def box(texts: Sequence[str], _: Jurisdiction) -> Parts:
    """West, south, east, north."""
    west, south, east, north = numbers(texts[-1], "minLong,minLat,maxLong,maxLat")
    Point(west, south), Point(east, north)
    if west > east or south > north:
        raise ValueError("minLong,minLat must not be greater than maxLong,maxLat")
    return west, south, east, north


def circle(texts: Sequence[str], _: Jurisdiction) -> Parts:
    """Longitude, latitude, metres (``api/arguments`` joins the three parameters), and the box around."""
    long, lat, metres = numbers(texts[-1], "long,lat,radius")
    if not 0 < metres <= MOST_METRES:
        raise ValueError(f"radius must be more than 0 and at most {MOST_METRES} metres")
    return (long, lat, metres, *box_around(Point(long, lat), metres))


_BOUNDARY = re.compile(r"([a-z][a-z0-9_]*)(?:@([^:@]+))?:(.+)")


def boundaries(texts: Sequence[str], jurisdiction: Jurisdiction) -> Parts:
    """``layer:code`` or ``layer@vintage:code``, each as three parts; a layer that the city has not is an error."""
    parts: list[str] = []
    given = dict.fromkeys(text.strip() for text in texts if text.strip())
    if len(given) > MOST_BOUNDARIES:
        raise ValueError(f"at most {MOST_BOUNDARIES} boundaries can be given")
    for text in given:
        found = _BOUNDARY.fullmatch(text)
        if not found:
            raise ValueError(f"layer:code or layer@vintage:code expected, not {text!r}")
        if found[1] not in jurisdiction.layers:
            raise ValueError(f"no boundary layer {found[1]!r}; there are {', '.join(jurisdiction.layers)}")
        parts += (found[1], (found[2] or "").strip(), found[3].strip())
    return tuple(parts)


def search(texts: Sequence[str], _: Jurisdiction) -> Parts:
    """Words to look for; all must occur."""
    return (searchable(clean_line(" ".join(texts))),)


# What is kept.


@filter_by("service_request_id", words)
def service_request_id(_: Source, numbers: BindParameter[str]) -> ColumnElement[bool]:
    """These numbers; unknown ones are left out (GeoReport v2; clients ask for hundreds at once)."""
    return any_of(Publication.service_request_id, numbers)


@filter_by("service_code", words)
def service_code(_: Source, codes: BindParameter[str]) -> ColumnElement[bool]:
    """These services; an unknown code keeps nothing."""
    return any_of(Publication.service_code, codes)


@filter_by("status", statuses, Boolean)
def status(_: Source, is_open: BindParameter[bool]) -> ColumnElement[bool]:
    """Open or closed."""
    return Publication.open == is_open


@filter_by("start_date", moment, DateTime)
def start_date(source: Source, start: BindParameter[datetime]) -> ColumnElement[bool]:
    """Requested at this moment or later."""
    return source.requested >= start  # type: ignore[no-any-return]


@filter_by("end_date", moment, DateTime)
def end_date(source: Source, end: BindParameter[datetime]) -> ColumnElement[bool]:
    """Requested at this moment or earlier."""
    return source.requested <= end  # type: ignore[no-any-return]


@filter_by("updated_after", moment, DateTime)
def updated_after(_: Source, start: BindParameter[datetime]) -> ColumnElement[bool]:
    """Changed at this moment or later."""
    return Publication.updated_datetime >= start


@filter_by("updated_before", moment, DateTime)
def updated_before(_: Source, end: BindParameter[datetime]) -> ColumnElement[bool]:
    """Changed at this moment or earlier."""
    return Publication.updated_datetime <= end


@filter_by("boundary", boundaries)
def boundary(source: Source, *triples: BindParameter[str]) -> ColumnElement[bool]:
    """In all of these boundaries. A listing from ``LINKS`` reads the first one's links in order."""
    keys = [boundary_key(*triples[i : i + 3]) for i in range(0, len(triples), 3)]
    conditions: list[ColumnElement[bool]] = []
    if source is LINKS:
        conditions.append(RequestBoundary.boundary == keys.pop(0))
    for key in keys:
        other = RequestBoundary.__table__.alias()
        conditions.append(
            select(other.c.boundary)
            .where(
                other.c.boundary == key,
                other.c.requested_datetime == source.requested,
                other.c.service_request == source.key,
            )
            .exists()
        )
    return and_(true(), *conditions)


def boundary_key(
    layer: BindParameter[str], vintage: BindParameter[str], code: BindParameter[str]
) -> ColumnElement[int]:
    """The key of a boundary by layer, vintage (empty: the newest in force) and code, within the jurisdiction."""
    layers = BoundaryLayer.__table__.alias()
    of_layer = (
        select(layers.c.key)
        .where(
            layers.c.jurisdiction == JURISDICTION,
            layers.c.layer == layer,
            or_(
                and_(vintage == "", func.coalesce(layers.c.valid_from <= func.current_date(), true())),
                layers.c.vintage == vintage,
            ),
        )
        .order_by(layers.c.valid_from.desc().nulls_last(), layers.c.key.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = Boundary.__table__.alias()
    return select(found.c.key).where(found.c.layer == of_layer, found.c.code == code).scalar_subquery()


@filter_by("bbox", box, Float)
def bbox(_: Source, *sides: BindParameter[float]) -> ColumnElement[bool]:
    """In the box, edges included; PostGIS compares in single precision, so up to two metres more may come along."""
    return Publication.point.op("&&")(func.ST_MakeEnvelope(*sides, 4326))


@filter_by("radius", circle, Float)
def radius(_: Source, long: Any, lat: Any, metres: Any, *sides: BindParameter[float]) -> ColumnElement[bool]:
    """Within the circle, measured on the spheroid; the box around it is what the index can find."""
    return and_(
        Publication.point.op("&&")(func.ST_MakeEnvelope(*sides, 4326)),
        func.ST_DWithin(func.geography(Publication.point), func.geography(centre(long, lat)), metres),
    )


def centre(long: Any, lat: Any) -> ColumnElement[Any]:
    """A point in SQL."""
    return func.ST_SetSRID(func.ST_MakePoint(long, lat), 4326)


@filter_by("q", search)
def q(_: Source, text: BindParameter[str]) -> ColumnElement[bool]:
    """All words occur in service name, description or address."""
    return Publication.words.op("@@")(func.plainto_tsquery(cast("simple", REGCONFIG), text))

"""Published service requests: a page of them, one, and what ``extensions=true`` adds. Publications only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    LargeBinary,
    Select,
    Text,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    text,
    tuple_,
)

from open311.models.boundary import RequestBoundary
from open311.models.publication import Publication
from open311.queries.filters import FILTERS, JURISDICTION, LINKS, PUBLICATIONS, Parts, Source, centre
from open311.queries.reading import Statement, fetch, fetch_one
from open311.queries.versions import VERSION

FAR_FUTURE: Any = literal_column("'9999-01-01'::timestamptz")
"""The nearest neighbours in time of this moment are the newest."""

SORT_AT_MOST = 2_000
"""Up to so many rows in a box, all of them are sorted."""
WALK_FROM = 0.05
"""From this share of all rows in the box, the newest are found by walking back in time."""


@dataclass(frozen=True)
class Cursor:
    """The last service request of a page: where the next one goes on."""

    requested: datetime
    service_request_id: str


@dataclass(frozen=True)
class Listing:
    """What is asked of the list of service requests; ``given`` holds the values of the filters by name."""

    jurisdiction: str
    given: Mapping[str, Parts] = field(default_factory=dict)
    by_distance: bool = False
    page: int = 1
    page_size: int = 1000
    cursor: Cursor | None = None


@dataclass(frozen=True)
class Page:
    """Documents, joined by the separator that was asked for, newest first; and the data's version (``versions``)."""

    joined: bytes
    count: int
    last: Cursor | None
    version: str | None = None


@dataclass(frozen=True)
class _Shape:
    """All of a listing that its SQL depends on. Hashable: each shape is compiled once."""

    filters: tuple[tuple[str, tuple[bool, ...]], ...]
    column: str
    separator: bytes
    plan: str
    by_distance: bool
    cursor: bool
    later: bool
    whole: bool


def page(listing: Listing, column: str, separator: bytes, plan: str | None = None) -> Page:
    """One page, its ready-made documents of ``column`` (``json``, ``xml``) joined by PostgreSQL."""
    statement, values = _prepare(listing, column, separator, plan, whole=True)
    row = fetch_one(statement, values)
    assert row is not None
    joined, count, requested, number, version = row
    return Page(joined or b"", count, Cursor(requested, number) if count else None, version)


def rows(listing: Listing, column: str, plan: str | None = None) -> list[tuple[int, bytes, datetime, str]]:
    """One page as rows: key, document, requested time, number (for ``extensions=true``)."""
    statement, values = _prepare(listing, column, b"", plan, whole=False)
    return fetch(statement, values)


def document(jurisdiction: str, number: str, column: str) -> tuple[int, bytes] | None:
    """Key and document of one published service request."""
    row = fetch_one(_one(column), {"jurisdiction": jurisdiction, "number": number})
    return None if row is None else (row[0], row[1])


@cache
def _one(column: str) -> Statement:
    return Statement(
        select(Publication.service_request, getattr(Publication, column)).where(
            Publication.jurisdiction == JURISDICTION,
            Publication.service_request_id == bindparam("number", type_=Text()),
        )
    )


def _prepare(
    listing: Listing, column: str, separator: bytes, plan: str | None, *, whole: bool
) -> tuple[Statement, dict[str, Any]]:
    given = {name: parts for name, parts in listing.given.items() if parts}
    shape = _Shape(
        filters=tuple((name, tuple(isinstance(part, list) for part in parts)) for name, parts in sorted(given.items())),
        column=column,
        separator=separator,
        plan=plan or choose_plan(listing),
        by_distance=listing.by_distance,
        cursor=listing.cursor is not None,
        later=listing.page > 1 and listing.cursor is None,
        whole=whole,
    )
    values: dict[str, Any] = {"jurisdiction": listing.jurisdiction, "limit": listing.page_size}
    for name, parts in given.items():
        values |= FILTERS[name].values(parts)
    if listing.cursor:
        values |= {"after_time": listing.cursor.requested, "after_number": listing.cursor.service_request_id}
    elif shape.later:
        values["offset"] = (listing.page - 1) * listing.page_size
    return _statement(shape), values


@lru_cache(maxsize=1024)
def _statement(shape: _Shape) -> Statement:
    """Compile the SQL of a shape."""
    source = LINKS if any(name == "boundary" for name, _ in shape.filters) else PUBLICATIONS
    conditions = [Publication.jurisdiction == JURISDICTION]
    for name, lists in shape.filters:
        example: Parts = tuple([] if is_list else None for is_list in lists)
        conditions.append(FILTERS[name].keep(source, *FILTERS[name].parameters(example)))
    if shape.cursor:
        conditions.append(_after(source))
    keys = select(source.key.label("key"), source.requested.label("requested"))
    if source is LINKS:
        keys = keys.join(Publication, Publication.service_request == RequestBoundary.service_request)
    document = getattr(Publication, shape.column).label("document")
    number = Publication.service_request_id.label("number")
    limit: Any = bindparam("limit", type_=Integer())
    order = _order(shape, source)
    if shape.plan == "sort":
        found = keys.where(*conditions).cte("found").prefix_with("MATERIALIZED")
        keys = select(found.c.key, found.c.requested).order_by(found.c.requested.desc(), found.c.key.desc())
        listed = _with_documents(_paged(keys, shape, limit), document, number)
    elif shape.later:
        listed = _with_documents(_paged(keys.where(*conditions).order_by(*order), shape, limit), document, number)
    else:
        listed = keys.add_columns(document, number).where(*conditions).order_by(*order).limit(limit)
    if not shape.whole:
        inner = listed.subquery("page")
        return Statement(select(inner.c.key, inner.c.document, inner.c.requested, inner.c.number))
    inner = listed.subquery("page")
    separator: Any = literal_column(f"'\\x{shape.separator.hex()}'::bytea", type_=LargeBinary())
    return Statement(
        select(
            func.string_agg(inner.c.document, separator),
            func.count(),
            literal_column("(array_agg(page.requested))[count(*)]"),
            literal_column("(array_agg(page.number))[count(*)]"),
            VERSION,
        ).select_from(inner)
    )


def _paged(keys: Select[Any], shape: _Shape, limit: Any) -> Select[Any]:
    """A page of keys: pages after the first skip over an index, without touching the documents."""
    return keys.limit(limit).offset(bindparam("offset", type_=Integer())) if shape.later else keys.limit(limit)


def _with_documents(keys: Select[Any], document: Any, number: Any) -> Select[Any]:
    """Join the documents to a page of keys, in the order of the page."""
    page = keys.add_columns(func.row_number().over().label("place")).subquery("keys")
    return (
        select(page.c.key, page.c.requested, document, number)
        .join(Publication, Publication.service_request == page.c.key)
        .order_by(page.c.place)
    )


def _order(shape: _Shape, source: Source) -> list[Any]:
    """Newest first, the key as tie-break; or nearest first."""
    if shape.by_distance:
        middle = centre(*FILTERS["radius"].parameters((None, None)))
        return [func.ST_Distance(func.geography(Publication.point), func.geography(middle)), source.key.desc()]
    if shape.plan == "nearest":
        return [Publication.requested_datetime.op("<->")(FAR_FUTURE), source.key.desc()]
    return [source.requested.desc(), source.key.desc()]


def _after(source: Source) -> ColumnElement[bool]:
    """Later in the list than the cursor."""
    moment: Any = bindparam("after_time", type_=DateTime(timezone=True))
    other = Publication.__table__.alias()
    key = (
        select(other.c.service_request)
        .where(
            other.c.jurisdiction == JURISDICTION,
            other.c.service_request_id == bindparam("after_number", type_=Text()),
        )
        .scalar_subquery()
    )
    return and_(tuple_(source.requested, source.key) < tuple_(moment, func.coalesce(key, 0)))


def choose_plan(listing: Listing) -> str:
    """How to find the newest in a box; PostgreSQL cannot choose, as each way is another expression.

    ``sort``: few rows, take all and sort. ``nearest``: the index on place and time hands them over newest first.
    ``walk``: the box holds so much that walking back in time meets enough of it.
    """
    sides = listing.given.get("bbox") or listing.given.get("radius", ())[3:]
    if not sides or listing.by_distance or listing.given.get("boundary") or listing.cursor:
        return "walk"
    share, total = fetch_one(_SELECTIVITY, dict(zip(("west", "south", "east", "north"), sides, strict=True))) or (1, 0)
    if share * total <= SORT_AT_MOST:
        return "sort"
    return "nearest" if share < WALK_FROM else "walk"


_SELECTIVITY = Statement(
    text(
        """
        SELECT CASE WHEN EXISTS (
                   SELECT FROM pg_statistic JOIN pg_attribute ON attrelid = starelid AND attnum = staattnum
                   WHERE starelid = 'publication'::regclass AND attname = 'point')
               THEN _postgis_selectivity('publication', 'point', ST_MakeEnvelope(:west, :south, :east, :north, 4326))
               ELSE 0 END,
               (SELECT reltuples FROM pg_class WHERE oid = 'publication'::regclass)
        """
    )
)
"""The share of rows in a box by the statistics of ANALYZE (0 before the first), and the number of rows: 0.1 ms."""

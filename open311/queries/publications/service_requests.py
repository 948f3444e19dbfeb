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

from open311.models.cases.service_request import ServiceRequest
from open311.models.places.boundary import RequestBoundary
from open311.models.publications.publication import Publication
from open311.queries.publications.filters import FILTERS, LINKS, PUBLICATIONS, Parts, Source, centre
from open311.queries.publications.versions import VERSION
from open311.queries.reading import JURISDICTION, Statement, fetch, fetch_one

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
    listed = _listed(shape).subquery("page")
    if not shape.whole:
        return Statement(select(listed.c.key, listed.c.document, listed.c.requested, listed.c.number))
    separator: Any = literal_column(f"'\\x{shape.separator.hex()}'::bytea", type_=LargeBinary())
    return Statement(
        select(
            func.string_agg(listed.c.document, separator),
            func.count(),
            literal_column("(array_agg(page.requested))[count(*)]"),
            literal_column("(array_agg(page.number))[count(*)]"),
            VERSION,
        ).select_from(listed)
    )


def _listed(shape: _Shape) -> Select[Any]:
    """A page in its order: key, requested time, document, number."""
    source = LINKS if any(name == "boundary" for name, _ in shape.filters) else PUBLICATIONS
    conditions = _conditions(shape, source)
    found = select(source.key.label("key"), source.requested.label("requested"))
    if source is LINKS:
        found = found.join(Publication, Publication.service_request == RequestBoundary.service_request)
    if shape.by_distance:
        found = found.add_columns(_distance().label("distance"))
    document = getattr(Publication, shape.column).label("document")
    number = Publication.service_request_id.label("number")
    # A first page takes its documents along. Later ones skip over keys and fetch the documents at the end.
    if not shape.later:
        found = found.add_columns(document, number)
    if shape.plan == "nearest":
        found = _nearest(found, conditions, _LIMIT + _OFFSET if shape.later else _LIMIT)
    elif shape.plan == "sort":
        found = select(found.where(*conditions).cte("found").prefix_with("MATERIALIZED"))
    else:
        found = found.where(*conditions)
    page = _ordered(found, shape).limit(_LIMIT)
    if not shape.later:
        return page
    keys = page.offset(_OFFSET).subquery("keys")
    shown = select(*keys.c, document, number).join(Publication, Publication.service_request == keys.c.key)
    return _ordered(shown, shape)


_LIMIT: Any = bindparam("limit", type_=Integer())
_OFFSET: Any = bindparam("offset", type_=Integer())


def _conditions(shape: _Shape, source: Source) -> list[ColumnElement[bool]]:
    conditions = [Publication.jurisdiction == JURISDICTION]
    for name, lists in shape.filters:
        example: Parts = tuple([] if is_list else None for is_list in lists)
        conditions.append(FILTERS[name].keep(source, *FILTERS[name].parameters(example)))
    if shape.cursor:
        conditions.append(_after(source))
    return conditions


def _ordered(found: Select[Any], shape: _Shape) -> Select[Any]:
    """Newest first, or nearest first; the key as tie-break."""
    columns = found.selected_columns
    return found.order_by(columns.distance if shape.by_distance else columns.requested.desc(), columns.key.desc())


def _distance() -> ColumnElement[Any]:
    """Metres from the middle of the circle, on the spheroid."""
    middle = centre(*FILTERS["radius"].parameters((None, None)))
    return func.ST_Distance(func.geography(Publication.point), func.geography(middle))


def _nearest(found: Select[Any], conditions: list[ColumnElement[bool]], count: Any) -> Select[Any]:
    """So many rows as the index on place and time hands them over, newest first.

    The index knows no tie-break, so all that share the last moment come along.
    """
    order = Publication.requested_datetime.op("<->")(FAR_FUTURE)
    near = found.where(*conditions).order_by(order).fetch(count, with_ties=True)
    return select(near.cte("near").prefix_with("MATERIALIZED"))


def _after(source: Source) -> ColumnElement[bool]:
    """Later in the list than the cursor, whose case gives the tie-break even if it was taken back meanwhile."""
    moment: Any = bindparam("after_time", type_=DateTime(timezone=True))
    key = (
        select(ServiceRequest.key)
        .where(
            ServiceRequest.jurisdiction == JURISDICTION,
            ServiceRequest.service_request_id == bindparam("after_number", type_=Text()),
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
    if not sides or listing.by_distance or listing.given.get("boundary"):
        return "walk"
    given: dict[str, Any] = dict(zip(("west", "south", "east", "north"), sides, strict=True))
    for name in ("start", "end"):
        (given[name],) = listing.given.get(f"{name}_date", (None,))
    share, recent, total = fetch_one(_SELECTIVITY, given) or (1, 1, 0)
    if share * recent * total <= SORT_AT_MOST:
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
               coalesce((SELECT (coalesce(width_bucket(CAST(:end AS timestamptz), bounds), cardinality(bounds))
                                 - coalesce(width_bucket(CAST(:start AS timestamptz), bounds), 0) + 1.0)
                                / cardinality(bounds)
                         FROM (SELECT histogram_bounds::text::timestamptz[] AS bounds FROM pg_stats
                               WHERE tablename = 'publication' AND attname = 'requested_datetime') AS known
                        ), 1)::float8,
               (SELECT reltuples FROM pg_class WHERE oid = 'publication'::regclass)
        """
    )
)
"""The share of rows in a box and in a span of time by the statistics of ANALYZE (place 0 before the first), and the
number of rows: 0.2 ms."""

"""Published service requests: pages of them, and single ones. Only publications are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from open311.domain.place import Box
from open311.queries.filters import table
from open311.queries.filters.conditions import PUBLICATIONS, TAGGED
from open311.queries.filters.values import Area, Circle, Instant, Value
from open311.queries.places import near
from open311.queries.publications.versions import VERSION
from open311.queries.reading import Statement, fetch, fetch_one

MAX_SORTED_ROWS = 2_000
"""Up to this many rows in a box, all of them are fetched and sorted (``choose_plan``)."""
MIN_WALKED_SHARE = 0.05
"""From this share of all rows in a box on, the newest are found by walking back in time (``choose_plan``)."""


@dataclass(frozen=True)
class Cursor:
    """The last service request of a page, after which the next page continues."""

    requested: datetime
    service_request_id: str


@dataclass(frozen=True)
class Listing:
    """What is asked of the list of service requests. ``given`` holds the values of filters by their names."""

    jurisdiction: str
    given: Mapping[str, Value] = field(default_factory=dict)
    by_distance: bool = False
    page: int = 1
    page_size: int = 1000
    cursor: Cursor | None = None


@dataclass(frozen=True)
class Page:
    """A page of documents, newest first, joined by the separator that was asked for."""

    joined: bytes
    count: int
    last: Cursor | None
    version: str | None = None
    """The version of the published data that it shows (``versions.version``)."""


@dataclass(frozen=True, slots=True)
class Published:
    """One published service request with its document in the format that was asked for."""

    key: int
    document: bytes
    requested: datetime
    number: str
    changed: datetime
    """When anything public of it changed last (a closed one's ``updated_datetime`` is when it was closed)."""


@dataclass(frozen=True)
class _Shape:
    """Everything in a listing that its SQL depends on. Each shape is compiled once."""

    filters: table.Shape
    column: str
    separator: bytes
    plan: str
    by_distance: bool
    cursor: bool
    later: bool
    whole: bool


def page(listing: Listing, column: str, separator: bytes, plan: str | None = None) -> Page:
    """One page; PostgreSQL joins its ready-made documents of ``column`` (``json`` or ``xml``)."""
    statement, values = _prepare(listing, column, separator, plan, whole=True)
    row = fetch_one(statement, values)
    assert row is not None
    joined, count, requested, number, version = row
    return Page(joined or b"", count, Cursor(requested, number) if count else None, version)


def rows(listing: Listing, column: str, plan: str | None = None) -> list[Published]:
    """One page, each service request with its document of ``column``."""
    statement, values = _prepare(listing, column, b"", plan, whole=False)
    return [Published(*row) for row in fetch(statement, values)]


def one(jurisdiction: str, number: str, column: str) -> Published | None:
    """One published service request with its document of ``column``; None if no publication has the number."""
    row = fetch_one(_one(column), {"jurisdiction": jurisdiction, "number": number})
    return None if row is None else Published(*row)


@cache
def _one(column: str) -> Statement:
    return Statement(
        f"""
        SELECT service_request, {column}, requested_datetime, service_request_id, updated_datetime FROM publication
        WHERE jurisdiction = :jurisdiction AND service_request_id = :number
        """
    )


def _prepare(
    listing: Listing, column: str, separator: bytes, plan: str | None, *, whole: bool
) -> tuple[Statement, dict[str, Any]]:
    shape = _Shape(
        filters=table.shape_of(listing.given),
        column=column,
        separator=separator,
        plan=plan or choose_plan(listing),
        by_distance=listing.by_distance,
        cursor=listing.cursor is not None,
        later=listing.page > 1 and listing.cursor is None,
        whole=whole,
    )
    values: dict[str, Any] = {"jurisdiction": listing.jurisdiction, "limit": listing.page_size}
    values |= table.parameters(listing.given)
    if listing.cursor:
        values |= {"after_time": listing.cursor.requested, "after_number": listing.cursor.service_request_id}
    elif shape.later:
        values["offset"] = (listing.page - 1) * listing.page_size
    return _statement(shape), values


@lru_cache(maxsize=1024)
def _statement(shape: _Shape) -> Statement:
    """Compile the SQL of a shape."""
    listed = _listed(shape)
    if not shape.whole:
        return Statement(f"SELECT key, document, requested, number, changed FROM ({listed}) AS page")
    return Statement(
        f"""
        SELECT string_agg(page.document, '\\x{shape.separator.hex()}'::bytea), count(*),
               (array_agg(page.requested))[count(*)], (array_agg(page.number))[count(*)], {VERSION}
        FROM ({listed}) AS page
        """
    )


def _listed(shape: _Shape) -> str:
    """A page in its order: key, requested time, document, number.

    The first page takes its documents along. Later ones skip over keys and fetch the documents at the end.
    """
    order = f"{'distance' if shape.by_distance else 'requested DESC'}, key DESC"
    if not shape.later:
        return f"{_found(shape, _document(shape))} ORDER BY {order} LIMIT :limit"
    return f"""
        SELECT keys.*, {_document(shape)}
        FROM ({_found(shape)} ORDER BY {order} LIMIT :limit OFFSET :offset) AS keys
        JOIN publication ON publication.service_request = keys.key
        ORDER BY {order}"""


def _document(shape: _Shape) -> str:
    changed = "" if shape.whole else ", publication.updated_datetime AS changed"
    return f"publication.{shape.column} AS document, publication.service_request_id AS number{changed}"


def _found(shape: _Shape, *columns: str) -> str:
    """What the filters keep, before order and limit, in the way of the plan (``choose_plan``)."""
    source = TAGGED if any(name == "boundary" for name, _ in shape.filters) else PUBLICATIONS
    conditions = ["publication.jurisdiction = :jurisdiction", *table.conditions(source, shape.filters)]
    if shape.cursor:
        conditions.append(_AFTER.format(requested=source.requested, key=source.key))
    selected = [f"{source.key} AS key", f"{source.requested} AS requested", *columns]
    if shape.by_distance:
        selected.append(f"{_DISTANCE} AS distance")
    tags = "request_boundary JOIN publication USING (service_request)" if source is TAGGED else "publication"
    found = f"SELECT {', '.join(selected)} FROM {tags} WHERE {' AND '.join(conditions)}"
    if shape.plan == "nearest":
        count = f"{_LIMIT} + CAST(:offset AS bigint)" if shape.later else _LIMIT
        found = f"{found} ORDER BY {_FROM_THE_FUTURE} FETCH FIRST ({count}) ROWS WITH TIES"
    return found if shape.plan == "walk" else f"WITH found AS MATERIALIZED ({found}) SELECT * FROM found"


_LIMIT = "CAST(:limit AS bigint)"
_DISTANCE = near.distance("publication.point", near.point(":radius_long", ":radius_lat"))
# The nearest neighbors in time of a moment far ahead are the newest. The index does not break ties, hence WITH TIES.
_FROM_THE_FUTURE = "publication.requested_datetime <-> '9999-01-01'::timestamptz"
# A cursor's case breaks ties between service requests of the same moment, even if it is not published any more.
_AFTER = """({requested}, {key}) < (CAST(:after_time AS timestamptz), coalesce((
    SELECT c.key FROM service_request c
    WHERE c.jurisdiction = :jurisdiction AND c.service_request_id = :after_number), 0))"""


def choose_plan(listing: Listing) -> str:
    """How to find the newest in a box. PostgreSQL cannot choose, because each way is another expression.

    ``sort``: the box holds few rows, so all are fetched and sorted. ``nearest``: the index on place and time returns
    them newest first. ``walk``: the box holds so many rows that walking back in time meets enough of them.
    """
    box = _box(listing)
    if box is None or listing.by_distance or "boundary" in listing.given:
        return "walk"
    start, end = (_at(listing.given.get(name)) for name in ("start_date", "end_date"))
    given = {"west": box.west, "south": box.south, "east": box.east, "north": box.north, "start": start, "end": end}
    share, recent, total = fetch_one(_SELECTIVITY, given) or (1, 1, 0)
    if share * recent * total <= MAX_SORTED_ROWS:
        return "sort"
    return "nearest" if share < MIN_WALKED_SHARE else "walk"


def _box(listing: Listing) -> Box | None:
    area = listing.given.get("bbox") or listing.given.get("radius")
    return area.box if isinstance(area, Area | Circle) else None


def _at(value: Value | None) -> datetime | None:
    return value.at if isinstance(value, Instant) else None


# By the statistics of ANALYZE, the share of rows in a box (0 before the first ANALYZE) and in a span of time, and the
# number of rows. It takes 0.2 ms.
_SELECTIVITY = Statement(
    f"""
    SELECT CASE WHEN EXISTS (
               SELECT FROM pg_statistic JOIN pg_attribute ON attrelid = starelid AND attnum = staattnum
               WHERE starelid = 'publication'::regclass AND attname = 'point')
           THEN _postgis_selectivity('publication', 'point', {near.box()})
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

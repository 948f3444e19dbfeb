"""From a query string to a listing: the arguments are those of the filters, and page, order and cursor."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime

from werkzeug.datastructures import MultiDict

from open311.api.faults import Faults, repeated
from open311.api.window import NINETY_DAYS, longest_window
from open311.catalog.city import Jurisdiction
from open311.domain.errors import InvalidArgument
from open311.domain.moment import write_moment
from open311.queries.filters import table
from open311.queries.filters.conditions import Source
from open311.queries.filters.readers import Asker, layer_meant
from open311.queries.filters.values import Boundaries, Instant, Value
from open311.queries.places.boundaries import unknown
from open311.queries.publications.service_requests import Cursor, Listing

MAX_PAGE_SIZE = 1000
"""Most service requests on a page."""
NAMED_PAGE_SIZE = 2**31 - 1
"""Page size where service requests are named by number: all of them."""
MAX_PAGE = 2_000_000
"""Pages are not numbered beyond this; there is nothing on them."""

FILTER_PARAMETERS = frozenset(table.parameters_of(Source.PUBLICATIONS))
"""Every parameter by which published service requests are narrowed."""
PARAMETERS = FILTER_PARAMETERS | {"page", "page_size", "cursor", "sort", "extensions"}
"""Every parameter of ``GET requests`` besides ``jurisdiction_id`` and ``api_key``; each is in ``openapi.yaml``."""
_KNOWN = PARAMETERS | {"jurisdiction_id", "api_key"}


def listing(arguments: MultiDict[str, str], jurisdiction: Jurisdiction, now: datetime) -> Listing:
    """What is asked of the list of service requests.

    A list of numbers overrides everything else, which is not even looked at then (GeoReport v2).

    :raises InvalidArgument: with everything that cannot be read or contradicts itself, and for a span of more than 90
        days.
    """
    if "service_request_id" in arguments:
        numbers = {"service_request_id": arguments.getlist("service_request_id")}
        if named := _read(numbers, jurisdiction):
            return Listing(jurisdiction.key, named, page_size=NAMED_PAGE_SIZE)
    faults = Faults()
    given: dict[str, Value] = faults.of(lambda: filters(arguments, jurisdiction), {})
    for name in ("sort", "cursor", "page", "page_size"):
        faults.add(*repeated(name, arguments.getlist(name)))
    sort = _first(arguments, "sort") or "newest"
    if sort not in ("newest", "distance"):
        faults.add(f"sort is newest or distance, not {sort!r}")
    if sort == "distance" and "radius" not in given and not faults.found:
        faults.add("sort=distance needs lat and long")
    written = _first(arguments, "cursor")
    cursor = faults.of(lambda: read_cursor(written), None) if written else None
    if cursor and sort == "distance":
        faults.add("cursor goes with sort=newest; use page with sort=distance")
    window: dict[str, Value] = faults.of(lambda: _window(given, now, jurisdiction.timezone), {})
    page = faults.of(lambda: whole(arguments, "page", 1, MAX_PAGE), 1)
    page_size = faults.of(lambda: whole(arguments, "page_size", MAX_PAGE_SIZE, MAX_PAGE_SIZE), MAX_PAGE_SIZE)
    faults.check()
    return Listing(
        jurisdiction.key,
        given | window,
        by_distance=sort == "distance",
        page=page,
        page_size=page_size,
        cursor=cursor,
    )


def filters(arguments: MultiDict[str, str], jurisdiction: Jurisdiction) -> dict[str, Value]:
    """What is asked of each filter, by its name.

    :raises InvalidArgument: when a parameter cannot be read.
    """
    for name in arguments:
        if name not in _KNOWN and (layer := layer_meant(name, jurisdiction.layers)):
            raise InvalidArgument(f"{name} is no parameter; write boundary={layer}:{arguments[name].strip() or 'CODE'}")
    return _read({name: arguments.getlist(name) for name in FILTER_PARAMETERS if name in arguments}, jurisdiction)


def check_boundaries(jurisdiction: str, given: Mapping[str, Value]) -> None:
    """Make sure that nothing was found because there is nothing, and not because a boundary is not there.

    :raises InvalidArgument: when a boundary that is asked for, or its vintage, is not loaded or not in force.
    """
    named = given.get("boundary")
    if isinstance(named, Boundaries) and (fault := unknown(jurisdiction, named.names)):
        raise InvalidArgument(f"boundary: {fault}; GET boundaries lists what there is")


def _read(sent: Mapping[str, list[str]], jurisdiction: Jurisdiction) -> dict[str, Value]:
    values, faults = table.read(Source.PUBLICATIONS, sent, Asker(jurisdiction))
    if faults:
        # The sentence about a circle says itself which of its three parameters is meant.
        said = [fault if name == "radius" else f"{name}: {fault}" for name, fault in faults.items()]
        raise InvalidArgument(said[0], also=said[1:])
    return values


def _window(given: Mapping[str, Value], now: datetime, zone: str) -> dict[str, Value]:
    """The span of requested times: at most 90 days, by default the last 90.

    ``updated_after`` or ``updated_before`` without a span replace the default, since old requests that were closed
    today would never be seen otherwise. The default begins at a whole minute, so that the same question stays the same
    for a while (conditional GET).
    """
    start, end = (_at(given.get(name)) for name in ("start_date", "end_date"))
    if not start and not end:
        if "updated_after" in given or "updated_before" in given:
            return {}
        return {"start_date": Instant(now.astimezone(UTC).replace(second=0, microsecond=0) - NINETY_DAYS)}
    start, end = longest_window(start, end, zone, end_is_day=_is_day(given.get("end_date")))
    ends = {"start_date": start, "end_date": end}
    return {name: Instant(at) for name, at in ends.items() if at is not None}


def _at(value: Value | None) -> datetime | None:
    return value.at if isinstance(value, Instant) else None


def _is_day(value: Value | None) -> bool:
    return isinstance(value, Instant) and value.day


def _first(arguments: MultiDict[str, str], name: str) -> str:
    """The first value of a parameter; empty if it is not given."""
    return arguments[name].strip() if name in arguments else ""


def whole(arguments: MultiDict[str, str], name: str, default: int, most: int) -> int:
    """A whole number from 1; ``most`` if it is more than that.

    :raises InvalidArgument: when it is anything else.
    """
    text = _first(arguments, name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not text.strip("0"):
        raise InvalidArgument(f"{name} is a whole number from 1, not {text!r}")
    return most if len(text.lstrip("0")) > 9 else min(int(text), most)


def write_cursor(cursor: Cursor) -> str:
    """Write a cursor as the opaque text that ``Link`` carries."""
    plain = f"{write_moment(cursor.requested)} {cursor.service_request_id}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_cursor(written: str) -> Cursor:
    """Read where a page continues.

    :raises InvalidArgument: when this server did not write the text.
    """
    try:
        plain = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)).decode()
        moment, number = plain.split(" ", 1)
        cursor = Cursor(datetime.fromisoformat(moment), number)
        if number and "\0" not in number and write_cursor(cursor) == written:
            return cursor
    except (ValueError, OverflowError):
        pass
    raise InvalidArgument("cursor is not one that this server gave")

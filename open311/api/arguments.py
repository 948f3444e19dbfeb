"""From a query string to a listing: the arguments are those of the filters, plus page and order."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from open311.catalog.city import Jurisdiction
from open311.domain.errors import InvalidArgument, TooMuchAsked
from open311.domain.moment import write_moment
from open311.queries.publications.filters import FILTERS, Parts
from open311.queries.publications.service_requests import Cursor, Listing

WINDOW = timedelta(days=90)
"""The longest span of requested times (GeoReport v2, GET Service Requests)."""
MOST = 1000
"""Service requests on a page."""
EVERY = 2**31 - 1
"""As many on a page as are named by number."""

SHORT = {"ward": "boundary"}
"""Parameters that stand for a boundary of the layer of their name: ``ward=5`` is ``boundary=ward:5``."""

PARAMETERS = {*FILTERS, *SHORT, "lat", "long", "page", "page_size", "cursor", "sort", "extensions"}
"""Every parameter of ``GET requests`` besides ``jurisdiction_id`` and ``api_key``; each stands in openapi.yaml."""


def listing(arguments: MultiDict[str, str], jurisdiction: Jurisdiction, now: datetime) -> Listing:
    """What is asked of the list of service requests.

    A list of numbers overrides everything else, which then is not even looked at (GeoReport v2).

    :raises InvalidArgument: a parameter that cannot be read, or parameters that contradict each other.
    :raises TooMuchAsked: a span of more than 90 days, a page of more than 1,000.
    """
    by_number = _read("service_request_id", arguments.getlist("service_request_id"), jurisdiction)
    if by_number:
        return Listing(jurisdiction.key, {"service_request_id": by_number}, page_size=EVERY)
    given = filters(arguments, jurisdiction)
    sort = _one(arguments, "sort") or "newest"
    if sort not in ("newest", "distance"):
        raise InvalidArgument(f"sort is newest or distance, not {sort!r}")
    if sort == "distance" and "radius" not in given:
        raise InvalidArgument("sort=distance needs lat, long and radius")
    word = _one(arguments, "cursor")
    cursor = read_cursor(word) if word else None
    if cursor and sort == "distance":
        raise InvalidArgument("cursor goes with sort=newest; use page with sort=distance")
    return Listing(
        jurisdiction.key,
        given | _window(given, now, jurisdiction.timezone),
        by_distance=sort == "distance",
        page=whole(arguments, "page", 1, None),
        page_size=whole(arguments, "page_size", MOST, MOST),
        cursor=cursor,
    )


def filters(arguments: MultiDict[str, str], jurisdiction: Jurisdiction) -> dict[str, Parts]:
    """What is asked of each filter that is given.

    :raises InvalidArgument: a parameter that cannot be read.
    """
    texts = {name: arguments.getlist(name) for name in FILTERS if name in arguments and name != "radius"}
    for name, target in SHORT.items():
        codes = [code.strip() for code in arguments.getlist(name) if code.strip()]
        if codes:
            texts[target] = [*texts.get(target, []), *(f"{name}:{code}" for code in codes)]
    circle = [_one(arguments, name) for name in ("long", "lat", "radius")]
    if any(circle):
        if not all(circle):
            raise InvalidArgument("lat, long and radius go together")
        texts["radius"] = [",".join(circle)]
    return {name: parts for name, given in texts.items() if (parts := _read(name, given, jurisdiction))}


def _read(name: str, texts: list[str], jurisdiction: Jurisdiction) -> Parts:
    """The values of one filter; nothing where it was given empty."""
    texts = [text for text in texts if text.strip()]
    if not texts:
        return ()
    try:
        return FILTERS[name].read(texts, jurisdiction)
    except ValueError as fault:
        # Three parameters are read as one here, and the fault names which.
        raise InvalidArgument(str(fault) if name == "radius" else f"{name}: {fault}") from None


def _window(given: Mapping[str, Parts], now: datetime, zone: str) -> dict[str, Parts]:
    """The span of requested times: 90 days at most, the last 90 by default.

    ``updated_after`` or ``updated_before`` alone replace the default: else old requests closed today are never seen.
    The default's ends are whole minutes, so that the same question stays the same for a while (conditional GET).
    """
    start: datetime | None = given["start_date"][0] if "start_date" in given else None
    end: datetime | None = given["end_date"][0] if "end_date" in given else None
    if start and end:
        if too_long(start, end, zone):
            raise TooMuchAsked("start_date and end_date may not span more than 90 days")
        return {}
    if not start and not end:
        if "updated_after" in given or "updated_before" in given:
            return {}
        return {"start_date": (now.astimezone(UTC).replace(second=0, microsecond=0) - WINDOW,)}
    try:
        return {"end_date": (start + WINDOW,)} if start else {"start_date": (end - WINDOW,)}  # type: ignore[operator]
    except OverflowError:
        return {}


def too_long(start: datetime, end: datetime, zone: str) -> bool:
    """Whether more than 90 days lie between, by the city's clocks too: when summer ends, its days have an hour more."""
    if not WINDOW < end - start <= WINDOW + timedelta(hours=2):
        return end - start > WINDOW
    try:
        began, ended = (each.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for each in (start, end))
    except OverflowError:  # at the end of all years
        return True
    return ended - began > WINDOW


def _one(arguments: MultiDict[str, str], name: str) -> str:
    """The first value of a parameter, or nothing."""
    return arguments[name].strip() if name in arguments else ""


def whole(arguments: MultiDict[str, str], name: str, default: int, most: int | None) -> int:
    """A whole number from 1.

    :raises InvalidArgument: for anything else.
    :raises TooMuchAsked: for more than ``most``.
    """
    text = _one(arguments, name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not int(text[:10]) > 0:
        raise InvalidArgument(f"{name} is a whole number from 1, not {text!r}")
    number = int(text[:10])
    if most and number > most:
        raise TooMuchAsked(f"{name} is at most {most}")
    return min(number, 2_000_000)


def write_cursor(cursor: Cursor) -> str:
    """The opaque word that ``Link`` carries."""
    plain = f"{write_moment(cursor.requested)} {cursor.service_request_id}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_cursor(word: str) -> Cursor:
    """Where a page goes on.

    :raises InvalidArgument: for a word that this server did not write.
    """
    try:
        plain = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode()
        moment, number = plain.split(" ", 1)
        cursor = Cursor(datetime.fromisoformat(moment), number)
        if number and "\0" not in number and write_cursor(cursor) == word:
            return cursor
    except (ValueError, OverflowError):
        pass
    raise InvalidArgument("cursor is not one that this server gave")

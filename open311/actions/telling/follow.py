"""Follow a service request, a service, a boundary or an area; say yes to it, and end it."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, defer, transaction
from open311.actions.telling.links import use
from open311.adapters.push import Browser
from open311.domain.contact import email_address, phone_number
from open311.domain.errors import InvalidArgument, UnknownBoundary, UnknownService, UnknownServiceRequest
from open311.domain.moment import now
from open311.domain.place import Point
from open311.models.telling.subscription import Followed

Address = str | Browser
"""Where somebody is reached: by mail, by telephone, or in a browser that asked for it."""
MOST_METRES = 5_000
"""Of a radius."""


class How(TypedDict, total=False):
    """How a follower wants to hear: ``daily`` in one letter instead of at once, in which ``language``."""

    daily: bool
    language: str


@transaction
def follow_request(
    environment: Environment,
    jurisdiction: str,
    number: str,
    address: Address,
    **how: Unpack[How],
) -> None:
    """Ask an address whether it wants to follow a public service request. It does not say whether it did already.

    :raises UnknownServiceRequest: there is none that everybody may see.
    :raises InvalidArgument: the address is none.
    """
    row = (
        connection()
        .execute(
            "SELECT service_request FROM publication WHERE jurisdiction = %s AND service_request_id = %s",
            (jurisdiction, number),
        )
        .fetchone()
    )
    if row is None:
        raise UnknownServiceRequest(f"no service request {number!r}")
    what = {"followed": Followed.REQUEST, "service_request": row[0]}
    _follow(environment, jurisdiction, what, address, **how)


@transaction
def follow_service(
    environment: Environment,
    jurisdiction: str,
    code: str,
    address: Address,
    **how: Unpack[How],
) -> None:
    """Ask an address whether it wants to hear of all reports of a service.

    :raises UnknownService: there is none.
    """
    if code not in environment.city.jurisdictions[jurisdiction].services:
        raise UnknownService(f"no service {code!r}")
    what = {"followed": Followed.SERVICE, "service_code": code}
    _follow(environment, jurisdiction, what, address, **how)


@transaction
def follow_boundary(
    environment: Environment,
    jurisdiction: str,
    boundary: str,
    address: Address,
    **how: Unpack[How],
) -> None:
    """Ask an address whether it wants to hear of all reports in a boundary (``layer:code``).

    :raises UnknownBoundary: it is not loaded.
    """
    layer, _, code = boundary.partition(":")
    known = connection().execute(
        "SELECT 1 FROM boundary b JOIN boundary_layer l ON l.key = b.layer"
        " WHERE l.jurisdiction = %s AND l.layer = %s AND b.code = %s LIMIT 1",
        (jurisdiction, layer, code),
    )
    if not known.fetchone():
        raise UnknownBoundary(f"no boundary {boundary!r}")
    what = {"followed": Followed.BOUNDARY, "boundary": boundary}
    _follow(environment, jurisdiction, what, address, **how)


@transaction
def follow_radius(
    environment: Environment,
    jurisdiction: str,
    centre: Point,
    metres: float,
    address: Address,
    **how: Unpack[How],
) -> None:
    """Ask an address whether it wants to hear of all reports around a place.

    :raises InvalidArgument: the circle is too large.
    """
    if not 0 < metres <= MOST_METRES:
        raise InvalidArgument(f"a radius is at most {MOST_METRES} metres")
    circle: Any = (
        connection()
        .execute(
            "SELECT ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography, %s, 32)::geometry)",
            (centre.long, centre.lat, metres),
        )
        .fetchone()
    )
    what = {"followed": Followed.RADIUS, "area": circle[0]}
    _follow(environment, jurisdiction, what, address, **how)


@transaction
def follow_area(
    environment: Environment,
    jurisdiction: str,
    geojson: str,
    address: Address,
    **how: Unpack[How],
) -> None:
    """Ask an address whether it wants to hear of all reports in an area that was drawn (a GeoJSON polygon).

    :raises InvalidArgument: it is no polygon.
    """
    connection().execute("SAVEPOINT area")
    try:
        row: Any = (
            connection()
            .execute("SELECT ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_GeomFromGeoJSON(%s)), 3))", (geojson,))
            .fetchone()
        )
        empty: Any = connection().execute("SELECT ST_IsEmpty(%s::geometry)", (row[0],)).fetchone()
    except Exception:
        connection().execute("ROLLBACK TO SAVEPOINT area")
        raise InvalidArgument("an area is a polygon in GeoJSON") from None
    if empty[0]:
        raise InvalidArgument("an area is a polygon in GeoJSON")
    _follow(environment, jurisdiction, {"followed": Followed.AREA, "area": row[0]}, address, **how)


_ADD = """
INSERT INTO subscription (jurisdiction, followed, service_request, service_code, boundary, area, channel, address,
                          push_key, push_secret, rhythm, language, confirmed_at)
SELECT %(jurisdiction)s, %(followed)s, %(service_request)s, %(service_code)s, %(boundary)s, %(area)s::geometry,
       %(channel)s, %(address)s, %(push_key)s, %(push_secret)s, %(rhythm)s, %(language)s, %(confirmed_at)s
WHERE NOT EXISTS (
    SELECT FROM subscription s
    WHERE s.channel = %(channel)s AND lower(s.address) = lower(%(address)s) AND s.jurisdiction = %(jurisdiction)s
      AND s.followed = %(followed)s AND s.service_request IS NOT DISTINCT FROM %(service_request)s
      AND s.service_code IS NOT DISTINCT FROM %(service_code)s AND s.boundary IS NOT DISTINCT FROM %(boundary)s
      AND coalesce(s.area = %(area)s::geometry, true) AND (s.ended_at IS NULL OR s.service_request IS NOT NULL)
)
ON CONFLICT DO NOTHING RETURNING key
"""
# Who ended it may want it again: then they are asked again, once a day at most, where they have to be asked.
_AGAIN = """
UPDATE subscription SET ended_at = NULL, confirmed_at = %(confirmed_at)s, rhythm = %(rhythm)s,
                        push_key = %(push_key)s, push_secret = %(push_secret)s, created_at = clock_timestamp()
WHERE service_request = %(service_request)s AND channel = %(channel)s AND lower(address) = lower(%(address)s)
  AND (ended_at < now() - interval '1 day' OR (ended_at IS NOT NULL AND channel = 'push')) RETURNING key
"""


def _follow(
    environment: Environment,
    jurisdiction: str,
    what: dict[str, Any],
    address: Address,
    *,
    daily: bool = False,
    language: str = "",
) -> None:
    given = {
        **dict.fromkeys(("service_request", "service_code", "boundary", "area")),
        "jurisdiction": jurisdiction,
        **_reached(environment, address),
        "rhythm": "daily" if daily else "instant",
        "language": language or None,
        **what,
    }
    row = connection().execute(_ADD, given).fetchone() or connection().execute(_AGAIN, given).fetchone()
    if row and not given["confirmed_at"]:
        connection().execute(
            "INSERT INTO message (event, about, subscription, channel, address, state)"
            " VALUES ('confirm', %s, %s, %s, %s, 'waiting') ON CONFLICT DO NOTHING",
            (f"confirm:{row[0]}:{now().date()}", row[0], given["channel"], given["address"]),
        )
        defer(environment, "send_messages")


def _reached(environment: Environment, address: Address) -> dict[str, Any]:
    """How somebody is reached. Who sits at a browser said yes to it already; any other address is asked first."""
    nothing = dict.fromkeys(("push_key", "push_secret", "confirmed_at"))
    if isinstance(address, Browser):
        if environment.push is None:
            raise InvalidArgument("no browser is told anything here")
        keys = {"push_key": address.key, "push_secret": address.secret, "confirmed_at": now()}
        return {"channel": "push", "address": address.endpoint, **keys}
    if email := email_address(address):
        return {"channel": "email", "address": email, **nothing}
    if phone := phone_number(address):
        return {"channel": "sms", "address": phone, **nothing}
    raise InvalidArgument("an e-mail address is like name@example.org")


@transaction
def confirm(token: str) -> None:
    """Say yes, by a link; again, it changes nothing. A reporter's address is known to be theirs then.

    :raises UnknownLink: the link is not valid.
    """
    link = use(token, "confirm")
    connection().execute(
        "UPDATE subscription SET confirmed_at = coalesce(confirmed_at, %s), ended_at = NULL WHERE key = %s",
        (now(), link["subscription"]),
    )
    connection().execute(
        "UPDATE contact_point c SET verified_at = coalesce(c.verified_at, %s) FROM subscription s"
        " JOIN reporter_link l ON l.service_request = s.service_request WHERE s.key = %s AND s.reporter"
        " AND c.person = l.person AND c.kind = 'email' AND lower(c.value) = lower(s.address)",
        (now(), link["subscription"]),
    )


@transaction
def end(token: str) -> None:
    """Stop writing, by a link; again, it changes nothing.

    :raises UnknownLink: the link is not valid.
    """
    link = use(token, "end")
    connection().execute(
        "UPDATE subscription SET ended_at = coalesce(ended_at, %s) WHERE key = %s", (now(), link["subscription"])
    )


@transaction
def end_other(token: str, what: str) -> None:
    """Stop writing to the same address of something else (the UUID of a subscription), or of everything (``all``).

    :raises UnknownLink: the link is not valid.
    """
    link = use(token, "end")
    connection().execute(
        "UPDATE subscription s SET ended_at = coalesce(s.ended_at, %s) FROM subscription mine"
        " WHERE mine.key = %s AND s.channel = mine.channel AND lower(s.address) = lower(mine.address)"
        " AND %s IN ('all', s.uuid::text)",
        (now(), link["subscription"], what),
    )

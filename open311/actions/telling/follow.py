"""Follow a service request, a service, a boundary or an area: whoever is behind the address is asked first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, Unpack

import psycopg

from open311.actions.base.environment import Environment
from open311.actions.base.reach import check_reachable
from open311.actions.base.transaction import connection, defer, transaction, write, write_returning
from open311.adapters.push import Browser
from open311.domain.boundary_name import BoundaryName
from open311.domain.channel import Channel
from open311.domain.contact import EXTENSION, email_address, phone_number
from open311.domain.errors import InvalidArgument, UnknownBoundary, UnknownService, UnknownServiceRequest
from open311.domain.moment import now
from open311.domain.news import Target, TargetKind
from open311.domain.place import Point
from open311.queries.places.boundaries import is_in_force
from open311.queries.reading import Statement
from open311.queries.telling.targets import Area, circle, polygon, public_request

Address = str | Browser
"""Where somebody is reached: an e-mail address, a phone number, or a browser that asked for it."""
MAX_RADIUS_METRES = 5_000
"""The largest circle that can be followed."""


class How(TypedDict, total=False):
    """How a follower wants to be told: ``daily`` in one message instead of at once, and in which ``language``."""

    daily: bool
    language: str


@transaction
def follow_request(
    environment: Environment, jurisdiction: str, number: str, address: Address, **how: Unpack[How]
) -> None:
    """Follow a public service request. Whether the address did already is not told.

    :raises UnknownServiceRequest: when there is no such public service request.
    :raises InvalidArgument: when the address is not one.
    """
    found = public_request(number, [jurisdiction])
    if found is None:
        raise UnknownServiceRequest(f"no service request {number!r}")
    target = Target(TargetKind.SERVICE_REQUEST, str(found.key))
    _follow(environment, jurisdiction, target, address, service_request=found.key, **how)


@transaction
def follow_service(
    environment: Environment, jurisdiction: str, code: str, address: Address, **how: Unpack[How]
) -> None:
    """Follow all reports of a service.

    :raises UnknownService: when there is no such service.
    :raises InvalidArgument: when the address is not one.
    """
    if code not in environment.city.jurisdictions[jurisdiction].services:
        raise UnknownService(f"no service {code!r}")
    _follow(environment, jurisdiction, Target(TargetKind.SERVICE, code), address, **how)


@transaction
def follow_boundary(
    environment: Environment, jurisdiction: str, boundary: str, address: Address, **how: Unpack[How]
) -> None:
    """Follow all reports in a boundary (``layer:code``), in whichever vintage is in force.

    :raises UnknownBoundary: when no vintage in force has it.
    :raises InvalidArgument: when the address is not one.
    """
    if not _is_in_force(jurisdiction, boundary):
        raise UnknownBoundary(f"no boundary {boundary!r}")
    _follow(environment, jurisdiction, Target(TargetKind.BOUNDARY, boundary), address, **how)


def _is_in_force(jurisdiction: str, boundary: str) -> bool:
    try:
        name = BoundaryName.read(boundary)
    except ValueError:
        return False
    return str(name) == boundary and not name.vintage and is_in_force(jurisdiction, name)


@transaction
def follow_radius(
    environment: Environment, jurisdiction: str, centre: Point, metres: float, address: Address, **how: Unpack[How]
) -> None:
    """Follow all reports around a place.

    :raises InvalidArgument: when the circle is too large, or the address is not one.
    """
    if not 0 < metres <= MAX_RADIUS_METRES:
        raise InvalidArgument(f"a radius is at most {MAX_RADIUS_METRES} metres")
    area = circle(centre, metres)
    _follow(environment, jurisdiction, Target(TargetKind.RADIUS, area.digest), address, area=area, **how)


@transaction
def follow_area(
    environment: Environment, jurisdiction: str, geojson: str, address: Address, **how: Unpack[How]
) -> None:
    """Follow all reports in an area that was drawn (a GeoJSON polygon).

    :raises InvalidArgument: when it is not a polygon, or the address is not one.
    """
    try:
        with connection().transaction():  # a savepoint: PostGIS is who knows what GeoJSON is
            area = polygon(geojson)
    except psycopg.Error:
        area = None
    if area is None:
        raise InvalidArgument("an area is a polygon in GeoJSON")
    _follow(environment, jurisdiction, Target(TargetKind.AREA, area.digest), address, area=area, **how)


# Whoever ended it may want it again. They are asked again then, but no more than once a day.
_FOLLOW = Statement(
    """
    INSERT INTO subscription (jurisdiction, target, service_request, area, channel, address, push_key, push_secret,
                              rhythm, language, confirmed_at)
    VALUES (:jurisdiction, :target, :service_request, CAST(:area AS geometry), :channel, :address, :push_key,
            :push_secret, :rhythm, :language, :confirmed_at)
    ON CONFLICT (jurisdiction, target, channel, lower(address)) DO UPDATE SET
        ended_at = NULL, bounced_at = NULL, confirmed_at = excluded.confirmed_at, rhythm = excluded.rhythm,
        push_key = excluded.push_key, push_secret = excluded.push_secret, created_at = clock_timestamp()
    WHERE subscription.ended_at < now() - interval '1 day' OR (subscription.ended_at IS NOT NULL AND (
        excluded.confirmed_at IS NOT NULL
        OR NOT EXISTS (SELECT FROM message m WHERE m.subscription = subscription.key AND m.event = 'confirm'
                                               AND m.created_at > now() - interval '1 day')))
    RETURNING key
    """
)
_ASK = Statement(
    """
    INSERT INTO message (event, about, subscription, channel, address, state)
    VALUES ('confirm', :about, :subscription, :channel, :address, 'waiting') ON CONFLICT DO NOTHING
    """
)


def _follow(
    environment: Environment,
    jurisdiction: str,
    target: Target,
    address: Address,
    *,
    service_request: int | None = None,
    area: Area | None = None,
    daily: bool = False,
    language: str = "",
) -> None:
    receiver = _receiver(environment, address, environment.city.jurisdictions[jurisdiction].country)
    given = {
        "jurisdiction": jurisdiction,
        "target": str(target),
        "service_request": service_request,
        "area": area.geometry if area else None,
        "channel": receiver.channel,
        "address": receiver.address,
        "push_key": receiver.push_key,
        "push_secret": receiver.push_secret,
        "rhythm": "daily" if daily else "instant",
        "language": language or None,
        "confirmed_at": receiver.confirmed_at,
    }
    for (key,) in write_returning(_FOLLOW, given):
        if receiver.confirmed_at is None:
            write(_ASK, {**given, "subscription": key, "about": f"confirm:{key}:{now().date()}"})
            defer(environment, "send_messages")


@dataclass(frozen=True, slots=True)
class _Receiver:
    """How somebody is reached, and since when they are known to want it."""

    channel: Channel
    address: str
    push_key: str | None = None
    push_secret: str | None = None
    confirmed_at: datetime | None = None


def _receiver(environment: Environment, address: Address, country: str) -> _Receiver:
    """Return how an address is reached. Whoever sits at a browser has agreed already; any other address is asked."""
    if isinstance(address, Browser):
        if environment.push is None:
            raise InvalidArgument("no browser is told anything here")
        return _Receiver(Channel.PUSH, address.endpoint, address.key, address.secret, confirmed_at=now())
    if email := email_address(address):
        check_reachable(environment, email)
        return _Receiver(Channel.EMAIL, email)
    phone = phone_number(address, country)
    if phone and EXTENSION not in phone:
        return _Receiver(Channel.SMS, phone)
    raise InvalidArgument("an e-mail address is like name@example.org")

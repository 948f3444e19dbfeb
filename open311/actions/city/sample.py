"""Invent service requests: a sample to look at, or a million to measure with. Equal seeds give equal cities."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from shapely import box, contains_xy, from_wkb, prepare
from shapely.geometry.base import BaseGeometry

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, transaction, wait_for, write
from open311.actions.city.import_batch import CASES_PER_BATCH, Case, add_cases, analyze
from open311.catalog.city import Jurisdiction
from open311.domain.definition import Service, ServiceType
from open311.domain.exposure import Publishing, first_moderation
from open311.domain.intake import Intake
from open311.domain.lifecycle import Outcome, Status
from open311.domain.place import Box
from open311.models.locks import Lock
from open311.models.publications.publication import PublicationChange
from open311.queries.places.boundaries import city_area
from open311.queries.reading import Statement

SAMPLE_ORIGIN = "sample"
"""The ``service_request.origin`` of the sample's cases."""
SAMPLE_SEED = 311
"""The default seed of the random numbers that the sample is made from."""

STREETS = (
    *("Alder St", "Birch St", "Chapel Ave", "Depot St", "Elm Ter", "Foundry St", "Garden Ave", "Harbor Rd"),
    *("Ivy Ln", "Juniper St", "Kiln St", "Linden Ave", "Mill Rd", "Nettle St", "Orchard St", "Park Ave"),
)
"""Invented street names."""
ENDINGS = (
    (0.78, Outcome.RESOLVED, "Done: our crew took care of it. This is sample data."),
    (0.10, Outcome.NOT_FOUND, "Our crew looked and could not find it. This is sample data."),
    (0.07, Outcome.NO_ACTION_NEEDED, "We looked; nothing needs to be done. This is sample data."),
    (0.05, Outcome.NOT_RESPONSIBLE, "This belongs to somebody else; we passed it on. This is sample data."),
)
"""How closed cases ended: the share of the cases, the outcome, the public text."""
UNDER_WAY = (Status.RECEIVED, Status.RECEIVED, Status.ACKNOWLEDGED, Status.IN_PROGRESS)
"""The states of open cases; one that stands here twice is twice as likely."""
CHANNELS = (*[Intake.APP] * 2, *[Intake.WEB] * 2, *[Intake.PHONE] * 3, Intake.SOCIAL)
"""The channels that cases came by; one that stands here twice is twice as likely."""
CLUSTER_COUNT = 60
"""The number of points around which the sample's cases are scattered."""

_REWRITE_HISTORY = Statement("SET LOCAL open311.rewrite_history = 'on'")
_UNTAG = Statement(
    """
    DELETE FROM request_boundary USING service_request r
    WHERE request_boundary.service_request = r.key AND r.origin = :origin AND r.jurisdiction = :jurisdiction
    """
)
_REMOVE = Statement("DELETE FROM service_request WHERE origin = :origin AND jurisdiction = :jurisdiction")


def invented(
    jurisdiction: Jurisdiction,
    count: int,
    until: datetime,
    days: int,
    seed: int = SAMPLE_SEED,
    area: BaseGeometry | None = None,
) -> Iterator[Case]:
    """Invent cases of the ``days`` before ``until``: in clusters, mostly of a few services, mostly closed.

    They lie in the ``area``, or without one in the city's bounds.
    """
    chance = random.Random(seed)
    services = [
        service
        for service in jurisdiction.services.values()
        if service.type is not ServiceType.BLACKBOX
        and not service.retired
        and service.publishing is not Publishing.PRIVATE
    ]
    weights = [1 / rank for rank in range(1, len(services) + 1)]
    chance.shuffle(services)
    places = _places(chance, area or _bounds(jurisdiction))
    for number, service in enumerate(chance.choices(services, weights, k=count)):
        long, lat = next(places)
        requested = (until - timedelta(days=days * chance.random())).replace(microsecond=0)
        yield _case(chance, jurisdiction, service, number, requested, until, long, lat)


def _bounds(jurisdiction: Jurisdiction) -> BaseGeometry:
    bounds = jurisdiction.bounds or Box(-75.28, 39.87, -74.96, 40.13)
    return box(bounds.west, bounds.south, bounds.east, bounds.north)


def _places(chance: random.Random, area: BaseGeometry) -> Iterator[tuple[float, float]]:
    """Draw longitudes and latitudes inside an area, around some centers."""
    prepare(area)
    west, south, east, north = area.bounds
    spread = (east - west) / 25

    def inside(draw: Callable[[], tuple[float, float]]) -> tuple[float, float]:
        while True:
            long, lat = (round(each, 6) for each in draw())
            if contains_xy(area, long, lat):
                return long, lat

    centers = [inside(lambda: (chance.uniform(west, east), chance.uniform(south, north))) for _ in range(CLUSTER_COUNT)]
    while True:
        x, y = chance.choice(centers)
        yield inside(lambda: (chance.gauss(x, spread), chance.gauss(y, spread)))  # noqa: B023


def _case(
    chance: random.Random,
    jurisdiction: Jurisdiction,
    service: Service,
    number: int,
    requested: datetime,
    until: datetime,
    long: float,
    lat: float,
) -> Case:
    address = f"{chance.randrange(1, 9000)} {chance.choice(STREETS)}"
    expected = jurisdiction.calendar.due(requested, service.resolve) if service.resolve else None
    promised = (expected - requested) if expected else timedelta(days=10)
    closed = requested + promised * math.exp(chance.gauss(-0.7, 0.8))
    is_closed = closed < until and chance.random() > 0.06
    outcome, text = _ending(chance) if is_closed else (None, None)
    status = Status.CLOSED if is_closed else chance.choice(UNDER_WAY)
    closed = closed.replace(microsecond=0)
    word = chance.choice(service.keywords) if service.keywords else service.service_name
    return Case(
        service_request_id=f"S{number + 1:07d}",
        service_code=service.service_code,
        service_name=service.service_name,
        department=service.department,
        agency_responsible=service.agency_responsible,
        service_notice=service.service_notice or None,
        description=f"{word.capitalize()} near {address}. This is sample data.",
        status=status,
        outcome=outcome,
        status_notes=text,
        long=long,
        lat=lat,
        address=address,
        address_id=None,
        zipcode=None,
        media_url=None,
        requested_datetime=requested,
        updated_datetime=closed if is_closed else requested,
        expected_datetime=expected,
        closed_datetime=closed if is_closed else None,
        channel=chance.choice(CHANNELS),
        moderation=first_moderation(service.publishing),
    )


def _ending(chance: random.Random) -> tuple[Outcome, str]:
    drawn = chance.random()
    for share, outcome, text in ENDINGS:
        drawn -= share
        if drawn < 0:
            return outcome, text
    return ENDINGS[0][1], ENDINGS[0][2]


def load_sample(
    environment: Environment, jurisdiction: Jurisdiction, count: int, until: datetime, days: int = 730
) -> Iterator[int]:
    """Add a sample inside the boundaries that are loaded; yield how many cases are done so far.

    Each case says in its text and ``origin`` what it is.
    """
    shape = city_area(jurisdiction)
    cases = invented(jurisdiction, count, until.astimezone(UTC), days, area=from_wkb(shape) if shape else None)
    done = 0
    while batch := list(islice(cases, CASES_PER_BATCH)):
        add_cases(environment, jurisdiction.key, SAMPLE_ORIGIN, batch)
        done += len(batch)
        yield done
    analyze()


@transaction
def remove_sample(jurisdiction: str) -> int:
    """Remove the sample with its history; return how many cases it had."""
    write(_REWRITE_HISTORY)
    wait_for(Lock.BOUNDARIES)  # a layer that is being loaded would tag cases that are gone
    given = {"origin": SAMPLE_ORIGIN, "jurisdiction": jurisdiction}
    write(_UNTAG, given)
    add(PublicationChange, {"jurisdiction": jurisdiction})
    return write(_REMOVE, given)

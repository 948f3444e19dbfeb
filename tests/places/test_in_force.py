"""Which vintage of a layer is in force: from its first day to its last, by the city's clock, wherever that is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.base.environment import Environment
from open311.actions.city.load_city import load_city
from open311.actions.places.follow_vintages import follow_vintages
from open311.actions.places.load_boundaries import load_boundaries
from open311.actions.telling.follow import follow_boundary
from open311.catalog.city import Jurisdiction
from open311.domain.errors import UnknownBoundary
from open311.domain.exposure import Precision
from open311.domain.place import Point
from open311.queries.places import boundaries
from tests.conftest import API
from tests.places.layers import EAST, WEST, layer_file, square

HERE = "phila.gov"
AHEAD, BEHIND = "Pacific/Kiritimati", "Etc/GMT+12"
"""Between them every moment is of another day than UTC's in at least one."""
DAY = timedelta(days=1)


@pytest.fixture
def in_zone(environment: Environment, city: Any) -> Callable[[str], date]:
    """Move the city to a time zone; answers its day there."""

    def run(zone: str) -> date:
        here = replace(environment.city.jurisdictions[HERE], timezone=zone)
        load_city(replace(environment, city=replace(environment.city, jurisdictions={HERE: here})))
        return datetime.now(ZoneInfo(zone)).date()

    return run


@pytest.fixture
def load(phila: Jurisdiction, city: Any, tmp_path: Path) -> Callable[..., None]:
    """Load one ward of a code as a vintage of the same name."""

    def run(code: str, where: Any = WEST, **when: date | None) -> None:
        file = layer_file(tmp_path, (code, square(*where)), name=code)
        load_boundaries([phila], phila.layers["ward"], file, vintage=code, **when)

    return run


def current(client: FlaskClient) -> list[str]:
    return [layer["vintage"] for layer in client.get(f"{API}/boundaries.json").get_json() if layer["current"]]


@pytest.mark.parametrize("zone", [AHEAD, BEHIND, "America/New_York"])
@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        (0, None, True),
        (1, None, False),
        (-1, None, True),
        (None, 0, True),
        (None, -1, False),
        (None, 1, True),
        (0, 0, True),
        (-9, -1, False),
        (1, 9, False),
        (None, None, True),
    ],
)
def test_a_vintage_is_in_force_from_its_first_to_its_last_day_of_the_city(
    client: FlaskClient,
    in_zone: Callable[[str], date],
    load: Callable[..., None],
    zone: str,
    first: int | None,
    last: int | None,
    holds: bool,
) -> None:
    today = in_zone(zone)
    days = [None if each is None else today + each * DAY for each in (first, last)]
    load("1", valid_from=days[0], valid_to=days[1])
    assert current(client) == (["1"] if holds else [])


def test_where_the_newest_vintage_has_ended_the_one_before_that_still_holds_is_in_force(
    client: FlaskClient, load: Callable[..., None]
) -> None:
    load("1")
    load("2", valid_from=date(2020, 1, 1), valid_to=date(2021, 12, 31))
    assert current(client) == ["1"]


def test_a_vintage_that_has_ended_is_found_by_nothing_that_asks_for_today(
    client: FlaskClient, environment: Environment, load: Callable[..., None], report: Any
) -> None:
    number, here = report(long="-75.2"), environment.city.jurisdictions[HERE]
    load("1", valid_to=date(2015, 12, 31))
    point = Point(-75.2, 39.9526)
    assert boundaries.boundaries_at(HERE, point) == frozenset()
    assert boundaries.choices(here) == []
    assert boundaries.named_boundaries(here) == {}
    assert client.get(f"{API}/boundaries/ward.geojson").status_code == 404
    assert client.get(f"{API}/requests.json?ward=1").status_code == 400
    with pytest.raises(UnknownBoundary):
        follow_boundary(environment, HERE, "ward:1", "ann@example.org")
    listed = client.get(f"{API}/requests.json?boundary=ward@1:1").get_json()
    assert [row["service_request_id"] for row in listed] == [number]


@pytest.mark.parametrize("written", ["ward:2", "ward@1:1", "ward: 1", "1", "", "castle:1"])
def test_only_a_boundary_in_force_can_be_followed(
    environment: Environment, load: Callable[..., None], written: str
) -> None:
    load("1")
    with pytest.raises(UnknownBoundary):
        follow_boundary(environment, HERE, written, "ann@example.org")
    follow_boundary(environment, HERE, "ward:1", "ann@example.org")


@pytest.fixture
def next_day(city: Connection) -> Callable[[], None]:
    """Let a day pass: every first and last day of a vintage is one day nearer."""
    return lambda: (
        city.execute(text("UPDATE boundary_layer SET valid_from = valid_from - 1, valid_to = valid_to - 1")) and None
    )


def test_the_passing_of_a_day_is_noticed_once_and_makes_old_answers_stale(
    city: Connection,
    client: FlaskClient,
    environment: Environment,
    in_zone: Callable[[str], date],
    load: Callable[..., None],
    report: Any,
    next_day: Callable[[], None],
) -> None:
    number, today = report(long="-75.2"), in_zone("America/New_York")
    load("1", WEST, valid_to=today)
    load("2", WEST, valid_from=today + DAY)
    follow_vintages(environment)
    assert follow_vintages(environment) == []
    question = f"{API}/requests.json?boundary=ward:2"
    assert client.get(question).status_code == 400
    changes = text("SELECT count(*) FROM publication_change WHERE jurisdiction = :here")
    before = city.execute(changes, {"here": HERE}).scalar_one()
    next_day()
    assert follow_vintages(environment) == [f"{HERE}: ward"]
    assert follow_vintages(environment) == []
    assert [row["service_request_id"] for row in client.get(question).get_json()] == [number]
    assert client.get(f"{API}/requests.json?ward=1").status_code == 400
    assert city.execute(changes, {"here": HERE}).scalar_one() == before + 1


@pytest.mark.parametrize("happens", ["begins", "ends", "is loaded", "is loaded again"])
def test_places_that_are_published_as_a_boundary_are_rendered_again_when_another_vintage_is_in_force(
    city: Connection,
    with_parts: Callable[..., Environment],
    environment: Environment,
    load: Callable[..., None],
    in_zone: Callable[[str], date],
    next_day: Callable[[], None],
    happens: str,
) -> None:
    service = environment.city.jurisdictions[HERE].services["SR-CL01"]
    located = replace(service, location=Precision.BOUNDARY, location_layer="ward")
    here = replace(environment.city.jurisdictions[HERE], services={"SR-CL01": located})
    today = in_zone("America/New_York")
    changed = with_parts(city=replace(environment.city, jurisdictions={HERE: here}))
    load("1")
    load("2", EAST, valid_from=today + (DAY if happens == "begins" else -DAY), valid_to=today + DAY)
    if happens == "ends":
        next_day()
    follow_vintages(changed)
    city.execute(text("DELETE FROM procrastinate_jobs"))
    if happens.startswith("is"):
        load("1" if happens == "is loaded" else "2", EAST, valid_from=today)
    else:
        next_day()
    assert follow_vintages(changed) == [f"{HERE}: ward"]
    queued = city.execute(text("SELECT task_name, args->>'service_code' FROM procrastinate_jobs")).all()
    assert [tuple(row) for row in queued] == [("republish_service", "SR-CL01")]


def test_a_zone_that_the_database_does_not_know_stops_nothing(
    client: FlaskClient, environment: Environment, city: Connection, load: Callable[..., None]
) -> None:
    here = replace(environment.city.jurisdictions[HERE], timezone="Moon/Tranquility")
    load_city(replace(environment, city=replace(environment.city, jurisdictions={HERE: here})))
    load("1")
    assert current(client) == ["1"]

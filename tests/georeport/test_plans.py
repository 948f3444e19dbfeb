"""Each way to find a page (``queries/publications/service_requests``: ``plan``) gives what a plain reference gives."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from shapely.geometry import Point, shape
from sqlalchemy import Connection, text
from werkzeug.datastructures import MultiDict

from open311.actions.city.import_batch import Case
from open311.api.arguments import listing
from open311.catalog.city import Jurisdiction
from open311.domain.moment import now
from open311.queries.publications.service_requests import Cursor, Listing, choose_plan, page, rows
from tests.georeport.conftest import ago, case

WARDS = Path(__file__).resolve().parents[2] / "config" / "sample" / "wards.geojson"
SERVICES = ("SR-CL01", "SR-ST01", "SR-ST02")
WORDS = ("wall", "door", "tree", "lamp")
STEP = 0.0001
"""Points lie on a grid of this side; boxes end between its lines, or on one."""


def invented(chance: random.Random, count: int) -> Iterator[Case]:
    """Cases that share few moments, so that pages end within one; some have no place."""
    moments = [ago(days=chance.uniform(0, 80)) for _ in range(count // 6)]
    for number in range(count):
        point = (chance.gauss(-75.16, 0.02), chance.gauss(39.955, 0.02)) if chance.random() < 0.9 else (None, None)
        long, lat = (round(degrees, 4) if degrees else None for degrees in point)
        requested = chance.choice(moments)
        yield case(
            str(number),
            requested,
            long=long,
            lat=lat,
            service_code=chance.choice(SERVICES),
            status=chance.choice(("received", "closed")),
            description=" ".join(chance.sample(WORDS, 2)),
        )


def asked(chance: random.Random) -> dict[str, str]:
    """A question as it comes in a query."""
    given: dict[str, str] = {}
    if chance.random() < 0.4:
        given["status"] = chance.choice(("open", "closed"))
    if chance.random() < 0.3:
        given["service_code"] = ",".join(chance.sample(SERVICES, chance.choice((1, 2))))
    if chance.random() < 0.3:
        given["q"] = chance.choice(WORDS)
    if chance.random() < 0.3:
        given["start_date"] = ago(days=chance.randrange(1, 80)).isoformat()
    if chance.random() < 0.3:
        given["ward"] = chance.choice("4567")
    if chance.random() < 0.5:
        edge = chance.choice((0, STEP / 2))
        west, south = round(chance.gauss(-75.17, 0.01), 4) - edge, round(chance.gauss(39.945, 0.01), 4) - edge
        given["bbox"] = f"{west:.5f},{south:.5f},{west + 0.04:.5f},{south + 0.03:.5f}"
    if chance.random() < 0.5:
        given |= {"long": "-75.16", "lat": "39.955", "radius": str(chance.choice((200, 1500, 4000)))}
    return given


class Reference:
    """All cases in the order of their keys, and the question answered one case after the other."""

    def __init__(self, city: Connection, cases: list[Case]) -> None:
        self._keys = dict(city.execute(text("SELECT service_request_id, key FROM service_request")).all())
        self._cases = sorted(cases, key=lambda each: self._keys[each.service_request_id])
        features = json.loads(WARDS.read_text())["features"]
        self._wards = {str(each["properties"]["ward"]): shape(each["geometry"]) for each in features}
        metres = text(
            "SELECT service_request_id, ST_Distance(geography(point), geography('SRID=4326;POINT(-75.16 39.955)'))"
            " FROM publication WHERE point IS NOT NULL"
        )
        self._metres = dict(city.execute(metres).all())

    def answer(self, given: dict[str, str], *, by_distance: bool = False) -> list[str]:
        """The numbers of the whole list."""
        kept = [each for each in self._cases if self._is_kept(each, given)]
        kept.sort(key=lambda each: self._keys[each.service_request_id], reverse=True)
        if by_distance:
            kept.sort(key=lambda each: self._metres[each.service_request_id])
        else:
            kept.sort(key=lambda each: each.requested_datetime, reverse=True)
        return [each.service_request_id for each in kept]

    def _is_kept(self, each: Case, given: dict[str, str]) -> bool:
        long, lat, description = each.long, each.lat, each.description or ""
        is_open = "open" if each.status == "received" else "closed"
        if given.get("status", is_open) != is_open or each.service_code not in given.get(
            "service_code", each.service_code
        ):
            return False
        if given.get("q", description.split()[0]) not in description.split():
            return False
        if "start_date" in given and each.requested_datetime.isoformat() < given["start_date"]:
            return False
        if long is None or lat is None:
            return not {"ward", "bbox", "radius"} & set(given)
        if "ward" in given and not self._wards[given["ward"]].intersects(Point(long, lat)):
            return False
        if "radius" in given and self._metres[each.service_request_id] > float(given["radius"]):
            return False
        west, south, east, north = map(float, given.get("bbox", "-180,-90,180,90").split(","))
        return west <= long <= east and south <= lat <= north


def found(question: Listing, plan: str) -> list[str]:
    """A page by its rows; the joined page must hold the same."""
    listed = rows(question, "json", plan)
    whole = page(question, "json", b"\n", plan)
    assert whole.joined == b"\n".join(row.document for row in listed)
    assert whole.count == len(listed)
    assert whole.last == (Cursor(listed[-1].requested, listed[-1].number) if listed else None)
    return [row.number for row in listed]


@pytest.fixture
def reference(city: Connection, put: Any, request: pytest.FixtureRequest) -> Reference:
    cases = list(invented(random.Random(request.getfixturevalue("seed")), 300))
    put(*cases)
    return Reference(city, cases)


def question_of(given: dict[str, str], phila: Jurisdiction, **place: Any) -> Listing:
    return replace(listing(MultiDict(given), phila, now()), **place)


@pytest.mark.parametrize("seed", range(3))
def test_every_plan_gives_every_page_of_the_reference(phila: Jurisdiction, reference: Reference, seed: int) -> None:
    chance = random.Random(seed)
    sizes = []
    for _ in range(10):
        given = asked(chance)
        whole = reference.answer(given)
        size = chance.choice((2, 7, 40))
        for plan in ("sort", "nearest", "walk"):
            cursor = None
            for start in range(0, min(len(whole) + 1, size * 3), size):
                told = (plan, given, size, start)
                number = start // size + 1
                assert (
                    found(question_of(given, phila, page=number, page_size=size), plan) == whole[start : start + size]
                ), told
                if start:
                    assert cursor, told
                following = question_of(given, phila, page_size=size, cursor=cursor)
                assert found(following, plan) == whole[start : start + size], told
                cursor = page(following, "json", b",", plan).last
        sizes.append(len(whole))
    assert min(sizes) < 10 < max(sizes)


@pytest.mark.parametrize("seed", [9])
def test_pages_by_distance_are_those_of_the_reference(phila: Jurisdiction, reference: Reference, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(10):
        given = {"long": "-75.16", "lat": "39.955", "radius": "3000", **asked(chance)}
        whole = reference.answer(given, by_distance=True)
        question = question_of({**given, "sort": "distance"}, phila, page_size=7)
        for plan in (choose_plan(question), "sort", "walk"):
            for number in (1, 2, 3):
                listed = found(replace(question, page=number), plan)
                assert listed == whole[(number - 1) * 7 : number * 7], (plan, given, number)


BOX = "bbox=-75.1700,39.9500,-75.1500,39.9600"


@pytest.mark.parametrize("seed", [0])
@pytest.mark.parametrize(
    ("query", "plan"),
    [(BOX, "sort"), ("status=open", "walk"), (f"{BOX}&ward=5", "walk"), ("lat=39.95&long=-75.16&radius=500", "sort")],
)
def test_a_plan_is_chosen_for_boxes_and_circles(
    city: Connection, phila: Jurisdiction, reference: Reference, query: str, plan: str, seed: int
) -> None:
    for analyzed in (False, True):
        if analyzed:
            city.execute(text("ANALYZE publication"))
        assert choose_plan(question_of(dict(parse_qsl(query)), phila)) == plan

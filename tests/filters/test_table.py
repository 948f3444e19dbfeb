"""The table of filters: every filter works on every source that it names, and the public ones are published."""

from __future__ import annotations

from typing import Any

import pytest

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import set_visibility
from open311.catalog.city import Jurisdiction
from open311.domain.boundary_name import BoundaryName
from open311.domain.case_ref import CaseRef
from open311.domain.moment import now
from open311.domain.place import Box, Point
from open311.domain.roles import Grant, Role
from open311.queries.cases import case_list
from open311.queries.cases.case_list import Asked
from open311.queries.cases.queues import Viewer
from open311.queries.filters import table
from open311.queries.filters.conditions import Source
from open311.queries.filters.readers import Asker
from open311.queries.filters.table import FILTERS
from open311.queries.filters.values import AnyOf, Area, Boundaries, Circle, Equal, Value
from open311.queries.publications import service_requests
from open311.queries.publications.service_requests import Listing
from tests.conftest import PLACE
from tests.contract.openapi import followed, openapi

CITY = "phila.gov"
LONG_AGO, FAR_AHEAD = "1990-01-01T00:00:00Z", "9000-01-01T00:00:00Z"
NEAR: dict[str, str] = {"lat": PLACE["lat"], "long": PLACE["long"], "radius": "5"}

QUESTIONS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "service_request_id": ({"service_request_id": "{number}"}, {"service_request_id": "0"}),
    "service_code": ({"service_code": "SR-ST01,SR-CL01"}, {"service_code": "SR-ST01"}),
    "status": ({"status": "open"}, {"status": "closed"}),
    "start_date": ({"start_date": LONG_AGO}, {"start_date": FAR_AHEAD}),
    "end_date": ({"end_date": FAR_AHEAD}, {"end_date": LONG_AGO}),
    "updated_after": ({"updated_after": LONG_AGO}, {"updated_after": FAR_AHEAD}),
    "updated_before": ({"updated_before": FAR_AHEAD}, {"updated_before": LONG_AGO}),
    "boundary": ({"boundary": "ward@sample:5", "ward": "5"}, {"ward": "1"}),
    "bbox": ({"bbox": "-75.2,39.9,-75.1,40.0"}, {"bbox": "-75.0,39.9,-74.9,40.0"}),
    "radius": (NEAR, {**NEAR, "lat": "40"}),
    "q": ({"q": "purple graffiti"}, {"q": "purple cow"}),
    "detailed_status": ({"detailed_status": "received"}, {"detailed_status": "closed"}),
    "department": ({"department": "clip"}, {"department": "streets,water"}),
    "assignee": ({"assignee": "none"}, {"assignee": "me"}),
    "priority": ({"priority": "0"}, {"priority": "2"}),
    "channel": ({"channel": "api"}, {"channel": "phone"}),
}
"""For each filter a question that keeps a certain report, and one that does not."""


def test_every_filter_is_asked_here() -> None:
    assert QUESTIONS.keys() == FILTERS.keys()


def asked_of(phila: Jurisdiction, source: Source, question: dict[str, str]) -> dict[str, Value]:
    """The values of a question, which can be read."""
    values, faults = table.read(source, {name: [text] for name, text in question.items()}, Asker(phila, account=1))
    assert faults == {}
    return values


def listed(source: Source, given: dict[str, Value]) -> list[str]:
    """The numbers of what is kept, as the public or staff see it."""
    if source is Source.PUBLICATIONS:
        return [row.number for row in service_requests.rows(Listing(CITY, given), "json")]
    viewer = Viewer(CITY, 1, (Grant(Role.SUPERVISOR),), now(), now())
    return [row.number for row in case_list.page(viewer, Asked(given=given), "ward")]


@pytest.mark.parametrize(
    ("name", "source"), [(name, source) for name, each in FILTERS.items() for source in each.on], ids=str
)
def test_a_filter_keeps_what_it_says_and_nothing_else_of_each_source(
    report: Any, phila: Jurisdiction, name: str, source: Source
) -> None:
    number = report(description="Purple graffiti")
    for question, kept in zip(QUESTIONS[name], ([number], []), strict=True):
        given = asked_of(phila, source, {key: text.format(number=number) for key, text in question.items()})
        assert given.keys() == {name}
        assert listed(source, given) == kept


def test_every_public_filter_is_in_the_contract_and_no_other() -> None:
    parameters = openapi()["paths"]["/requests.{format}"]["get"]["parameters"]
    published = {followed(each)["name"] for each in parameters if followed(each)["in"] == "query"}
    assert published >= set(table.parameters_of(Source.PUBLICATIONS))
    staff = set(table.parameters_of(Source.CASES)) - set(table.parameters_of(Source.PUBLICATIONS))
    assert not published & staff


def test_staff_find_a_private_case_by_its_place_and_nobody_else_does(
    report: Any, phila: Jurisdiction, environment: Environment
) -> None:
    number = report()
    set_visibility(environment, CaseRef(CITY, number), Actor("staff"), private=True)
    for name in ("bbox", "radius", "boundary"):
        question, _ = QUESTIONS[name]
        assert listed(Source.CASES, asked_of(phila, Source.CASES, question)) == [number]
        assert listed(Source.PUBLICATIONS, asked_of(phila, Source.PUBLICATIONS, question)) == []


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ({"status": "open,closed"}, {}),
        ({"status": " "}, {}),
        ({"service_code": "a, b,a"}, {"service_code": AnyOf(("a", "b"))}),
        ({"bbox": "1,2,3,4"}, {"bbox": Area(Box(1, 2, 3, 4))}),
        ({"long": "1", "lat": "2", "radius": "3"}, {"radius": Circle(Point(1, 2), 3)}),
        ({"assignee": "none"}, {"assignee": Equal(None)}),
        ({"assignee": "me"}, {"assignee": Equal(1)}),
        (
            {"boundary": "ward@2019:5", "ward": "6"},
            {"boundary": Boundaries((BoundaryName("ward", "5", "2019"), BoundaryName("ward", "6")))},
        ),
        ({"unknown": "x"}, {}),
    ],
    ids=str,
)
def test_texts_become_typed_values(phila: Jurisdiction, question: dict[str, str], value: dict[str, Value]) -> None:
    assert asked_of(phila, Source.CASES, question) == value


@pytest.mark.parametrize(
    ("question", "name", "fault"),
    [
        ({"lat": "1"}, "radius", "lat and long go together"),
        ({"bbox": "1,2,3"}, "bbox", "minLong,minLat,maxLong,maxLat as decimal numbers expected, not '1,2,3'"),
        ({"boundary": "5"}, "boundary", "layer:code or layer@vintage:code expected, not '5'"),
        ({"boundary": "moon:5"}, "boundary", "no boundary layer 'moon'"),
        ({"service_code": " , "}, "service_code", "nothing stands between the commas"),
        ({"detailed_status": "open"}, "detailed_status", "'open' is not one of received"),
        ({"assignee": "ann"}, "assignee", "Nobody is called ann"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_said_by_the_name_of_the_filter(
    phila: Jurisdiction, question: dict[str, str], name: str, fault: str
) -> None:
    values, faults = table.read(Source.CASES, {key: [text] for key, text in question.items()}, Asker(phila))
    assert values == {}
    assert faults.keys() == {name}
    assert faults[name].startswith(fault)


def test_values_of_one_shape_share_their_sql(phila: Jurisdiction) -> None:
    one, other, several = (
        table.shape_of(asked_of(phila, Source.CASES, {"service_code": text, "ward": "5"})) for text in ("a", "b", "a,b")
    )
    assert one == other != several

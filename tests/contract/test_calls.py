"""Every call that is served stands in ``schemas/openapi.yaml``, with what it reads and refuses, and the reverse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, Request
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from open311.api.arguments import FILTER_PARAMETERS, PARAMETERS
from open311.api.problems import STATUS, status_of
from open311.domain import errors
from open311.domain.errors import (
    Conflict,
    DatabaseAway,
    InvalidArgument,
    InvalidDraft,
    KeyRefused,
    KeyReused,
    LastAdministrator,
    MissingArgument,
    MissingJurisdiction,
    NotAllowed,
    OutcomeUnknown,
    Refusal,
    RequestsHidden,
    SignInRefused,
    StepRefused,
    TooManyRequests,
    TooMuchAsked,
    UnknownBoundary,
    UnknownJurisdiction,
    UnknownLink,
    UnknownPhoto,
    UnknownService,
    UnknownServiceRequest,
    UnknownToken,
)
from open311.entrypoints.georeport.service_requests import LINES, PERSONAL
from open311.web.gate import declared
from open311.wire.formats import FORMATS
from tests.conftest import API, PLACE
from tests.contract.openapi import followed, openapi, operations

CALLS = {operation["operationId"]: (path, method, operation) for path, method, operation in operations()}
READS = {
    "getDiscovery",
    "getServices",
    "getServiceDefinition",
    "getServiceRequests",
    "getServiceRequest",
    "getServiceRequestIdFromToken",
    "getServiceRequestUpdates",
    "getBoundaryLayers",
    "getBoundaryShapes",
    "getBoundaryShape",
}
WRITES = {"postServiceRequest", "postServiceRequestUpdate"}
"""The calls of the API; the others are pages and files."""

# Routes

BESIDES = {("GET", "/docs/static/{}"), ("GET", "/docs/openapi.yaml"), ("GET", "/health/live"), ("GET", "/health/ready")}
"""What the reference needs for itself, and what is there for whoever watches the server."""


def spelled(path: str, suffixes: list[str]) -> Iterator[str]:
    """A path with each of its suffixes, the names in it left open."""
    for suffix in suffixes if "{format}" in path else [""]:
        yield re.sub(r"\{\w+\}", "{}", path.replace("{format}", suffix))


def described() -> Iterator[tuple[str, str]]:
    for path, method, operation in operations():
        formats = [each for each in map(followed, operation.get("parameters", ())) if each["name"] == "format"]
        suffixes = formats[0]["schema"]["enum"] if formats else []
        for server in openapi()["paths"][path].get("servers", openapi()["servers"]):
            for each in spelled(path, suffixes):
                yield method.upper(), server["url"].rstrip("/") + each


def served(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint in declared(app):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.replace("<suffix:suffix>", ".{format}"))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            for each in spelled(path, list(FORMATS)):
                yield method, each


def test_what_is_served_is_described_and_what_is_described_is_served(app: Flask) -> None:
    here, there = set(served(app)) - BESIDES, set(described())
    missing, too_many = here - there, there - here
    assert (missing, too_many) == (set(), set()), "describe what is missing in schemas/openapi.yaml, or take it away"


# Parameters


def query_of(operation_id: str) -> set[str]:
    parameters = map(followed, CALLS[operation_id][2]["parameters"])
    return {each["name"] for each in parameters if each["in"] == "query"}


def test_the_feed_has_every_filter_and_parameter_of_the_code() -> None:
    assert query_of("getServiceRequestsFeed") == {*FILTER_PARAMETERS, "cursor"} | EVERYWHERE


def fields(schema: dict[str, Any]) -> Iterator[str]:
    """The fields of a form."""
    for part in schema.get("allOf", ()):
        yield from fields(followed(part))
    yield from schema["properties"]


def form_of(operation_id: str) -> set[str]:
    content = CALLS[operation_id][2]["requestBody"]["content"]
    return {name for media in content.values() for name in fields(followed(media["schema"]))}


EVERYWHERE = {"jurisdiction_id", "api_key"}


def test_the_list_of_service_requests_has_every_filter_and_parameter_of_the_code() -> None:
    assert query_of("getServiceRequests") == PARAMETERS | EVERYWHERE


def test_a_report_has_every_field_of_the_code() -> None:
    others = {"service_code", "lat", "long", "description", "client_request_id", "media", "media_url"}
    lines = {name for given in LINES.values() for name in given}
    assert form_of("postServiceRequest") == {*lines, *PERSONAL} | others | EVERYWHERE


NOT_KEPT = {"postServiceRequestUpdate": {"first_name", "last_name", "email", "phone"}}
"""What clients send after mySociety's specification, and this server has no use for."""
SENT: dict[str, dict[str, str]] = {
    "postServiceRequest": {"service_code": "SR-CL01", "attribute[property_type]": "public", **PLACE},
    "postServiceRequestUpdate": {"update_id": "1", "status": "CLOSED", "description": "Cleaned."},
}


@pytest.fixture
def read() -> set[str]:
    """The names of the parameters that the server looked at."""
    return set()


@pytest.fixture
def watched(app: Flask, client: FlaskClient, read: set[str], monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The client of a server that notes which parameters it looks at; limits are on, for they look at the key."""

    class Noted(MultiDict[str, str]):
        def __getitem__(self, name: str) -> str:
            read.add(name)
            return super().__getitem__(name)

        def __contains__(self, name: object) -> bool:
            read.add(str(name))
            return super().__contains__(name)

        def getlist(self, name: str, *args: Any) -> list[Any]:  # type: ignore[override]
            read.add(name)
            return super().getlist(name, *args)

    class NotedRequest(Request):
        parameter_storage_class = Noted

    monkeypatch.setattr(app, "request_class", NotedRequest)
    monkeypatch.setitem(app.extensions, "api", replace(app.extensions["api"], reads_per_minute=1000))
    return client


@pytest.mark.parametrize("call", sorted(READS | WRITES))
def test_a_call_reads_the_parameters_that_are_described_and_no_others(
    watched: FlaskClient, read: set[str], report: Any, api_key: str, call: str
) -> None:
    number = report()
    path, method, _ = CALLS[call]
    address = path.format(
        format="json", service_code="SR-CL01", service_request_id=number, token_id="none", layer="ward", code="1"
    )
    # All in the query: what stands in a form is not asked of the query any more. With a key no kept answer serves.
    sent = {"api_key": api_key, **SENT.get(call, {})}
    if call == "postServiceRequestUpdate":
        sent["service_request_id"] = number
    read.clear()
    answer = watched.open(f"{API}{address}", method=method.upper(), query_string=sent)
    assert answer.status_code == (404 if call == "getServiceRequestIdFromToken" else 200)
    described_here = query_of(call) | (form_of(call) - {"media"} if call in WRITES else set())
    expected = described_here - NOT_KEPT.get(call, set())
    missing, too_many = read - expected, expected - read
    assert (missing, too_many) == (set(), set()), "describe what is missing in schemas/openapi.yaml, or take it away"


# Refusals

LISTS = {"getServiceRequests", "getServiceRequestUpdates"}
RAISED: dict[type[Refusal], set[str]] = {
    UnknownJurisdiction: READS | WRITES,
    MissingJurisdiction: READS - {"getDiscovery"} | WRITES,
    TooManyRequests: READS | WRITES,
    KeyRefused: WRITES | {"getServiceRequestUpdates"},
    InvalidArgument: LISTS | WRITES,
    TooMuchAsked: LISTS,
    MissingArgument: WRITES,
    InvalidDraft: {"postServiceRequest"},
    KeyReused: WRITES,
    UnknownService: {"getServiceDefinition", "postServiceRequest"},
    UnknownServiceRequest: {"getServiceRequest", "postServiceRequestUpdate"},
    UnknownToken: {"getServiceRequestIdFromToken"},
    UnknownBoundary: {"getBoundaryShapes", "getBoundaryShape"},
    StepRefused: {"postServiceRequestUpdate"},
    Conflict: {"postServiceRequestUpdate"},
    DatabaseAway: READS | WRITES,
    OutcomeUnknown: WRITES,
    **{of_pages: set() for of_pages in (UnknownLink, UnknownPhoto, NotAllowed, SignInRefused, LastAdministrator)},
    RequestsHidden: set(),  # at the command line
}
"""Which calls refuse what. That they answer nothing else is checked of every answer in every test (``contracts``)."""


def test_every_refusal_has_a_status_and_calls_that_raise_it() -> None:
    every = {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Refusal)}
    assert set(RAISED) == every - {Refusal, *errors.FAMILIES}
    assert all(status_of(each) for each in RAISED)


@pytest.mark.parametrize("call", sorted(READS | WRITES))
def test_a_call_describes_the_statuses_of_its_refusals_and_no_others(call: str) -> None:
    statuses = {int(status) for status in CALLS[call][2]["responses"]} & set(STATUS.values())
    assert statuses == {status_of(refusal) for refusal, calls in RAISED.items() if call in calls}

"""What tests of updates share: how they are listed in both formats, and how staff make them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import comment, progress
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.domain.moment import write_moment
from tests.conftest import API, PLACE
from tests.georeport.conftest import ago

PATH = f"{API}/servicerequestupdates"
STAFF = Actor("staff:test")
ANYTHING = {"service_code": "SR-MI01", **PLACE, "attribute[property_type]": None}
"""Of a reviewed service."""
FIRE_COMPLAINT = {"service_code": "SR-FD01", "attribute[complaint_or_compliment]": "complaint"}
"""Of a private service."""
FIRE_HAZARD = {"service_code": "SR-LI16", "attribute[building_kind]": "house"}
"""Of a service whose places are published as blocks."""


def day(days: int) -> str:
    return str(write_moment(ago(days=days)))


def as_dicts(response: TestResponse) -> list[dict[str, Any]]:
    """The rows of an answer in either format; texts only."""
    if response.content_type.startswith("application/json"):
        return response.get_json()  # type: ignore[no-any-return]
    return [{element.tag: element.text for element in row} for row in etree.fromstring(response.data)]


def reasons(response: TestResponse) -> list[str]:
    return [error["description"] for error in as_dicts(response)]


@pytest.fixture
def listed(client: FlaskClient) -> Callable[..., list[dict[str, Any]]]:
    """Updates, the same in both formats (where XML has an empty element, JSON has "" or null)."""

    def run(query: str = "", base: str = API) -> list[dict[str, Any]]:
        answers = [client.get(f"{base}/servicerequestupdates.{suffix}?{query}") for suffix in ("json", "xml")]
        assert [answer.status_code for answer in answers] == [200, 200], answers[0].get_data(as_text=True)
        found = as_dicts(answers[0])
        assert [{name: value or None for name, value in row.items()} for row in found] == as_dicts(answers[1])
        return found

    return run


@pytest.fixture
def told(listed: Any) -> Callable[..., list[tuple[str, str]]]:
    """Of the updates listed: state and text."""
    return lambda query="": [(row["status"], row["description"]) for row in listed(query)]


@pytest.fixture
def work(environment: Environment) -> Callable[..., str]:
    """Take a step, as staff do."""

    def run(number: str, status: Status, **what: Any) -> str:
        if status is Status.CLOSED:
            what = {"outcome": Outcome.RESOLVED, "text": "Done.", **what}
        return progress(environment, CaseRef("phila.gov", number), STAFF, Change(status, **what))

    return run


@pytest.fixture
def say(environment: Environment) -> Callable[..., str]:
    """Comment, as staff do."""
    return lambda number, words, public=True, **what: comment(
        environment, CaseRef("phila.gov", number), STAFF, Change(text=words, **what), public=public
    )

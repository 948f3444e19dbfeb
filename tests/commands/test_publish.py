"""``open311 publish``: what everybody sees is made anew from what the city knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.base.environment import Environment
from open311.actions.city.import_batch import add_cases
from tests.conftest import API
from tests.georeport.conftest import ago, case


@pytest.fixture
def spoiled(client: FlaskClient, city: Connection, environment: Environment) -> Callable[[], list[str]]:
    """Requests 1 and 2 of two services and 1 of the sandbox, all with spoiled publications; which still are."""
    add_cases(environment, "phila.gov", "test", [case("1"), case("2", ago(hours=2), service_code="SR-ST02")])
    add_cases(environment, "sandbox.phila.gov", "test", [case("1")])
    city.execute(text("UPDATE publication SET json = 'x', xml = 'x', open = false, stamp = 'x'"))
    city.execute(text("DELETE FROM request_boundary"))
    query = text("SELECT jurisdiction || ' ' || service_request_id FROM publication WHERE stamp = 'x' ORDER BY 1")
    return lambda: list(city.scalars(query))


def test_everything_is_made_anew(run: Any, client: FlaskClient, spoiled: Any, city: Connection) -> None:
    assert len(spoiled()) == 3
    assert "3 service requests published again" in run("publish", "--all")
    assert spoiled() == []
    assert [each["service_request_id"] for each in client.get(f"{API}/requests.json").get_json()] == ["1", "2"]
    assert city.scalar(text("SELECT count(*) FROM request_boundary")) == 3


def test_publishing_anew_is_safe_to_repeat(run: Any, client: FlaskClient, spoiled: Any) -> None:
    run("publish", "--all")
    before = client.get(f"{API}/requests.xml?extensions=true").data
    run("publish", "--all")
    assert client.get(f"{API}/requests.xml?extensions=true").data == before


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (["--jurisdiction", "sandbox.phila.gov"], ["phila.gov 1", "phila.gov 2"]),
        (["--service-code", "SR-ST02"], ["phila.gov 1", "sandbox.phila.gov 1"]),
        (["--service-code", "SR-CL01", "--jurisdiction", "phila.gov"], ["phila.gov 2", "sandbox.phila.gov 1"]),
    ],
    ids=str,
)
def test_a_part_is_made_anew(run: Any, spoiled: Any, words: list[str], left: list[str]) -> None:
    assert f"{3 - len(left)} service requests published again" in run("publish", *words)
    assert spoiled() == left
    run("publish", "--all")


def test_what_should_not_be_seen_is_taken_back(run: Any, client: FlaskClient, report: Any, city: Connection) -> None:
    number = report()
    city.execute(text("UPDATE service_request SET private = true"))
    run("publish", "--all")
    assert client.get(f"{API}/requests/{number}.json").status_code == 404


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "say --all, or --jurisdiction, --service-code or both"),
        (["--all", "--service-code", "SR-CL01"], "say --all, or --jurisdiction, --service-code or both"),
        (["--service-code", "SR-NONE"], "no service 'SR-NONE'"),
        (["--jurisdiction", "nowhere"], "no jurisdiction 'nowhere'; there are phila.gov"),
        (["everything"], "Got unexpected extra argument (everything)"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_told(refused: Any, words: list[str], reason: str) -> None:
    assert reason in refused("publish", *words)

"""GET tokens/{token}: pending, then a number."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import Connection, text

from open311.actions.base.environment import Environment
from open311.actions.intake.submit import give_number
from tests.conftest import API, PLACE, SANDBOX

INLET = {"service_code": "SR-WD01", "attribute[problem_type]": "clogged", **PLACE}
HYDRANT = {"service_code": "SR-WD02", "attribute[water_coming_out]": "drip", **PLACE}


@pytest.fixture
def token(client: FlaskClient, api_key: str) -> str:
    """Of a report whose number comes later."""
    response = client.post(f"{API}/requests.json", data={**INLET, "api_key": api_key, "description": "Full of leaves"})
    return str(response.get_json()[0]["token"])


@pytest.fixture
def number_it(city: Connection, environment: Environment) -> Any:
    """Give the one report that there is its number."""

    def run() -> None:
        give_number(environment, city.scalar(text("SELECT key FROM service_request")))

    return run


def read_xml(client: FlaskClient, token: str) -> dict[str, str | None]:
    (found,) = etree.fromstring(client.get(f"{API}/tokens/{token}.xml").data)
    return {element.tag: element.text for element in found}


@pytest.mark.parametrize("form", [INLET, HYDRANT])
@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_a_batch_service_answers_a_token_and_no_number(
    client: FlaskClient, api_key: str, form: dict[str, str], suffix: str
) -> None:
    response = client.post(f"{API}/requests.{suffix}", data={**form, "api_key": api_key})
    assert response.status_code == 200
    if suffix == "json":
        (receipt,) = response.get_json()
    else:
        receipt = {element.tag: element.text for element in etree.fromstring(response.data)[0]}
    assert set(receipt) == {"token", "service_notice", "account_id"}
    assert len(receipt["token"]) >= 20
    assert "token" in receipt["service_notice"]


def test_a_pending_token_is_found_without_a_number(client: FlaskClient, token: str) -> None:
    response = client.get(f"{API}/tokens/{token}.json")
    assert response.status_code == 200
    assert response.get_json() == [{"token": token}]
    assert read_xml(client, token) == {"token": token}


def test_nothing_is_published_while_the_number_is_pending(client: FlaskClient, token: str) -> None:
    assert client.get(f"{API}/requests.json?extensions=true").get_json() == []
    assert client.get(f"{API}/requests/{token}.json").status_code == 404


def test_afterwards_a_token_answers_both(client: FlaskClient, token: str, number_it: Any) -> None:
    number_it()
    (found,) = client.get(f"{API}/tokens/{token}.json").get_json()
    assert found["token"] == token
    assert found["service_request_id"].isdigit()
    assert read_xml(client, token) == found
    (case,) = client.get(f"{API}/requests/{found['service_request_id']}.json").get_json()
    assert (case["description"], case["service_code"]) == ("Full of leaves", "SR-WD01")


def test_the_number_stays_when_it_is_given_again(client: FlaskClient, token: str, number_it: Any) -> None:
    number_it()
    before = client.get(f"{API}/tokens/{token}.json").data
    number_it()
    assert client.get(f"{API}/tokens/{token}.json").data == before


def test_the_job_that_was_queued_gives_the_number(
    app: Flask, city: Connection, client: FlaskClient, token: str
) -> None:
    queued = text("SELECT task_name, args FROM procrastinate_jobs WHERE task_name = 'number_service_request'")
    name, arguments = city.execute(queued).one()
    app.extensions["queue"].tasks[name].func(**arguments)
    assert "service_request_id" in client.get(f"{API}/tokens/{token}.json").get_json()[0]


def test_tokens_cannot_be_guessed(client: FlaskClient, api_key: str) -> None:
    form = {**INLET, "api_key": api_key}
    tokens = {client.post(f"{API}/requests.json", data=form).get_json()[0]["token"] for _ in range(5)}
    assert len(tokens) == 5
    assert len({token[:4] for token in tokens}) > 1


@pytest.mark.parametrize("suffix", ["json", "xml"])
@pytest.mark.parametrize("unknown", ["none", "1", "a.b", "%00", "*"])
def test_an_unknown_token_is_not_found(client: FlaskClient, unknown: str, suffix: str) -> None:
    assert client.get(f"{API}/tokens/{unknown}.{suffix}").status_code == 404


def test_a_token_is_unknown_to_another_jurisdiction(client: FlaskClient, token: str, number_it: Any) -> None:
    assert client.get(f"{SANDBOX}/tokens/{token}.json").status_code == 404
    number_it()
    assert client.get(f"{SANDBOX}/tokens/{token}.json").status_code == 404

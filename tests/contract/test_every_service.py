"""Every service of ``service_definitions/`` can be filed, with example answers made from its definition."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree

from open311.domain.definition import Service, ServiceType
from open311.domain.exposure import Publishing
from tests.conftest import API
from tests.contract.services import DEFINED, SERVICES, example, form


def receipt_in(answer: Any, suffix: str) -> dict[str, str | None]:
    if suffix == "json":
        return dict(answer.get_json()[0])
    return {element.tag: element.text for element in etree.fromstring(answer.data)[0]}


@pytest.mark.parametrize("suffix", ["json", "xml"])
@pytest.mark.parametrize("service", DEFINED, ids=SERVICES)
def test_a_service_can_be_filed_with_every_question_answered(
    client: FlaskClient, api_key: str, service: Service, suffix: str
) -> None:
    answer = client.post(f"{API}/requests.{suffix}", data={"api_key": api_key, **form(service, whole=True)})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    receipt = receipt_in(answer, suffix)
    assert ("service_request_id" in receipt, "token" in receipt) == {
        ServiceType.REALTIME: (True, False),
        ServiceType.BATCH: (False, True),
        ServiceType.BLACKBOX: (False, False),
    }[service.type]
    number = receipt.get("service_request_id")
    if number is None:
        return
    read = client.get(f"{API}/requests/{number}.json?extensions=true")
    if service.publishing is Publishing.PRIVATE:
        assert read.status_code == 404
        return
    (case,) = read.get_json()
    assert (case["service_code"], case["service_name"]) == (service.service_code, service.service_name)
    told = [(each.code, value) for each in service.attributes if each.public for value in example(each)]
    shown = [(each["name"], each["code"]) for each in case["attributes"]]
    assert shown == (told if service.publishing is Publishing.AT_ONCE else [])


@pytest.mark.parametrize("service", [each for each in DEFINED if each.attributes], ids=lambda each: each.service_code)
def test_what_must_be_answered_is_enough_and_no_less(client: FlaskClient, api_key: str, service: Service) -> None:
    enough = {"api_key": api_key, **form(service, whole=False)}
    required = [each.code for each in service.attributes if each.required]
    assert client.post(f"{API}/requests.json", data=enough).status_code == 200
    bare = {name: value for name, value in enough.items() if not name.startswith("attribute")}
    answer = client.post(f"{API}/requests.json", data=bare)
    assert answer.status_code == (400 if required else 200)
    told = [each["description"].partition(" required")[0] for each in answer.get_json()] if required else []
    assert told == required

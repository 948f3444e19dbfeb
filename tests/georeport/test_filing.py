"""POST requests: what is taken, what is refused, what is answered."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import API, GRAFFITI


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_a_report_gets_a_number(client: FlaskClient, api_key: str, suffix: str) -> None:
    response = client.post(f"{API}/requests.{suffix}", data={**GRAFFITI, "api_key": api_key})
    assert response.status_code == 200
    assert "service_request_id" in response.get_data(as_text=True)


def test_a_filed_request_can_be_read_by_number(client: FlaskClient, report: Any) -> None:
    number = report(description="A tag & a <heart>")
    (read,) = client.get(f"{API}/requests/{number}.json").get_json()
    assert read["status"] == "open"
    assert read["description"] == "A tag & a <heart>"
    assert (read["lat"], read["long"]) == (39.9526, -75.1652)


def test_without_a_key_nothing_is_taken(client: FlaskClient) -> None:
    response = client.post(f"{API}/requests.json", data=GRAFFITI)
    assert response.status_code == 403
    assert response.get_json()[0]["code"] == 403


def test_a_missing_required_answer_is_named(client: FlaskClient, api_key: str) -> None:
    form = {k: v for k, v in GRAFFITI.items() if not k.startswith("attribute")}
    response = client.post(f"{API}/requests.json", data={**form, "api_key": api_key})
    assert response.status_code == 400
    assert response.get_json()[0]["description"].startswith("property_type required")

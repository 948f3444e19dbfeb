"""Published service requests for tests that read: any fields, any moment, many at once."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree

from open311.actions.base.environment import Environment
from open311.actions.city.import_batch import Case, add_cases
from open311.actions.places.load_boundaries import load_boundaries
from open311.catalog.city import Jurisdiction
from open311.domain.moment import now
from tests.conftest import API


def ago(**span: float) -> datetime:
    """A moment before now, to the second."""
    return now().replace(microsecond=0) - timedelta(**span)


def case(number: str, requested: datetime | None = None, **fields: Any) -> Case:
    """Graffiti in the middle of the city, open, an hour old; fields given replace these."""
    requested = requested or ago(hours=1)
    given: dict[str, Any] = {
        **dict.fromkeys(Case._fields),
        "service_request_id": number,
        "service_code": "SR-CL01",
        "service_name": "Graffiti Removal",
        "department": "clip",
        "agency_responsible": "Community Life Improvement Program",
        "status": "received",
        "lat": 39.9526,
        "long": -75.1652,
        "requested_datetime": requested,
        "updated_datetime": requested,
        "channel": "phone",
        "moderation": "approved",
        **fields,
    }
    if given["status"] in ("closed", "disputed"):
        given.update(outcome="resolved", status_notes="Done.", closed_datetime=given["updated_datetime"])
    return Case(**given)


@pytest.fixture
def put(environment: Environment, client: FlaskClient) -> Any:
    """Publish cases, as an import brings them."""

    def run(*cases: Case, jurisdiction: str = "phila.gov") -> None:
        add_cases(environment, jurisdiction, "test", cases)

    return run


@pytest.fixture
def load(phila: Jurisdiction, city: Any, tmp_path: Path) -> Any:
    """Load a vintage of a layer: boxes (west, south, east, north) by code."""

    def run(layer: str, boxes: dict[str, tuple[float, float, float, float]], **when: Any) -> None:
        found = phila.layers[layer]
        shapes = [
            {
                "type": "Feature",
                "properties": {found.name_property: f"Area {code}", found.code_property: code},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
                },
            }
            for code, (west, south, east, north) in boxes.items()
        ]
        file = tmp_path / "layer.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": shapes}))
        load_boundaries([phila], found, str(file), **when)

    return run


def listed(client: FlaskClient, query: str = "", suffix: str = "json") -> list[str]:
    """The numbers of a listing, in its order."""
    answer = client.get(f"{API}/requests.{suffix}?{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    if suffix == "json":
        return [found["service_request_id"] for found in answer.get_json()]
    return [str(number) for number in etree.fromstring(answer.data).xpath("request/service_request_id/text()")]


def refused(client: FlaskClient, query: str) -> str:
    """Why a listing is refused (400), the same in both formats."""
    answers = [client.get(f"{API}/requests.{suffix}?{query}") for suffix in ("json", "xml")]
    assert [answer.status_code for answer in answers] == [400, 400], answers[0].get_data(as_text=True)
    reason = str(answers[0].get_json()[0]["description"])
    assert etree.fromstring(answers[1].data).findtext("error/description") == reason
    return reason

"""How many SQL statements a read costs: as many for a thousand requests as for ten."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.conftest import API
from tests.georeport.conftest import case

CIRCLE = "lat=39.9526&long=-75.1652&radius=500"
COSTS = {
    "requests.xml": 1,
    "requests.xml?status=open&service_code=SR-CL01&q=graffiti": 1,
    "requests.xml?ward=5&boundary=ward@sample:5": 1,
    "requests.xml?page=2&page_size=500": 1,
    "requests.xml?service_request_id=1,2,3": 1,
    "requests.xml?bbox=-76,39,-75,40": 2,  # the first looks which plan is the best
    f"requests.xml?{CIRCLE}": 2,
    f"requests.xml?{CIRCLE}&sort=distance": 1,
    "requests.xml?extensions=true": 6,
    "requests.xml?extensions=true&ward=5": 6,
    "requests.xml?extensions=true&bbox=-76,39,-75,40": 7,
    "requests/1.xml": 1,
    "requests/1.xml?extensions=true": 6,
    "boundaries.xml": 1,
    "boundaries/ward.geojson": 1,
    "requests.xml?status=nonsense": 0,
}
"""Statements by address."""


@pytest.mark.parametrize("count", [10, 1000])
def test_a_read_costs_few_statements_however_many_requests_there_are(
    client: FlaskClient, put: Any, statements: list[str], count: int
) -> None:
    put(*(case(str(number), description="graffiti") for number in range(count)))
    found = {}
    for address in COSTS:
        statements.clear()
        answer = client.get(f"{API}/{address}{'&' if '?' in address else '?'}asked={uuid4()}")  # so none is kept
        assert answer.status_code == (400 if "nonsense" in address else 200)
        found[address] = len(statements)
        if address.startswith("requests.xml?extensions=true"):
            assert answer.data.count(b"<extended_attributes>") == count
    assert found == COSTS

"""Numbers of other systems, with slashes and marks, lead to their case on every page of the console."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import Connection, text

from open311.actions.base.environment import Environment
from open311.actions.publications.publish import publish
from open311.models.base import database
from tests.accounts.conftest import HOME, Browser

PAGES = ("", "/update", "/assign", "/merge", "/split", "/refer", "/ask")


@pytest.mark.parametrize("number", ["24/00123", "A B/7", "#77", "a%2Fb", "123?x", "x.json", "[7];8"])
def test_an_odd_number_opens_from_the_list_from_the_search_and_on_every_page(
    desk: Browser, report: Any, city: Connection, environment: Environment, number: str
) -> None:
    renamed = text("UPDATE service_request SET service_request_id = :new WHERE service_request_id = :old RETURNING key")
    publish(environment, [city.scalar(renamed, {"new": number, "old": report()})])
    database.session.commit()
    address = f"/staff/r/{quote(number, safe='/!$&()*+,:;=@')}"
    assert address in desk.client.get("/staff?queue=everything", base_url=HOME).text
    found = desk.client.get("/staff", query_string={"q": number}, base_url=HOME)
    assert found.status_code == 303
    assert found.location.startswith(address)
    for page in PAGES:
        shown = desk.client.get(f"/staff/r/{quote(number, safe='')}{page}", base_url=HOME)
        assert shown.status_code == 200, page
        assert number in shown.text

"""The pages behind links of messages, as people see them: without JavaScript, on a telephone and a desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import text

from open311.actions.accounts.keys import issue_key
from open311.actions.base.actor import Actor
from open311.actions.cases.progress import progress
from open311.actions.telling.links import make_links
from open311.app import create_app
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.domain.link import LinkPurpose
from open311.models.base import database
from open311.settings import Settings
from tests.browser.conftest import OpenPage
from tests.browser.looks import barriers, overflow
from tests.conftest import API, GRAFFITI

STAFF = Actor("staff")
PURPOSES = (LinkPurpose.CONFIRM, LinkPurpose.END, LinkPurpose.ANSWER, LinkPurpose.FIXED)


@pytest.fixture(scope="module")
def office(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The city's side, in this process, over the server's database."""
    app = create_app(Settings(own_database, media_dir=tmp_path_factory.mktemp("office"), public_url="http://unused"))
    yield app
    with app.app_context():
        for engine in database.engines.values():
            engine.dispose()


@pytest.fixture
def links(office: Flask, server: str) -> dict[str, str]:
    """A fresh closed report of a confirmed reporter: its number, and the path of a link of each purpose."""
    environment = office.extensions["open311"]
    with office.app_context():
        form = {**GRAFFITI, "api_key": issue_key(environment.city.jurisdictions["phila.gov"], "browser")}
        filed = office.test_client().post(f"{API}/requests.json", data={**form, "email": "zebulon@example.org"})
        number = filed.get_json()[0]["service_request_id"]
        said = "We painted it over on Monday."
        progress(
            environment, CaseRef("phila.gov", number), STAFF, Change(Status.CLOSED, outcome=Outcome.RESOLVED, text=said)
        )
        row = database.session.execute(text("SELECT key, service_request FROM subscription ORDER BY key DESC")).first()
        assert row is not None
        made = make_links("", row[0], row[1], dict.fromkeys(PURPOSES))
        database.session.remove()
    return {**made, "follow": f"/r/{number}/follow"}


@pytest.mark.parametrize("name", [*PURPOSES, "follow"])
def test_everybody_can_use_it_and_nothing_sticks_out(page: Page, links: dict[str, str], name: str) -> None:
    page.goto(links[name])
    expect(page.get_by_role("button").first).to_be_visible()
    assert barriers(page) == []
    assert overflow(page) == []


PAGES = ("/follow", "/follow/service", "/follow/boundary", "/follow/place", "/follow/area")


@pytest.mark.parametrize("path", PAGES)
def test_following_is_for_everybody(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert barriers(page) == []
    assert overflow(page) == []


def test_an_area_is_drawn_by_clicks_without_javascript_on_the_smallest_telephone(
    open_page: OpenPage, office: Flask
) -> None:
    page = open_page(320, javascript=False)
    page.goto("/follow/area")
    picture = page.get_by_role("button", name="Map of the city")
    for x, y in ((100, 100), (200, 100), (200, 200)):
        picture.click(position={"x": x, "y": y})
    assert overflow(page) == []
    page.get_by_label("E-mail address").fill("zebulon@example.org")
    page.get_by_label("E-mail address").press("Enter")  # presses the button, not the map
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    with office.app_context():
        # A triangle of a hundred pixels: the city is 30.1 km high on 288.
        drawn = "SELECT ST_Area(area::geography) / 1e6 FROM subscription ORDER BY key DESC LIMIT 1"
        assert database.session.scalar(text(drawn)) == pytest.approx((30.1 / 2.88) ** 2 / 2, rel=0.02)
        database.session.remove()


@pytest.mark.parametrize("name", ["answer", "follow"])
def test_a_fault_is_told_at_the_top_and_beside_the_field(
    page: Page, links: dict[str, str], name: str, faults: list[str]
) -> None:
    page.goto(links[name])
    page.get_by_role("button").last.click()
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    assert page.title().startswith("Error: ")
    alert.get_by_role("link").click()
    expect(page.get_by_role("textbox")).to_be_focused()
    assert barriers(page) == []
    assert faults
    faults.clear()  # the browser tells of the 400


@pytest.mark.parametrize("width", [320])
def test_no_is_said_without_javascript(open_page: OpenPage, links: dict[str, str], width: int, office: Flask) -> None:
    page = open_page(width, javascript=False)
    page.goto(links["fixed"])
    expect(page.get_by_text("We painted it over on Monday.")).to_be_visible()
    page.get_by_label("What is still wrong?").fill("It is back")
    page.get_by_role("button", name="No, it is not fixed").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We look at it again")
    with office.app_context():
        newest = "SELECT status FROM service_request ORDER BY key DESC LIMIT 1"
        assert database.session.scalar(text(newest)) == "disputed"
        database.session.remove()

"""Errors come in the form that the client prefers: a page to people with browsers, a document to programs."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from open311.api.accept import preferred, wants_page
from tests.conftest import API

CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
SAFARI = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FIREFOX_OF_2024 = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.8"
)
BROWSERS = {"chrome, edge": CHROME, "firefox": FIREFOX, "firefox 128": FIREFOX_OF_2024, "safari": SAFARI}
PROGRAMS = {
    "curl": "*/*",
    "none": "",
    "axios": "application/json, text/plain, */*",
    "feed reader": "application/atom+xml,application/xml;q=0.9,*/*;q=0.8",
    "picture": "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
    "no pages": "text/html;q=0, */*",
    "pages last": "text/html;q=0.1, application/json",
    "Java": "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
}
HTML = "text/html; charset=utf-8"


@pytest.mark.parametrize("accept", BROWSERS.values(), ids=BROWSERS)
@pytest.mark.parametrize(
    "path", ["/nowhere", "/nowhere/else", "/index.php", "/feeds", "/media/x/y", "/follow/x/y.html"]
)
def test_people_who_went_astray_get_a_page(client: FlaskClient, accept: str, path: str) -> None:
    answer = client.get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.content_type) == (404, HTML)
    assert b"There is no such page" in answer.data


@pytest.mark.parametrize("accept", BROWSERS.values(), ids=BROWSERS)
def test_people_who_ask_the_wrong_way_get_a_page(client: FlaskClient, accept: str) -> None:
    answer = client.post("/", headers={"Accept": accept})
    assert (answer.status_code, answer.content_type) == (405, HTML)
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("accept", BROWSERS.values(), ids=BROWSERS)
def test_people_get_a_page_when_the_server_fails(
    client: FlaskClient, accept: str, monkeypatch: pytest.MonkeyPatch, app: Any
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setitem(app.view_functions, "discovery_root.page", fail)
    answer = client.get("/", headers={"Accept": accept})
    assert (answer.status_code, answer.content_type) == (500, HTML)
    assert client.get("/", headers={"Accept": "*/*"}).content_type == "text/xml; charset=utf-8"


@pytest.mark.parametrize("accept", [*BROWSERS.values(), *PROGRAMS.values()])
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"{API}/nowhere.json", "application/json"),
        (f"{API}/nowhere.xml", "text/xml"),
        (f"{API}/requests.pdf", "text/xml"),
        (f"{API}/requests/0.json", "application/json"),
        (f"{API}/requests.json?page=x", "application/json"),
        (f"{API}/boundaries/ward/0.geojson", "application/json"),
        ("/feeds/nowhere.atom", "text/xml"),
    ],
)
def test_what_programs_read_is_never_a_page(client: FlaskClient, accept: str, path: str, kind: str) -> None:
    answer = client.get(path, headers={"Accept": accept})
    assert answer.status_code in (400, 404)
    assert answer.content_type.partition(";")[0] == kind


@pytest.mark.parametrize("accept", [each for name, each in PROGRAMS.items() if name != "Java"])
def test_programs_that_went_astray_get_a_document(client: FlaskClient, accept: str) -> None:
    answer = client.get("/nowhere", headers={"Accept": accept})
    assert answer.status_code == 404
    assert answer.content_type.partition(";")[0] in ("text/xml", "application/json")


@pytest.mark.parametrize(
    ("accept", "best"),
    [
        (CHROME, "application/xml"),
        (FIREFOX, "application/xml"),
        (PROGRAMS["axios"], "application/json"),
        ("application/json;q=0.5, application/signed-exchange;v=b3;q=0.7", "application/json"),
        ("text/xml;q=0.4, application/json;q=0.5, application/signed-exchange;v=b3", "application/json"),
        ("*/*", "text/xml"),
        ("application/*;q=0.5, text/xml;q=0.4", "application/xml"),
        ("image/png", None),
        ("text/xml;q=0", None),
    ],
)
def test_quality_decides_and_not_how_exact_an_entry_is(accept: str, best: str | None) -> None:
    known = parse_accept_header(accept, MIMEAccept)
    assert preferred(known, ("text/xml", "application/xml", "application/json")) == best


def test_a_browser_wants_a_page_and_a_program_does_not() -> None:
    assert all(wants_page(parse_accept_header(each, MIMEAccept)) for each in BROWSERS.values())
    assert not any(wants_page(parse_accept_header(PROGRAMS[each], MIMEAccept)) for each in ("curl", "axios", "none"))

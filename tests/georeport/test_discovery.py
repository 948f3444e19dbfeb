"""Service Discovery: under each endpoint and at the host's root, for programs and for people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import Connection, text

from open311.settings import Settings
from tests.conftest import API, SANDBOX, moment
from tests.georeport.conftest import case
from tests.georeport.small_city import serve

PLACES = ["", API, SANDBOX]
URLS = [f"https://311.example.org{API}", f"https://311.example.org{SANDBOX}"]
FORMATS = ["text/xml", "application/json"]


def endpoint_urls(client: FlaskClient, **headers: str) -> list[str]:
    found = client.get("/discovery.json", headers={name.replace("_", "-"): value for name, value in headers.items()})
    return [endpoint["url"] for endpoint in found.get_json()["endpoints"]]


@pytest.mark.parametrize("place", PLACES)
def test_json_names_every_endpoint_with_both_formats(client: FlaskClient, place: str) -> None:
    found = client.get(f"{place}/discovery.json").get_json()
    assert [endpoint["url"] for endpoint in found["endpoints"]] == URLS
    assert [endpoint["type"] for endpoint in found["endpoints"]] == ["production", "test"]
    assert [endpoint["formats"] for endpoint in found["endpoints"]] == [FORMATS, FORMATS]
    assert {endpoint["specification"] for endpoint in found["endpoints"]} == {"http://wiki.open311.org/GeoReport_v2"}
    assert "311" in found["contact"]
    assert "https://" in found["key_service"]


@pytest.mark.parametrize("place", PLACES)
def test_xml_says_the_same(client: FlaskClient, place: str) -> None:
    written = client.get(f"{place}/discovery.json").get_json()
    found = etree.fromstring(client.get(f"{place}/discovery.xml").data)
    for name in ("changeset", "contact", "key_service"):
        assert found.findtext(name) == written[name]
    for element, endpoint in zip(found.iterfind("endpoints/endpoint"), written["endpoints"], strict=True):
        for name in ("specification", "url", "changeset", "type"):
            assert element.findtext(name) == endpoint[name]
        assert element.xpath("formats/format/text()") == endpoint["formats"]


@pytest.mark.parametrize("path", ["/", *(f"{place}/discovery.html" for place in PLACES)])
def test_there_is_a_page_for_people(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert response.content_type == "text/html; charset=utf-8"
    assert all(url in response.get_data(as_text=True) for url in URLS)


@pytest.mark.parametrize(("accept", "expected"), [("application/json", "application/json"), ("*/*", "text/xml")])
def test_without_a_suffix_accept_decides(client: FlaskClient, accept: str, expected: str) -> None:
    for place in PLACES:
        assert client.get(f"{place}/discovery", headers={"Accept": accept}).mimetype == expected


def test_the_changeset_is_when_the_catalogue_changed(city: Connection, client: FlaskClient) -> None:
    found = client.get("/discovery.json").get_json()
    since = city.scalar(text("SELECT max(since) FROM catalogue_version"))
    assert found["changeset"].endswith("Z")
    assert moment(found["changeset"]) == since.replace(microsecond=0)
    assert moment(found["changeset"]) <= datetime.now(UTC)
    assert {endpoint["changeset"] for endpoint in found["endpoints"]} == {found["changeset"]}


def test_every_url_that_is_announced_answers_with_what_clients_append(client: FlaskClient) -> None:
    for url in endpoint_urls(client):
        assert not url.endswith("/")
        assert client.get(f"{url.removeprefix('https://311.example.org')}/services.json").status_code == 200


# The address of the server

FORWARDED = {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "311.city.example"}


def test_the_public_url_is_believed_before_any_request(city: Connection) -> None:
    client = serve(city, public_url="https://open.city.example/api", trusted_proxies=1)
    assert endpoint_urls(client, Host="evil.example", **FORWARDED)[0] == f"https://open.city.example/api{API}"


def test_without_a_public_url_the_request_says_it(city: Connection) -> None:
    assert endpoint_urls(serve(city), Host="city.example:8311")[0] == f"http://city.example:8311{API}"


@pytest.mark.parametrize("host", ["my_server", "my_server:8311", "_:1", "311_app.city_net:80"])
def test_a_name_with_underscores_is_a_host(city: Connection, put: Any, host: str) -> None:
    client, there = serve(city), host.removesuffix(":80")
    put(case("1"), case("2"))
    assert endpoint_urls(client, Host=host)[0] == f"http://{there}{API}"
    answers = [
        client.get(path, headers={"Host": host})
        for path in (f"{API}/requests.json?page_size=1", f"{API}/requests?page_size=1")
    ]
    assert {answer.headers["Link"].partition("requests")[0] for answer in answers} == {f"<http://{there}{API}/"}
    assert f'href="http://{there}/feeds/' in client.get("/feeds/requests.atom", headers={"Host": host}).text


@pytest.mark.parametrize("host", ["", "a.example,b.example", "a_b,c", "\xe9.example", "evil_<b>", "a_b:x", "a/_"])
def test_where_no_host_is_named_the_settings_say_it(city: Connection, host: str) -> None:
    client = serve(city, host="127.0.0.1", port=8399)
    assert endpoint_urls(client, Host=host)[0] == f"http://127.0.0.1:8399{API}"


def test_a_trusted_proxy_says_it(city: Connection) -> None:
    urls = endpoint_urls(serve(city, trusted_proxies=1), Host="backend:8311", **FORWARDED)
    assert urls[0] == f"https://311.city.example{API}"


def test_a_trusted_proxy_may_serve_under_a_path(city: Connection) -> None:
    urls = endpoint_urls(serve(city, trusted_proxies=1, trusted_prefix=True), X_Forwarded_Prefix="/city", **FORWARDED)
    assert urls[0] == f"https://311.city.example/city{API}"


def test_a_stranger_does_not_say_it(city: Connection) -> None:
    assert endpoint_urls(serve(city), Host="backend:8311", **FORWARDED)[0] == f"http://backend:8311{API}"


@pytest.mark.parametrize(("trusted_proxies", "last"), [(1, 200), (0, 429)])
def test_who_the_client_is_a_trusted_proxy_says(city: Connection, trusted_proxies: int, last: int) -> None:
    client = serve(city, trusted_proxies=trusted_proxies, reads_per_minute=1)
    statuses = [
        client.get("/discovery.json", headers={"X-Forwarded-For": f"192.0.2.{number}"}).status_code
        for number in range(3)  # of three in a row, two fall into one minute
    ]
    assert max(statuses) == last


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, {"public_url": None, "trusted_proxies": 0}),
        ({"PUBLIC_URL": "", "TRUSTED_PROXIES": " "}, {"public_url": None, "trusted_proxies": 0}),
        (
            {"PUBLIC_URL": "https://311.example.org/", "TRUSTED_PROXIES": "2"},
            {"public_url": "https://311.example.org", "trusted_proxies": 2},
        ),
    ],
)
def test_both_come_from_the_environment(variables: dict[str, str], expected: dict[str, Any]) -> None:
    settings = Settings.from_environment(variables)
    assert {name: getattr(settings, name) for name in expected} == expected

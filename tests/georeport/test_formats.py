"""Formats, errors and headers: what every answer of the API looks like on the wire."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import Connection, text
from werkzeug.test import TestResponse

from tests.conftest import API, GRAFFITI

XML = "text/xml; charset=utf-8"
JSON = "application/json; charset=utf-8"
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
RESOURCES = ("discovery", "services", "services/SR-CL01", "requests", "servicerequestupdates", "boundaries")
TOO_MUCH = 101 * 1024 * 1024


def errors(response: TestResponse, kind: str) -> list[tuple[int, str]]:
    """Codes and descriptions of an errors document of this kind."""
    assert response.headers["Content-Type"] == kind
    if kind == JSON:
        return [(error["code"], error["description"]) for error in response.get_json()]
    root = etree.fromstring(response.data)
    assert root.tag == "errors"
    return [(int(error.findtext("code") or 0), error.findtext("description") or "") for error in root]


@contextmanager
def without_table(city: Connection, table: str) -> Iterator[None]:
    """A database in which a table is missing, for a while."""
    savepoint = city.begin_nested()
    city.execute(text(f"DROP TABLE {table} CASCADE"))
    try:
        yield
    finally:
        savepoint.rollback()


# Which format


@pytest.mark.parametrize("accept", [None, "text/xml", "application/json", "text/html", "*/*"])
@pytest.mark.parametrize(("suffix", "kind"), [("xml", XML), ("json", JSON)])
@pytest.mark.parametrize("resource", RESOURCES)
def test_the_suffix_wins_over_accept(
    client: FlaskClient, resource: str, suffix: str, kind: str, accept: str | None
) -> None:
    response = client.get(f"{API}/{resource}.{suffix}", headers={"Accept": accept} if accept else {})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == kind
    assert response.data.startswith(DECLARATION) is (kind == XML)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, XML),
        ("", XML),
        ("*/*", XML),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", XML),
        ("text/xml", XML),
        ("application/xml", XML),
        ("application/json", JSON),
        ("application/json, text/xml;q=0.5", JSON),
        ("application/json;charset=UTF-8", JSON),
        ("text/xml, application/json;q=0.5", XML),
        ("application/json;q=0, */*", XML),
        ("text/xml;q=0, */*;q=0.1", JSON),
        ("application/pdf", XML),
        ("garbage;;q=", XML),
    ],
)
@pytest.mark.parametrize("resource", ["services", "requests", "services/NONE", "nowhere"])
def test_without_a_suffix_accept_decides_and_xml_is_the_default(
    client: FlaskClient, resource: str, accept: str | None, kind: str
) -> None:
    response = client.get(f"{API}/{resource}", headers={} if accept is None else {"Accept": accept})
    assert response.headers["Content-Type"] == kind


def test_what_depends_on_accept_says_so(client: FlaskClient) -> None:
    assert "Accept" in client.get(f"{API}/services").vary
    assert "Accept" in client.get(f"{API}/services/NONE").vary
    assert "Accept" in client.get(f"{API}/nowhere").vary
    assert "Accept" not in client.get(f"{API}/services.json").vary


@pytest.mark.parametrize(("suffix", "kind"), [("xml", XML), ("json", JSON), ("", XML)])
def test_a_report_is_answered_in_the_format_of_the_suffix(
    client: FlaskClient, api_key: str, suffix: str, kind: str
) -> None:
    path = f"{API}/requests.{suffix}".rstrip(".")
    assert client.post(path, data={**GRAFFITI, "api_key": api_key}).headers["Content-Type"] == kind


# Errors: a list in the format asked for, wherever they arise


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"{API}/requests.pdf", XML),
        (f"{API}/requests.JSON", XML),
        (f"{API}/requests.", XML),
        (f"{API}/services.html", XML),
        (f"{API}/nowhere.json", JSON),
        (f"{API}/nowhere.xml", XML),
        (f"{API}/requests.json/", XML),
        ("/open311/v9/requests.json", JSON),
        ("/nowhere", XML),
        ("/robots.txt", XML),
        ("/%00.json", JSON),
    ],
)
def test_where_there_is_nothing_errors_say_so(client: FlaskClient, path: str, kind: str, method: str) -> None:
    response = client.open(path, method=method)
    assert response.status_code == 404
    assert errors(response, kind) == [(404, "there is nothing at this address; suffixes are .xml and .json")]


def test_an_unknown_suffix_is_told_in_xml_whatever_is_accepted(client: FlaskClient) -> None:
    response = client.get(f"{API}/requests.pdf", headers={"Accept": "application/json"})
    assert errors(response, XML)[0][0] == 404


@pytest.mark.parametrize("accept", [XML, JSON])
@pytest.mark.parametrize(
    ("resource", "allowed"),
    [
        ("discovery", "GET, HEAD, OPTIONS"),
        ("services", "GET, HEAD, OPTIONS"),
        ("services/SR-CL01", "GET, HEAD, OPTIONS"),
        ("requests", "GET, HEAD, OPTIONS, POST"),
        ("requests/1", "GET, HEAD, OPTIONS"),
        ("tokens/1", "GET, HEAD, OPTIONS"),
        ("servicerequestupdates", "GET, HEAD, OPTIONS, POST"),
        ("boundaries", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_wrong_method_is_told_which_are_right(client: FlaskClient, resource: str, allowed: str, accept: str) -> None:
    for method in {"POST", "PUT", "PATCH", "DELETE"} - set(allowed.split(", ")):
        for path in (f"{API}/{resource}", f"{API}/{resource}.{'json' if accept == JSON else 'xml'}"):
            response = client.open(path, method=method, headers={"Accept": accept})
            assert response.status_code == 405
            assert errors(response, accept) == [(405, "this method is not allowed here")]
            assert sorted(response.headers["Allow"].split(", ")) == allowed.split(", ")


@pytest.mark.parametrize(("suffix", "kind"), [("xml", XML), ("json", JSON)])
def test_too_large_a_report_is_refused_before_it_is_read(client: FlaskClient, suffix: str, kind: str) -> None:
    response = client.post(
        f"{API}/requests.{suffix}",
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"CONTENT_LENGTH": str(TOO_MUCH)},
    )
    assert response.status_code == 413
    assert errors(response, kind) == [(413, "the request is too large")]


FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
PART = b'--b\r\nContent-Disposition: form-data; name="description"\r\n\r\nx\r\n'


@pytest.mark.parametrize("resource", ["requests", "servicerequestupdates"])
@pytest.mark.parametrize(("suffix", "kind"), [("xml", XML), ("json", JSON)])
@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        (b'{"service_code": "SR-CL01"}', {"Content-Type": "application/json"}, "not 'application/json'"),
        (b"service_code=SR-CL01", {}, "not none"),
        (b"service_code=SR-CL01", {"Content-Type": "text/plain"}, "not 'text/plain'"),
        (b"\x1f\x8b\x08", {"Content-Type": FORM, "Content-Encoding": "gzip"}, "Content-Encoding 'gzip'"),
        (PART + b"--b--\r\n", {"Content-Type": MULTIPART}, "boundary"),
        (PART + b"--b--\r\n", {"Content-Type": f"{MULTIPART}; boundary=other"}, "boundary"),
        (PART, {"Content-Type": f"{MULTIPART}; boundary=b"}, "boundary"),
    ],
)
def test_a_body_that_cannot_be_read_is_named_not_the_key_that_may_be_in_it(
    client: FlaskClient, resource: str, suffix: str, kind: str, body: bytes, headers: dict[str, str], reason: str
) -> None:
    response = client.post(f"{API}/{resource}.{suffix}", data=body, headers=headers)
    assert response.status_code == 400
    ((code, told),) = errors(response, kind)
    assert code == 400
    assert reason in str(told)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", "description={}"),
        (
            "multipart/form-data; boundary=b",
            '--b\r\nContent-Disposition: form-data; name="description"\r\n\r\n{}\r\n--b--\r\n',
        ),
    ],
)
@pytest.mark.parametrize(("suffix", "kind"), [("xml", XML), ("json", JSON)])
def test_too_long_a_text_is_refused(client: FlaskClient, suffix: str, kind: str, content_type: str, body: str) -> None:
    sent = body.format("x" * 1_100_000)
    response = client.post(f"{API}/requests.{suffix}", data=sent, content_type=content_type)
    assert response.status_code == 413
    assert errors(response, kind) == [(413, "the request is too large")]


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        (f"{API}/requests.xml", JSON, XML),
        (f"{API}/requests.json", XML, JSON),
        (f"{API}/requests", "application/json", JSON),
        (f"{API}/requests/1.json?extensions=true", XML, JSON),
        (f"{API}/requests.json?extensions=true", XML, JSON),
        (f"{API}/requests.json?bbox=-75.2,39.9,-75.1,40", XML, JSON),
    ],
)
def test_our_own_failure_is_told_in_one_sentence(
    client: FlaskClient, city: Connection, path: str, accept: str, kind: str
) -> None:
    with without_table(city, "publication"):
        response = client.get(path, headers={"Accept": accept})
    assert response.status_code == 500
    assert errors(response, kind) == [(500, "the server failed; it is not known whether what was sent was stored")]
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("table", ["publication", "answer", "service_request_update"])
def test_a_report_that_fails_half_way_leaves_nothing(
    client: FlaskClient, city: Connection, api_key: str, table: str
) -> None:
    with without_table(city, table):
        response = client.post(f"{API}/requests.json", data={**GRAFFITI, "api_key": api_key})
        assert response.status_code == 500
        assert errors(response, JSON)[0][0] == 500
        assert city.scalar(text("SELECT count(*) FROM service_request")) == 0


@pytest.mark.parametrize("path", [f"{API}//requests.json", "/open311//v2/requests.json", f"{API}///requests"])
def test_too_many_slashes_do_no_harm_and_redirect_nobody(app: Flask, city: Connection, api_key: str, path: str) -> None:
    client = FlaskClient(app)
    assert client.post(path, data={**GRAFFITI, "api_key": api_key}).status_code == 200
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/requests.json/", "/requests/", "/servicerequestupdates.xml/"])
def test_a_slash_at_the_end_redirects_nobody(client: FlaskClient, api_key: str, path: str) -> None:
    assert client.post(API + path, data={**GRAFFITI, "api_key": api_key}).status_code == 404


# HEAD and OPTIONS


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        *((f"{API}/{resource}.{suffix}", 200) for resource in RESOURCES for suffix in ("xml", "json")),
        (f"{API}/services", 200),
        (f"{API}/requests/1.json", 404),
        (f"{API}/requests.xml?page=no", 400),
        (f"{API}/nowhere.json", 404),
        ("/discovery.html", 200),
        (f"{API}/boundaries/ward.geojson", 200),
    ],
)
def test_head_has_the_headers_of_get_and_no_body(client: FlaskClient, path: str, status: int, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    get, head = client.get(path, headers=headers), client.head(path, headers=headers)
    assert (get.status_code, head.status_code) == (status, status)
    assert list(head.headers) == list(get.headers)
    assert int(head.headers["Content-Length"]) == len(get.data)
    assert head.data == b""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (f"{API}/requests.json", {"GET", "HEAD", "OPTIONS", "POST"}),
        (f"{API}/requests", {"GET", "HEAD", "OPTIONS", "POST"}),
        (f"{API}/servicerequestupdates.xml", {"GET", "HEAD", "OPTIONS", "POST"}),
        (f"{API}/services.json", {"GET", "HEAD", "OPTIONS"}),
        (f"{API}/tokens/abc.json", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_options_says_what_a_browser_may_send(client: FlaskClient, path: str, allowed: set[str]) -> None:
    preflight = {
        "Origin": "https://app.example.org",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,idempotency-key",
    }
    response = client.options(path, headers=preflight)
    assert response.status_code == 200
    assert response.data == b""
    assert set(response.headers["Allow"].split(", ")) == allowed
    assert set(response.headers["Access-Control-Allow-Methods"].split(", ")) == allowed
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert {"content-type", "idempotency-key", "if-none-match"} <= {
        name.strip().lower() for name in response.headers["Access-Control-Allow-Headers"].split(",")
    }
    assert int(response.headers["Access-Control-Max-Age"]) > 0


# Headers of every answer


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "path",
    [f"{API}/requests.json", f"{API}/services", f"{API}/requests.xml?page=no", f"{API}/nowhere.json", "/", "/docs"],
)
def test_pages_of_other_hosts_may_read_every_answer(client: FlaskClient, path: str, method: str) -> None:
    headers = client.open(path, method=method, headers={"Origin": "https://app.example.org"}).headers
    assert headers.getlist("Access-Control-Allow-Origin") == ["*"]
    assert "Access-Control-Allow-Credentials" not in headers
    assert {"Link", "ETag", "Retry-After"} <= set(headers["Access-Control-Expose-Headers"].split(", "))
    assert headers.getlist("X-Content-Type-Options") == ["nosniff"]
    assert "Set-Cookie" not in headers


# Compression


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        (None, False),
        ("", False),
        ("identity", False),
        ("deflate, br", False),
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("gzip;q=0.1", True),
        ("gzip;q=0.001", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, identity", False),
        ("br;q=1, gzip ; q=0", False),
    ],
)
@pytest.mark.parametrize("suffix", ["xml", "json"])
def test_gzip_goes_to_those_who_ask(client: FlaskClient, suffix: str, accepted: str | None, packed: bool) -> None:
    path = f"{API}/services.{suffix}"
    response = client.get(path, headers={} if accepted is None else {"Accept-Encoding": accepted})
    assert response.headers.get("Content-Encoding") == ("gzip" if packed else None)
    assert "Accept-Encoding" in response.vary
    assert int(response.headers["Content-Length"]) == len(response.data)
    plain = client.get(path).data
    assert (gzip.decompress(response.data) if packed else response.data) == plain
    assert not packed or len(response.data) < len(plain) / 2


@pytest.mark.parametrize("path", [f"{API}/requests.json", f"{API}/requests/1.xml", f"{API}/nowhere.json"])
def test_small_answers_are_not_compressed(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers
    assert "Accept-Encoding" in response.vary


def test_large_errors_are_compressed_too(client: FlaskClient, api_key: str) -> None:
    wrong = {f"attribute[{code}]": "x" * 600 for code in ("property_type", "surface", "painted_surface")}
    form = {**GRAFFITI, "api_key": api_key, **wrong, "lat": "north" * 300}
    response = client.post(f"{API}/requests.json", data=form, headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 400
    assert response.headers["Content-Encoding"] == "gzip"
    assert b'"code":400' in gzip.decompress(response.data)


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/nowhere", "text/html,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("/nowhere", "*/*", "text/xml"),
        ("/nowhere.json", "text/html", "application/json"),
        (f"{API}/nowhere", "text/html", "text/xml"),
        (f"{API}/requests/none.xml", "text/html", "text/xml"),
    ],
)
def test_only_a_browser_gone_astray_gets_a_page(client: FlaskClient, path: str, accept: str, kind: str) -> None:
    response = client.get(path, headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (404, kind)
    assert ("There is no such page" in response.text) is (kind == "text/html")

"""What checks every answer in every test finds what is broken, and lets pass what is good."""

from __future__ import annotations

from dataclasses import replace

import pytest

from open311.wire import documents
from open311.wire.formats import FORMATS, render
from tests.contract.contracts import GEOJSON, JSON, XML, check_answer, check_document
from tests.contract.examples import SERVICE_REQUEST

ONE = render(documents.ServiceRequestDocument, FORMATS["json"], [SERVICE_REQUEST])
ERROR = render(documents.ErrorDocument, FORMATS["xml"], [{"code": 404, "description": "nothing here"}])


@pytest.mark.parametrize(
    ("path", "status", "content_type", "body", "method"),
    [
        ("/open311/v2/requests.json?extensions=true", 200, JSON, ONE, "GET"),
        ("/open311/v2/requests/1.json", 200, JSON, b"[]", "GET"),
        ("/open311/v2/requests.json", 200, JSON, ONE, "POST"),
        ("/open311/v2/tokens/1.json", 200, JSON, ONE, "GET"),
        ("/open311/v2/requests.json", 200, "application/json", ONE, "GET"),
        ("/open311/v2/requests.xml", 200, JSON, ONE, "GET"),
        ("/open311/v2/nothing.json", 200, JSON, ONE, "GET"),
        ("/open311/v2/requests.json", 200, JSON, ONE.replace(b'"open"', b'"Open"'), "GET"),
        ("/open311/v2/requests.json", 200, JSON, ONE.replace(b'"1000001"', b"1000001"), "GET"),
        ("/open311/v2/requests.json", 200, JSON, ONE.replace(b":45:00Z", b":45:00.5Z"), "GET"),
        ("/open311/v2/requests.json", 200, JSON, ONE.replace(b'"zipcode":null,', b""), "GET"),
        ("/open311/v2/requests.json", 200, JSON, ONE.replace(b'"zipcode":null', b'"zipcode":""'), "GET"),
        ("/open311/v2/requests.json", 200, JSON, ONE.replace(b'"lat":null', b'"lat":90.5'), "GET"),
        ("/open311/v2/requests.json", 200, JSON, ONE.replace(b'"lat":null', b'"email":"a@example.org","lat":1'), "GET"),
        ("/open311/v2/requests.xml", 400, XML, ERROR, "GET"),
        ("/open311/v2/requests.xml", 422, XML, ERROR.replace(b"404", b"422"), "GET"),
        ("/open311/v2/services.json", 304, "", b"", "GET"),
        ("/open311/v2/requests.xml", 404, "text/html; charset=utf-8", b"<!doctype html>", "GET"),
        ("/open311/v2/requests.json", 404, XML, ERROR, "GET"),
        ("/open311/v2/requests.pdf", 404, JSON, b'[{"code":404,"description":"no"}]', "GET"),
        ("/open311/v2/requests.xml", 404, XML, ERROR.partition(b"\n")[2], "GET"),
        ("/open311/v2/boundaries/ward.geojson", 200, GEOJSON, b'{"type":"FeatureCollection"}', "GET"),
    ],
)
def test_a_broken_answer_is_found(path: str, status: int, content_type: str, body: bytes, method: str) -> None:
    with pytest.raises(AssertionError, match="breaks its contract"):
        check_answer(path, status, content_type, body, method=method)


@pytest.mark.parametrize(
    ("path", "status", "content_type", "body", "method"),
    [
        ("/open311/v2/requests.json", 200, JSON, ONE, "GET"),
        ("/open311/v2/requests", 200, JSON, ONE, "GET"),
        ("/open311/v2/requests/a.b/c.json", 200, JSON, ONE, "GET"),
        ("/open311/v2/requests.json", 304, "", b"", "GET"),
        ("/open311/v2/requests.json", 200, JSON, b"", "HEAD"),
        ("/open311/v2/requests.pdf", 404, XML, ERROR, "GET"),
        ("/open311/v2/requests.xml", 404, XML, ERROR, "DELETE"),
        ("/discovery.pdf", 404, XML, ERROR, "GET"),
        ("/open311/v2/discovery.html", 200, "text/html; charset=utf-8", b"<!doctype html><title>x</title>", "GET"),
        ("/open311/v2/boundaries/ward/5.geojson", 200, GEOJSON, b'{"type":"FeatureCollection","features":[]}', "GET"),
        ("/open311/v2/boundaries/x.geojson", 404, JSON, b'[{"code":404,"description":"no"}]', "GET"),
        ("/docs", 200, "text/html", b"", "GET"),
    ],
)
def test_a_good_answer_passes(path: str, status: int, content_type: str, body: bytes, method: str) -> None:
    check_answer(path, status, content_type, body, method=method)


@pytest.mark.parametrize(
    "inside",
    [
        b"<request/>",
        b"<request><service_request_id/><token>n4bQgYhMfWWaL-qgxVrQFa</token></request>",
        b"<request><token>n4bQgYhMfWWaL-qgxVrQFa</token><service_request_id>1</service_request_id></request>",
        b"<request><service_request_id>1,2</service_request_id><service_notice/><account_id/></request>",
        b"<request a='1'><service_notice/><account_id/></request>",
    ],
)
def test_the_xsd_refuses(inside: bytes) -> None:
    body = b'<?xml version="1.0" encoding="UTF-8"?>\n<service_requests>%b</service_requests>' % inside
    with pytest.raises(AssertionError, match=r"georeport-v2\.xsd"):
        check_document("receipts", "xml", body)


def test_a_format_without_a_check_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMATS, "csv", replace(FORMATS["json"], suffix="csv", content_type="text/csv"))
    for ask in (
        lambda: check_document("services", "csv", b""),
        lambda: check_answer("/open311/v2/services.csv", 200, "text/csv", b""),
        lambda: check_answer("/open311/v2/services", 200, "text/csv", b""),
    ):
        with pytest.raises(AssertionError, match=r"contracts\.py knows no format csv: add it"):
            ask()

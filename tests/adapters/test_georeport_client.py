"""Another city's server, which may say anything: what is understood, what is tried again, what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs

import orjson
import pytest

from open311.adapters.delivery import Later, Refused, Unclear
from open311.adapters.georeport_client import GeoReportClient, RemoteReceipt, RemoteRequest
from open311.adapters.outbound import Outbound


class Server:
    """Answers every call with ``status`` and ``body``, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status, self.body, self.url = 200, b"[]", ""
        self.asked: list[tuple[str, str, dict[str, list[str]], dict[str, str]]] = []

    @property
    def client(self) -> GeoReportClient:
        """A client of this server."""
        return GeoReportClient(Outbound.allowing("127.0.0.1/32"), self.url, "theirs.gov", "a key")


@pytest.fixture
def server() -> Iterator[Server]:
    """A server for one test."""
    made = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            made.asked.append((self.command, self.path, parse_qs(sent), dict(self.headers)))
            self.send_response(made.status)
            self.end_headers()
            self.wfile.write(made.body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        made.url = f"http://127.0.0.1:{listening.server_address[1]}/v2"
        thread = Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield made
        listening.shutdown()
        thread.join()


def test_a_service_request_is_filed_with_who_we_are(server: Server) -> None:
    server.body = b'[{"service_request_id": 17, "token": null}]'
    assert server.client.file({"service_code": "001", "lat": ""}, "once") == RemoteReceipt("17", None)
    ((method, path, form, headers),) = server.asked
    assert (method, path) == ("POST", "/v2/requests.json")
    assert form == {"service_code": ["001"], "jurisdiction_id": ["theirs.gov"], "api_key": ["a key"]}
    assert headers["Idempotency-Key"] == "once"


def test_a_service_request_is_read_and_a_token_followed(server: Server) -> None:
    server.body = b'[{"status": "Closed", "status_notes": null, "updated_datetime": "2026-11-25T12:00:00Z"}]'
    read = server.client.read("17")
    assert read == RemoteRequest("closed", "", datetime(2026, 11, 25, 12, tzinfo=UTC))
    server.body = b'[{"status": "open", "updated_datetime": "yesterday"}]'
    assert server.client.read("17") == RemoteRequest("open", "", None)
    server.body = b'[{"token": "t"}]'
    assert server.client.number_of("t") is None
    server.body = b'[{"service_request_id": "18"}]'
    assert server.client.number_of("t") == "18"
    assert server.asked[-1][1] == "/v2/tokens/t.json?jurisdiction_id=theirs.gov"


ASKING: list[Callable[[GeoReportClient], object]] = [
    lambda client: client.number_of("t"),
    lambda client: client.read("17"),
]


def filing(client: GeoReportClient) -> object:
    return client.file({}, "once")


@pytest.mark.parametrize("ask", ASKING)
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>", "no JSON"),
        (b"{}", "no list of one"),
        (b"[]", "no list of one"),
        (b"[1]", "no list of one"),
        (b"[{}, {}]", "no list of one"),
    ],
)
def test_what_cannot_be_read_is_asked_again(
    server: Server, ask: Callable[[GeoReportClient], object], body: bytes, words: str
) -> None:
    server.body = body
    with pytest.raises(Later, match=words):
        ask(server.client)


@pytest.mark.parametrize("ask", [filing, *ASKING])
@pytest.mark.parametrize(
    ("status", "body", "fault", "words"),
    [
        (302, b"", Refused, "answers 302"),
        (400, b'[{"code": 400, "description": "lat is missing"}]', Refused, "lat is missing"),
        (404, b"nothing", Refused, "answers 404"),
        (403, b"{}", Refused, "answers 403"),
        (429, b"", Later, "answers 429"),
        (500, b"", Later, "answers 500"),
        (503, b"", Later, "answers 503"),
        (502, b"", Unclear, "answers 502"),
        (504, b"", Unclear, "answers 504"),
    ],
)
def test_what_is_no_answer_is_tried_again_and_what_is_a_no_is_not(
    server: Server,
    ask: Callable[[GeoReportClient], object],
    status: int,
    body: bytes,
    fault: type[Exception],
    words: str,
) -> None:
    server.status, server.body = status, body
    with pytest.raises(fault, match=words) as raised:
        ask(server.client)
    assert type(raised.value) is fault


SUCCESSES = {
    "empty": b"",
    "HTML": b"<html>Thank you</html>",
    "XML": b"<service_requests><request><service_request_id>7</service_request_id></request></service_requests>",
    "wrapped": b'{"service_requests":[{"service_request_id":"7"}]}',
    "an object": b'{"service_request_id":"7"}',
    "an empty list": b"[]",
    "a list of words": b'["7"]',
    "two": b'[{"service_request_id":"7"},{"service_request_id":"8"}]',
    "no number": b'[{"service_notice":"Thanks"}]',
    "a number that is null": b'[{"service_request_id":null,"token":null}]',
    "an empty number": b'[{"service_request_id":""}]',
    "a number that is a list": b'[{"service_request_id":["7"]}]',
    "a number that is true": b'[{"service_request_id":true}]',
    "a number with NUL": b'[{"service_request_id":"7\\u0000"}]',
    "a number without end": b'[{"service_request_id":"' + b"7" * 5000 + b'"}]',
    "more than is read": b"[" + b" " * 1_100_000 + b'{"service_request_id":"7"}]',
    "half an answer": b'[{"service_request_id":"7"',
    "bytes": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize("body", SUCCESSES.values(), ids=SUCCESSES)
def test_a_success_that_cannot_be_read_is_none_to_be_repeated(server: Server, status: int, body: bytes) -> None:
    server.status, server.body = status, body
    with pytest.raises(Unclear) as raised:
        server.client.file({}, "once")
    assert raised.value.status == status


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize(
    ("body", "receipt"),
    [
        (b'[{"service_request_id":null,"token":"abc"}]', RemoteReceipt(None, "abc")),
        (b'[{"service_request_id":7}]', RemoteReceipt("7", None)),
        (b'[{"token":"abc","service_notice":""}]', RemoteReceipt(None, "abc")),
    ],
)
def test_a_number_or_a_token_is_enough(server: Server, status: int, body: bytes, receipt: RemoteReceipt) -> None:
    server.status, server.body = status, body
    assert server.client.file({}, "once") == receipt


def test_what_was_filed_is_found_by_its_mark(server: Server) -> None:
    since = datetime(2026, 11, 25, 12, tzinfo=UTC)
    found = [{"service_request_id": "7", "description": "Pole\n\nCity, service request 12"}]
    server.body = orjson.dumps([*found, {"service_request_id": "8", "description": None}, {}])
    assert server.client.find("001", "City, service request 12", since) == "7"
    assert server.client.find("001", "City, service request 13", since) is None
    assert server.client.find("001", "City, service request 1", since) is None
    asked = "/v2/requests.json?jurisdiction_id=theirs.gov&service_code=001&start_date=2026-11-25T12%3A00%3A00Z"
    assert server.asked[-1][1] == asked
    server.body = orjson.dumps([*found, *found])
    assert server.client.find("001", "City, service request 12", since) is None
    server.body = b"<html>"
    with pytest.raises(Later):
        server.client.find("001", "x", since)


def test_a_server_inside_our_own_network_is_not_called(server: Server) -> None:
    with pytest.raises(Refused, match="not public"):
        GeoReportClient(Outbound(), server.url).read("17")
    with pytest.raises(Later, match="does not answer"):
        GeoReportClient(Outbound.allowing("127.0.0.1/32"), "http://127.0.0.1:9").read("17")
    assert server.asked == []

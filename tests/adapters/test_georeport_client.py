"""Another city's server, which may say anything: what is understood, what is tried again, what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs

import pytest

from open311.adapters.delivery import Later, Refused
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
    lambda client: client.file({}, "once"),
    lambda client: client.number_of("t"),
    lambda client: client.read("17"),
]


@pytest.mark.parametrize("ask", ASKING)
@pytest.mark.parametrize(
    ("status", "body", "fault", "words"),
    [
        (200, b"<html>", Later, "no JSON"),
        (200, b"{}", Later, "no list of one"),
        (200, b"[]", Later, "no list of one"),
        (200, b"[1]", Later, "no list of one"),
        (200, b"[{}, {}]", Later, "no list of one"),
        (302, b"", Refused, "answers 302"),
        (400, b'[{"code": 400, "description": "lat is missing"}]', Refused, "lat is missing"),
        (404, b"nothing", Refused, "answers 404"),
        (403, b"{}", Refused, "answers 403"),
        (429, b"", Later, "answers 429"),
        (503, b"", Later, "answers 503"),
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
    with pytest.raises(fault, match=words):
        ask(server.client)


def test_a_receipt_without_a_number_or_a_token_is_refused(server: Server) -> None:
    server.body = b'[{"service_request_id": ""}]'
    with pytest.raises(Refused, match="neither a number nor a token"):
        server.client.file({}, "once")


def test_a_server_inside_our_own_network_is_not_called(server: Server) -> None:
    with pytest.raises(Refused, match="not public"):
        GeoReportClient(Outbound(), server.url).read("17")
    with pytest.raises(Later, match="does not answer"):
        GeoReportClient(Outbound.allowing("127.0.0.1/32"), "http://127.0.0.1:9").read("17")
    assert server.asked == []

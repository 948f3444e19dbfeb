"""Bodies that never end: whoever sends them holds up nobody else, and nothing of theirs is stored."""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from open311.api import bodies
from open311.api.bodies import MAX_AT_ONCE, MAX_OF_ONE_CLIENT
from tests.conftest import API, GRAFFITI
from tests.serving import server as server

PATIENCE_SECONDS = 20


def unfinished(port: int, path: str, headers: str, sent: bytes = b"a=") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
    lines = (f"POST {path} HTTP/1.1", "Host: x", "Content-Type: application/x-www-form-urlencoded", headers, "", "")
    connection.sendall("\r\n".join(lines).encode() + sent)
    return connection


def call(port: int, method: str, path: str, body: str | None = None) -> tuple[int, str, str]:
    """One call on a connection of its own; answers its status, when to try again, and what it says."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as connection:
        connection.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"} if body else {})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Retry-After", ""), answer.read().decode()


@pytest.mark.slow
@pytest.mark.parametrize("headers", ["Content-Length: 1000000", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("path", [f"{API}/requests.json", "/signin"])
def test_unfinished_bodies_hold_up_nobody_who_sends_none(server: str, headers: str, path: str) -> None:
    port = int(server.rpartition(":")[2])
    sent = b"2\r\na=\r\n" if "chunked" in headers else b"a="
    with ExitStack() as held:
        for _ in range(2 * MAX_AT_ONCE):
            held.enter_context(unfinished(port, path, headers, sent))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (refused := call(port, "POST", f"{API}/requests.json", urlencode(GRAFFITI)))[0] != 503:
            assert time.monotonic() < deadline, refused
        assert refused[1] == str(bodies.BUSY_SECONDS)
        assert "too many bodies" in refused[2]
        for _ in range(10):
            assert call(port, "GET", f"{API}/services.json")[0] == 200
            assert call(port, "GET", "/signin/staff")[0] == 200
    # Their connections have ended, and with them what they held.
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (answer := call(port, "POST", f"{API}/requests.json", urlencode(GRAFFITI)))[0] == 503:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert answer[0] == 403, answer  # it was read, and has no key


class Stream(io.BytesIO):
    """A body that does something at each read."""

    def __init__(self, content: bytes, at_read: Callable[[], Any]) -> None:
        super().__init__(content)
        self.at_read = at_read

    def read(self, size: int | None = -1) -> bytes:
        self.at_read()
        return super().read(size)


def send(app: bodies.Bodies, stream: io.BytesIO, client: str = "192.0.2.1", length: int | None = None) -> str:
    """Send a body to the middleware alone; answers what the application read, or the name of what it met."""
    sent = len(stream.getvalue()) if length is None else length
    environ = {"wsgi.input": stream, "CONTENT_LENGTH": str(sent), "REMOTE_ADDR": client}
    return b"".join(app(environ, lambda *_: None)).decode()


def reader(environ: dict[str, Any], _: Any) -> list[bytes]:
    try:
        return [environ["wsgi.input"].read()]
    except bodies.HTTPException as fault:
        return [fault.name.encode()]


def test_one_client_may_send_so_many_bodies_at_once_and_others_go_on() -> None:
    app, answers = bodies.Bodies(reader, 4, 1000), list[str]()

    def nest(depth: int) -> Callable[[], None]:
        """While a body is being received, others of the same client come."""

        def at_read() -> None:
            if depth < MAX_OF_ONE_CLIENT:
                answers.append(send(app, Stream(b"more", nest(depth + 1))) if not answers else "")
            else:
                answers.append(send(app, io.BytesIO(b"too many")))
                answers.append(send(app, io.BytesIO(b"somebody else"), "192.0.2.2"))

        return at_read

    send(app, Stream(b"first", nest(1)))
    assert answers[:2] == ["Service Unavailable", "somebody else"]
    assert send(app, io.BytesIO(b"later")) == "later"
    assert not app._clients


def test_a_body_that_comes_too_slowly_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", -1.0)
    assert send(bodies.Bodies(reader, 4, 1000), io.BytesIO(b"slow")) == "Request Timeout"


def test_a_body_that_ends_early_is_not_taken_for_whole() -> None:
    assert send(bodies.Bodies(reader, 4, 1000), io.BytesIO(b"half"), length=8) == "Bad Request"


def test_a_body_that_ends_early_is_refused_in_the_format_asked_for(client: FlaskClient, api_key: str) -> None:
    form = urlencode({**GRAFFITI, "api_key": api_key}).encode()
    answer = client.post(
        f"{API}/requests.json",
        input_stream=io.BytesIO(form),
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"CONTENT_LENGTH": str(len(form) + 10)},
    )
    assert (answer.status_code, answer.mimetype) == (400, "application/json")
    assert "Content-Length" in answer.get_data(as_text=True)


def test_a_body_of_unknown_length_is_refused_once_it_is_too_long(client: FlaskClient, api_key: str) -> None:
    form = urlencode({**GRAFFITI, "api_key": api_key, "description": "x" * 2_000_000}).encode()
    answer = client.post(
        f"{API}/requests.xml",
        input_stream=io.BytesIO(form),
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "", "wsgi.input_terminated": True},
    )
    assert (answer.status_code, answer.mimetype) == (413, "text/xml")

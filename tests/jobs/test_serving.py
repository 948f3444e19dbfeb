"""``open311 serve`` as a real process, over a real socket."""

from __future__ import annotations

import http.client
import io
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from tests.conftest import API, GRAFFITI
from tests.jobs.conftest import Processes, wait_for

pytestmark = pytest.mark.slow
BOUNDARY = "a-line-that-is-nowhere-else"


class Served:
    """A running server."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, method: str, path: str, body: Any = None, kind: str = "", **options: Any) -> tuple[int, str, bytes]:
        """One call on a connection of its own: status, media type, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, {"Content-Type": kind} if kind else {}, **options)
        answer = connection.getresponse()
        found = answer.status, answer.headers.get_content_type(), answer.read()
        connection.close()
        return found

    def answers(self) -> bool:
        """Whether it does yet."""
        try:
            return self.ask("GET", f"{API}/services.json")[0] == 200
        except OSError:
            return False


@pytest.fixture(scope="module")
def served(started: Processes) -> Iterator[Served]:
    """A server, which must end cleanly."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = started.start("serve", "--port", str(port), "--workers", "1")
    found = Served(port)
    wait_for(found.answers)
    yield found
    assert started.end(process) == 0
    with pytest.raises(ConnectionRefusedError):
        found.ask("GET", "/")


def multipart(fields: dict[str, str], photo: bytes) -> bytes:
    """A form with a photo, as browsers send it."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="media"; filename="wall.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    return b"".join(parts) + head.encode() + photo + f"\r\n--{BOUNDARY}--\r\n".encode()


def test_a_report_with_a_photo_goes_over_the_wire(served: Served, written_key: str) -> None:
    drawn = io.BytesIO()
    Image.effect_noise((640, 480), 80).convert("RGB").save(drawn, "JPEG")
    body = multipart({**GRAFFITI, "api_key": written_key, "description": "Ein Gruß"}, drawn.getvalue())
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    pieces = [body[at : at + 8192] for at in range(0, len(body), 8192)]
    for sent, options in ((body, {}), (iter(pieces), {"encode_chunked": True})):
        status, _, answer = served.ask("POST", f"{API}/requests.json", sent, kind, **options)
        assert status == 200, answer
        number = json.loads(answer)[0]["service_request_id"]
        status, media_type, answer = served.ask("GET", f"{API}/requests/{number}.json")
        assert (status, media_type) == (200, "application/json")
        (case,) = json.loads(answer)
        assert case["description"] == "Ein Gruß"
        path = case["media_url"].removeprefix("https://311.example.org")
        status, media_type, answer = served.ask("GET", path)
        assert (status, media_type) == (200, "image/jpeg")
        assert Image.open(io.BytesIO(answer)).size == (640, 480)


@pytest.mark.parametrize(
    ("path", "status", "media_type"),
    [
        (f"{API}/services.xml", 200, "text/xml"),
        (f"{API}/requests.json?page_size=5", 200, "application/json"),
        (f"{API}/requests/none.xml", 404, "text/xml"),
        ("/discovery.json", 200, "application/json"),
        ("/", 200, "text/html"),
        ("/docs", 200, "text/html"),
        ("/nowhere.json", 404, "application/json"),
    ],
)
def test_it_answers(served: Served, path: str, status: int, media_type: str) -> None:
    found, kind, body = served.ask("GET", path)
    assert (found, kind) == (status, media_type)
    assert body


def test_a_body_that_is_cut_off_ends_nothing(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as line:
        line.sendall(f"POST {API}/requests.json HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\napi_".encode())
    assert served.answers()

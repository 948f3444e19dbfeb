"""Calls to other people's servers: never an address inside our own network, never for long, never too much."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler, TCPServer
from threading import Thread

import pytest

from open311.adapters import outbound
from open311.adapters.delivery import Later, Refused
from open311.adapters.outbound import Outbound
from tests.receiver import Receiver, receiver

__all__ = ["receiver"]
LOCAL = Outbound.allowing("127.0.0.1/32")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://localhost:8311/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://192.0.2.1/",
        "http://198.18.0.1/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[ff02::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:7f00:1::]/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://user:password@93.184.216.34/",
        "http:///nothing",
        "//93.184.216.34/",
        "http://93.184.216.34:99999/",
        "http://93.184.216.34/\x01",
        "http://93.184.216.34\x00/",
        "http://[93.184.216.34/",
    ],
)
def test_nothing_inside_and_nothing_but_http_is_called(url: str) -> None:
    with pytest.raises(Refused):
        Outbound().call("POST", url, {}, b"{}")


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_may_be_called(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    assert str(Outbound().check(f"https://{host}/hook")) == address


def test_what_a_city_allows_may_be_called_and_nothing_beside_it(receiver: Receiver) -> None:
    with pytest.raises(Refused):
        Outbound.allowing("127.0.0.2/32, 10.0.0.0/8").check(receiver.url)
    with pytest.raises(ValueError, match="nonsense"):
        Outbound.allowing("nonsense")


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.answers = [302]
    assert LOCAL.call("POST", receiver.url, {}, b"{}").status == 302
    assert len(receiver.calls) == 1


@contextmanager
def saying(*pieces: bytes, every: float = 0.0) -> Iterator[str]:
    """A server that says so to its one caller, piece by piece."""

    class Speaker(StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.request.recv(65536)
                for piece in pieces:
                    self.wfile.write(piece)
                    time.sleep(every)

    with TCPServer(("127.0.0.1", 0), Speaker) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        thread.join()


@pytest.mark.parametrize("where", ["head", "body", "body without a length"])
def test_an_answer_that_never_ends_has_failed(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "CALL_SECONDS", 0.3)
    begin = {"head": b"", "body": b"Content-Length: 9999\r\n\r\n", "body without a length": b"\r\n"}[where]
    pieces = [f"X-{each}: and\r\n".encode() for each in range(50)]
    with saying(b"HTTP/1.1 200 OK\r\n", begin, *pieces, every=0.1) as url:
        began = time.monotonic()
        with pytest.raises(Later, match="took longer"):
            LOCAL.call("GET", url, read_answer=True)
        assert time.monotonic() - began < 2


def test_an_answer_is_read_where_it_is_asked_for_and_only_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = b"HTTP/1.1 200 OK\r\n\r\nas long as this"
    with saying(answer) as url:
        assert LOCAL.call("GET", url, read_answer=True).body == b"as long as this"
    with saying(answer) as url:
        assert LOCAL.call("GET", url).body == b""
    monkeypatch.setattr(outbound, "MAX_ANSWER_BYTES", 10)
    with saying(answer) as url, pytest.raises(Later, match="more than 10 bytes"):
        LOCAL.call("GET", url, read_answer=True)


def test_nobody_at_the_address_has_failed() -> None:
    with pytest.raises(Later, match="ConnectError"):
        LOCAL.call("POST", "http://127.0.0.1:9/")
    with pytest.raises(Later, match="not known"):
        LOCAL.call("POST", "http://nothing.invalid/")

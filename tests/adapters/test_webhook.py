"""Webhooks: signed, and never an address inside our own network, whatever a name resolves to."""

from __future__ import annotations

import hashlib
import hmac
import time
from contextlib import suppress
from datetime import UTC, datetime
from socketserver import StreamRequestHandler, TCPServer
from threading import Thread

import pytest

from open311.adapters import webhook
from open311.adapters.webhook import AddressRefused, WebhookFailed, Webhooks
from tests.receiver import Receiver, receiver

__all__ = ["receiver"]
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
LOCAL = Webhooks.allowing("127.0.0.1/32")


def test_a_call_is_signed_with_its_moment(receiver: Receiver) -> None:
    assert LOCAL.call(receiver.url, "secret", "an-id", NOON, b'{"a":1}') == 200
    ((path, headers, body),) = receiver.calls
    assert (path, body) == ("/hook", b'{"a":1}')
    assert headers["X-Open311-Delivery"] == "an-id"
    assert headers["X-Open311-Timestamp"] == "1795608000"
    expected = hmac.new(b"secret", b'1795608000.{"a":1}', hashlib.sha256).hexdigest()
    assert headers["X-Open311-Signature"] == f"v1={expected}"
    assert headers["Host"] == receiver.url.split("/")[2]


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
    with pytest.raises(AddressRefused):
        Webhooks().call(url, "secret", "an-id", NOON, b"{}")


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_may_be_called(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    assert str(Webhooks().check(f"https://{host}/hook")) == address


def test_what_a_city_allows_may_be_called_and_nothing_beside_it(receiver: Receiver) -> None:
    with pytest.raises(AddressRefused):
        Webhooks.allowing("127.0.0.2/32, 10.0.0.0/8").check(receiver.url)
    with pytest.raises(ValueError, match="nonsense"):
        Webhooks.allowing("nonsense")


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.answers = [302]
    with pytest.raises(WebhookFailed, match="302"):
        LOCAL.call(receiver.url, "secret", "an-id", NOON, b"{}")
    assert len(receiver.calls) == 1


@pytest.mark.parametrize("status", [199 + 201, 404, 410, 500, 503])
def test_anything_but_success_has_failed(receiver: Receiver, status: int) -> None:
    receiver.answers = [status]
    with pytest.raises(WebhookFailed) as failed:
        LOCAL.call(receiver.url, "secret", "an-id", NOON, b"{}")
    assert failed.value.status == status


def test_a_receiver_that_never_ends_its_answer_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "LONGEST", 0.3)

    class Trickle(StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                for each in range(50):
                    self.wfile.write(f"X-{each}: and\r\n".encode())
                    time.sleep(0.1)

    with TCPServer(("127.0.0.1", 0), Trickle) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        began = time.monotonic()
        with pytest.raises(WebhookFailed, match="took longer"):
            LOCAL.call(f"http://127.0.0.1:{server.server_address[1]}/", "secret", "an-id", NOON, b"{}")
        assert time.monotonic() - began < 2
        thread.join()


def test_nobody_at_the_address_has_failed() -> None:
    with pytest.raises(WebhookFailed, match="ConnectError"):
        LOCAL.call("http://127.0.0.1:9/", "secret", "an-id", NOON, b"{}")
    with pytest.raises(WebhookFailed, match="not known"):
        LOCAL.call("http://nothing.invalid/", "secret", "an-id", NOON, b"{}")

"""Call a receiver of somebody else's: signed, and never anything inside our own network.

The receiver checks ``X-Open311-Signature: v1=<hex>``, the HMAC-SHA256 of ``<timestamp>.<body>`` under its secret,
refuses timestamps that are old, and does nothing twice for an ``X-Open311-Delivery`` that comes again.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

SECONDS = 10
"""How long a receiver may say nothing."""
LONGEST = 20.0
"""How long a call may last in all, for one that says a word now and then."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class WebhookFailed(Exception):
    """The receiver did not take it; the message says why, ``status`` what it answered (if it did)."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class AddressRefused(WebhookFailed):
    """The address is not one that may be called."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What the header says, and what a receiver computes to compare."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Webhooks:
    """Calls receivers; ``allowed`` are networks that may be called although they are not public."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def allowing(cls, networks: str) -> Webhooks:
        """From a list like ``127.0.0.1/32, 10.1.0.0/16``.

        :raises ValueError: one of them is no network.
        """
        return cls(tuple(ipaddress.ip_network(text.strip()) for text in networks.split(",") if text.strip()))

    def check(self, url: str) -> Address:
        """The address behind a URL, resolved now.

        :raises AddressRefused: no URL, no http(s), or any address that is not public.
        :raises WebhookFailed: a name that is not known.
        """
        try:
            httpx.URL(url)  # it refuses what urlsplit takes, such as control characters
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except (ValueError, httpx.InvalidURL) as fault:
            raise AddressRefused(f"that is no address: {fault}") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise AddressRefused("only http:// and https:// are called")
        if parts.username or parts.password:
            raise AddressRefused("no user and password in the address")
        try:
            found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as fault:
            raise WebhookFailed(f"{parts.hostname} is not known: {fault}") from None
        addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
        for address in addresses:
            if not self._may_call(address):
                raise AddressRefused(f"{parts.hostname} is {address}, which is not public")
        return addresses[0]

    def _may_call(self, address: Address) -> bool:
        inside = _inside(address)
        return any(address in network for network in self.allowed) or all(
            each.is_global and not each.is_multicast and not each.is_reserved for each in (address, *inside)
        )

    def call(self, url: str, secret: str, delivery: str, moment: datetime, body: bytes) -> int:
        """Send the body, signed; answers the status of a receiver that took it (2xx).

        :raises WebhookFailed: it did not.
        """
        timestamp = str(int(moment.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-Open311-Delivery": delivery,
            "X-Open311-Timestamp": timestamp,
            "X-Open311-Signature": signature(secret, timestamp, body),
        }
        status = self.post(url, headers, body)
        if not 200 <= status < 300:
            raise WebhookFailed(f"it answers {status}", status)
        return status

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Send the body to the address that was checked, whatever the name resolves to by then.

        Answers the status; what is said besides is not read, and no redirect is followed.

        :raises WebhookFailed: there was no answer, or the address may not be called.
        """
        address = self.check(url)
        target = httpx.URL(url)
        named = {"Host": target.netloc.decode("ascii"), "User-Agent": "open311-server", **headers}
        limit = _Limit()
        try:
            with (
                limit,
                httpx.Client(trust_env=False, timeout=SECONDS, follow_redirects=False) as client,
                client.stream(
                    "POST",
                    target.copy_with(host=str(address)),
                    content=body,
                    headers=named,
                    extensions={"sni_hostname": target.raw_host.decode("ascii"), "trace": limit.trace},
                ) as answer,
            ):
                return answer.status_code
        except httpx.HTTPError as fault:
            if limit.over:
                raise WebhookFailed(f"it took longer than {LONGEST:.0f} s") from None
            raise WebhookFailed(f"{type(fault).__name__}: {fault}") from None


class _Limit:
    """Ends the connection of a call that lasts too long: httpx limits each wait, not their sum."""

    def __init__(self) -> None:
        self.over = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(LONGEST, self._end)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Note the connection; with TLS the one that it becomes (httpcore's trace extension)."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = info["return_value"].get_extra_info("socket")

    def _end(self) -> None:
        self.over = True
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _inside(address: Address) -> Sequence[Address]:
    """IPv4 addresses that an IPv6 one stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]

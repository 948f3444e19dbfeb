"""HTTP calls to other people's servers: never to an address inside our own network, and never for long (ADR 24)."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from open311.adapters.delivery import Later, Refused, Unclear

SILENCE_SECONDS = 10.0
"""How long a server may send nothing before the call fails."""
CALL_SECONDS = 20.0
"""How long a call may last in total, even if the server sends a byte now and then."""
MAX_ANSWER_BYTES = 1024 * 1024
"""The longest answer that is read."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Answer:
    """The status of an answer and, where it was asked for, its body."""

    status: int
    body: bytes = b""

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Outbound:
    """Calls public addresses only, and those in ``allowed`` networks."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def allowing(cls, networks: str) -> Outbound:
        """Allow the networks of a list such as ``127.0.0.1/32, 10.1.0.0/16`` besides public addresses.

        :raises ValueError: when an item is not a network.
        """
        return cls(tuple(ipaddress.ip_network(text.strip()) for text in networks.split(",") if text.strip()))

    def check(self, url: str) -> Address:
        """Resolve the host of a URL now and return its address, if it may be called.

        :raises Refused: when it is not an http(s) URL, or when any of its addresses is not public.
        :raises Later: when the host name cannot be resolved.
        """
        try:
            httpx.URL(url)  # it rejects what urlsplit accepts, such as control characters
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except (ValueError, httpx.InvalidURL) as fault:
            raise Refused(f"that is no address: {fault}") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refused("only http:// and https:// are called")
        if parts.username or parts.password:
            raise Refused("no user and password in the address")
        try:
            found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as fault:
            raise Later(f"{parts.hostname} is not known: {fault}") from None
        addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
        for address in addresses:
            if not self._may_call(address):
                raise Refused(f"{parts.hostname} is {address}, which is not public")
        return addresses[0]

    def _may_call(self, address: Address) -> bool:
        inside = _embedded(address)
        return any(address in network for network in self.allowed) or all(
            each.is_global and not each.is_multicast and not each.is_reserved for each in (address, *inside)
        )

    def call(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        read_answer: bool = False,
        silence_seconds: float = SILENCE_SECONDS,
    ) -> Answer:
        """Call the very address that was checked, whatever the host name resolves to by then.

        Redirects are not followed. The body of the answer is read only with ``read_answer``.

        :raises Refused: when the address may not be called.
        :raises Unclear: when there was no answer in time to what was sent, or more than ``MAX_ANSWER_BYTES``.
        :raises Later: when it could not be sent.
        """
        address = self.check(url)
        target = httpx.URL(url)
        named = {"Host": target.netloc.decode("ascii"), "User-Agent": "open311-server", **(headers or {})}
        limit = _TotalLimit()
        try:
            with (
                limit,
                httpx.Client(
                    trust_env=False, verify=_trust(), timeout=silence_seconds, follow_redirects=False
                ) as client,
                client.stream(
                    method,
                    target.copy_with(host=str(address)),
                    content=body,
                    headers=named,
                    extensions={"sni_hostname": target.raw_host.decode("ascii"), "trace": limit.trace},
                ) as answer,
            ):
                read = _read(answer) if read_answer else b""
        except httpx.HTTPError as fault:
            if not limit.exceeded:
                raise limit.fault(f"{type(fault).__name__}: {fault}") from None
        if limit.exceeded:  # also where the end of the connection looked like the end of the answer
            raise limit.fault(f"it took longer than {CALL_SECONDS:.0f} s")
        return Answer(answer.status_code, read)


def _read(answer: httpx.Response) -> bytes:
    pieces = b""
    for piece in answer.iter_bytes():
        pieces += piece
        if len(pieces) > MAX_ANSWER_BYTES:
            raise Unclear(f"it answers more than {MAX_ANSWER_BYTES} bytes", answer.status_code)
    return pieces


@cache
def _trust() -> ssl.SSLContext:
    """Whom to trust, read once: reading the list of certificates costs more than a call."""
    return httpx.create_ssl_context(trust_env=False)


class _TotalLimit:
    """Closes the connection of a call that lasts too long: httpx limits each wait, not their sum."""

    def __init__(self) -> None:
        self.exceeded = False
        self.sent = False
        """Whether the other side has the whole request."""
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(CALL_SECONDS, self._end)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember the connection; with TLS the one that it becomes (httpcore's ``trace`` extension)."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = info["return_value"].get_extra_info("socket")
        self.sent = self.sent or event == "http11.send_request_body.complete"

    def fault(self, said: str) -> Later:
        """What it means that there was no answer."""
        return Unclear(said) if self.sent else Later(said)

    def _end(self) -> None:
        self.exceeded = True
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _embedded(address: Address) -> Sequence[Address]:
    """The IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]

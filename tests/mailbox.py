"""A real mail server on loopback, which keeps what it is sent."""

from __future__ import annotations

import asyncio
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from tests.serving import free_port


class Mailbox:
    """What arrived, in order; ``answers`` are given to the next messages instead of ``250 OK``.

    ``raw`` and ``envelopes`` are the bytes and the receivers of the same messages. ``senders`` and ``receivers`` say
    what addresses are answered where they are not taken.
    """

    def __init__(self) -> None:
        self.url = ""
        self.clear()

    def clear(self) -> None:
        """Forget what came, and take everything again."""
        self.messages: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.envelopes: list[tuple[str, ...]] = []
        self.answers: list[str] = []
        self.senders: dict[str, str] = {}
        self.receivers: dict[str, str] = {}
        self.hold_after: int | None = None
        """So many are taken; the next one waits for its answer until this is none again."""

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a sender."""
        if address in self.senders:
            return self.senders[address]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a receiver."""
        if address in self.receivers:
            return self.receivers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Take one message."""
        if self.answers:
            return self.answers.pop(0)
        while self.hold_after is not None and len(self.messages) >= self.hold_after:
            await asyncio.sleep(0.01)
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        self.envelopes.append(tuple(envelope.rcpt_tos))
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """What came for one address."""
        return [message for message in self.messages if message["To"] == address]

    def link(self) -> str:
        """The only link in the newest message."""
        (found,) = re.findall(r"https://\S+", words(self.messages[-1]))
        return str(found)


def words(message: EmailMessage) -> str:
    """The plain text of a message."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link(message: EmailMessage, path: str) -> str:
    """The path of a message's link to ``/answer``, ``/fixed``, ``/follow/confirm``, ``/follow/end``."""
    found = re.search(rf"https?://[^/\s]+(/{path}/[\w-]+)", words(message))
    assert found, words(message)
    return found[1]


@contextmanager
def receiving(**options: Any) -> Iterator[Mailbox]:
    """A server, for as long as the block lasts; ``options`` are those of aiosmtpd."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    box.url = f"smtp://{controller.hostname}:{controller.port}"
    try:
        yield box
    finally:
        controller.stop()


@contextmanager
def saying(*lines: str) -> Iterator[str]:
    """A server that greets everybody with the first line, and answers commands with the others; gives its address."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            for line in lines:
                self.wfile.write(f"{line}\r\n".encode())
                self.rfile.readline()

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"smtp://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()

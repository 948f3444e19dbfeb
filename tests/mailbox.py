"""A real mail server on loopback, which keeps what it is sent."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from tests.serving import free_port


class Mailbox:
    """What arrived, in order; ``answers`` are given to the next messages instead of ``250 OK``."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answers: list[str] = []
        self.hold_after: int | None = None
        """So many are taken; the next one waits for its answer until this is none again."""
        self.url = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Take one message."""
        if self.answers:
            return self.answers.pop(0)
        while self.hold_after is not None and len(self.messages) >= self.hold_after:
            await asyncio.sleep(0.01)
        assert isinstance(envelope.content, bytes)
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """What came for one address."""
        return [message for message in self.messages if message["To"] == address]


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
def receiving(mailbox: Mailbox) -> Iterator[Mailbox]:
    """The server, for as long as it lasts."""
    port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    mailbox.url = f"smtp://127.0.0.1:{port}"
    try:
        yield mailbox
    finally:
        controller.stop()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server for one test."""
    with receiving(Mailbox()) as box:
        yield box

"""A real SMTP server on loopback, and what came to it."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.serving import free_port


class Mailbox:
    """Everything that the server took, the oldest first."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.url = ""

    def clear(self) -> None:
        self.messages.clear()

    @property
    def newest(self) -> EmailMessage:
        return self.messages[-1]

    def link(self) -> str:
        """The link in the newest message."""
        (found,) = re.findall(r"https://\S+", self.newest.get_content())
        return str(found)


class _Handler:
    def __init__(self, box: Mailbox) -> None:
        self.box = box

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """What aiosmtpd calls for each message."""
        content = envelope.content
        assert isinstance(content, bytes)
        self.box.messages.append(email.message_from_bytes(content, _class=EmailMessage, policy=default))
        return "250 taken"


@contextmanager
def receiving() -> Iterator[Mailbox]:
    """A server as long as the block lasts."""
    box = Mailbox()
    controller = Controller(_Handler(box), hostname="127.0.0.1", port=free_port())
    controller.start()
    box.url = f"smtp://{controller.hostname}:{controller.port}"
    try:
        yield box
    finally:
        controller.stop()

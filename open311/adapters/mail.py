"""How mail leaves: over SMTP, or as files in a directory where no server is named."""

from __future__ import annotations

import ipaddress
import os
import re
import smtplib
import ssl
import tempfile
import threading
from email.message import EmailMessage
from email.policy import EmailPolicy
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Protocol, cast
from urllib.parse import unquote, urlsplit

from open311.adapters.delivery import DeliveryFault, Down, Gone, Later, Refused
from open311.domain.contact import email_address

SILENCE_SECONDS = 30
"""How long a mail server may take to answer a command."""
ASKED_AGAIN_SECONDS = 600.0
"""How long it is remembered what a mail server offers."""


class Mail(Protocol):
    """A way to send mail."""

    def send(self, message: EmailMessage) -> None:
        """Hand the message over; when this returns, the other side is responsible for it.

        :raises Gone: when mail to this receiver will never be taken.
        :raises Refused: when this message will never be taken.
        :raises Later: when it should be tried again.
        :raises Down: when the mail server takes no other message either.
        """

    def takes_utf8(self) -> bool:
        """Return whether mail to ``ännchen@example.org`` can be sent (RFC 6531), or that is not known."""


class FileMail:
    """Writes mail as ``.eml`` files, which mail programs open; for development."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def send(self, message: EmailMessage) -> None:
        """Write the message to a file whose name sorts by time."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.directory, suffix=".part", delete=False) as file:
            file.write(_written(message, utf8=not _is_ascii(message)))
        written = Path(file.name)
        os.replace(written, self.directory / f"{written.stat().st_mtime_ns}-{written.stem}.eml")

    def takes_utf8(self) -> bool:
        """A file holds any address."""
        return True


class SMTPMail:
    """Sends mail over ``smtp://[user:password@]host[:port]``, with STARTTLS where offered, or ``smtps://``.

    With ``smtps://`` or a password, the server must have a certificate for its name; a password is sent without TLS to
    this machine only. STARTTLS without a password accepts any certificate, as mail servers do among themselves
    (RFC 7435). Each thread reuses its connection, because greeting and TLS cost more than a message.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError(f"SMTP_URL must be like smtp://user:password@host:587, not {url!r}")
        self._tls = parts.scheme == "smtps"
        self._host, self._port = parts.hostname, parts.port or (465 if self._tls else 25)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._local = threading.local()
        self._takes_utf8, self._asked = True, -ASKED_AGAIN_SECONDS

    def send(self, message: EmailMessage) -> None:
        """Hand the message to the mail server, as ``Mail.send`` says."""
        try:
            connection = self._connection()
        except (OSError, smtplib.SMTPException) as fault:
            raise self._down(fault) from None
        try:
            self._hand_over(connection, message)
        except smtplib.SMTPRecipientsRefused as fault:
            self.close()
            code, said = next(iter(fault.recipients.values()))
            raise _fault(code, said, of_receiver=True) from None
        except smtplib.SMTPDataError as fault:
            self.close()
            raise _fault(fault.smtp_code, fault.smtp_error) from None
        except (OSError, smtplib.SMTPException) as fault:
            # What a server says before there is a receiver is about us: our network address, our name, our sender.
            raise self._down(fault) from None

    def _hand_over(self, connection: smtplib.SMTP, message: EmailMessage) -> None:
        """Send the message to its one receiver, whose domain always goes in ASCII (IDNA)."""
        utf8 = not _is_ascii(message)
        if utf8 and not connection.has_extn("smtputf8"):
            raise Gone("the mail server does not offer SMTPUTF8, which an address that is not ASCII needs")
        how = ("SMTPUTF8", "BODY=8BITMIME") if utf8 else ()
        connection.sendmail(_spec(message, "From"), [_spec(message, "To")], _written(message, utf8=utf8), how)

    def takes_utf8(self) -> bool:
        """Ask the mail server, at most once in ten minutes; one that does not answer now may take it later."""
        if monotonic() - self._asked >= ASKED_AGAIN_SECONDS:
            self._asked = monotonic()  # before asking, so that a server that hangs holds one thread only
            try:
                self._takes_utf8 = self._connection().has_extn("smtputf8")
            except (OSError, smtplib.SMTPException):
                self.close()
                self._takes_utf8 = True
        return self._takes_utf8

    def _connection(self) -> smtplib.SMTP:
        """Return the connection of this thread, or a new one if the server has closed it meanwhile."""
        known: smtplib.SMTP | None = getattr(self._local, "connection", None)
        if known is not None:
            try:
                if known.noop()[0] == 250:
                    return known
            except (OSError, smtplib.SMTPException):
                pass
            self.close()
        made: smtplib.SMTP
        if self._tls:
            made = smtplib.SMTP_SSL(
                self._host, self._port, timeout=SILENCE_SECONDS, context=ssl.create_default_context()
            )
        else:
            made = smtplib.SMTP(self._host, self._port, timeout=SILENCE_SECONDS)
        self._local.connection = made
        made.ehlo_or_helo_if_needed()  # before it nothing is known of what the server offers
        encrypted = self._tls
        if not encrypted and made.has_extn("starttls"):
            made.starttls(context=ssl.create_default_context() if self._user else _any_certificate())
            encrypted = True
        if self._user:
            if not (encrypted or _is_this_machine(self._host)):
                raise smtplib.SMTPException("it offers no TLS, and a password is not sent without")
            made.login(self._user, self._password)
        return made

    def _down(self, fault: Exception) -> Down:
        """Close the connection and return what the server did instead of letting us in."""
        self.close()
        said = _said(fault.smtp_code, fault.smtp_error) if isinstance(fault, smtplib.SMTPResponseException) else fault
        return Down(f"{self._host}: {said}")

    def close(self) -> None:
        """Close this thread's connection; the next message opens a new one."""
        known: smtplib.SMTP | None = getattr(self._local, "connection", None)
        self._local.connection = None
        if known is not None:
            known.close()


@cache
def _any_certificate() -> ssl.SSLContext:
    """Return a context that encrypts without knowing who answers: it keeps out those who only listen."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_ENHANCED = re.compile(r"5\.(\d{1,3}\.\d{1,3})")
_ABOUT_OUR_RIGHTS = (503, 530, 534, 535, 538)
_ABOUT_A_MAILBOX = (550, 551, 553)


def _fault(code: int, said: bytes | str, *, of_receiver: bool = False) -> DeliveryFault:
    """Return what a reply code means: final from 500 on (RFC 5321, 4.2.1), with three exceptions.

    Our own rights somebody can mend, so without them the whole server counts as down. A policy against us (5.7) and a
    mailbox that is full (5.2.2) say nothing of whether the receiver exists, so they are tried again (RFC 3463).
    """
    text = _said(code, said)
    if code in _ABOUT_OUR_RIGHTS:
        return Down(text)
    if not 500 <= code < 600:
        return Later(text)
    enhanced = _ENHANCED.search(text)
    subject = enhanced[1] if enhanced else ""
    if of_receiver and (subject.startswith("7.") or subject == "2.2" or code == 552):
        return Later(text)
    mailbox = subject.startswith("1.") or subject == "2.1" or (not subject and code in _ABOUT_A_MAILBOX)
    return Gone(text) if of_receiver or mailbox else Refused(text)


def _said(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"


def _spec(message: EmailMessage, header: str) -> str:
    """Return the bare address of a header."""
    found = str(message[header].addresses[0].addr_spec)
    return email_address(found) or found


def _is_ascii(message: EmailMessage) -> bool:
    return (_spec(message, "From") + _spec(message, "To")).isascii()


def _written(message: EmailMessage, *, utf8: bool) -> bytes:
    return message.as_bytes(policy=cast(EmailPolicy, message.policy).clone(linesep="\r\n", utf8=utf8))

"""How mail leaves: over SMTP, or as files in a directory where no server is named."""

from __future__ import annotations

import ipaddress
import os
import smtplib
import ssl
import tempfile
import threading
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from open311.adapters.delivery import DeliveryFault, Down, Later, Refused

SILENCE_SECONDS = 30
"""How long a mail server may take to answer a command."""


class Mail(Protocol):
    """A way to send mail."""

    def send(self, message: EmailMessage) -> None:
        """Hand the message over; when this returns, the other side is responsible for it.

        :raises Refused: when it will never be taken.
        :raises Later: when it should be tried again.
        :raises Down: when the mail server takes no other message either.
        """


class FileMail:
    """Writes mail as ``.eml`` files, which mail programs open; for development."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def send(self, message: EmailMessage) -> None:
        """Write the message to a file whose name sorts by time."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.directory, suffix=".part", delete=False) as file:
            file.write(message.as_bytes(policy=SMTP))
        written = Path(file.name)
        os.replace(written, self.directory / f"{written.stat().st_mtime_ns}-{written.stem}.eml")


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

    def send(self, message: EmailMessage) -> None:
        """Hand the message to the mail server, as ``Mail.send`` says."""
        try:
            connection = self._connection()
        except (OSError, smtplib.SMTPException) as fault:
            raise self._down(fault) from None
        try:
            connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as fault:
            self.close()
            code, said = next(iter(fault.recipients.values()))
            raise _fault(code, said) from None
        except smtplib.SMTPDataError as fault:
            self.close()
            raise _fault(fault.smtp_code, fault.smtp_error) from None
        except smtplib.SMTPNotSupportedError as fault:  # an address that is not ASCII (RFC 6531)
            raise Refused(str(fault)) from None
        except (OSError, smtplib.SMTPException) as fault:
            # What a server says before there is a receiver is about us: our network address, our name, our sender.
            raise self._down(fault) from None

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


def _fault(code: int, said: bytes | str) -> DeliveryFault:
    """Return what a reply code means: final from 500 on (RFC 5321, 4.2.1), except for our own rights there.

    Those somebody can mend, so they count as the whole server being down.
    """
    text = _said(code, said)
    if code in (530, 534, 535, 538):
        return Down(text)
    return Refused(text) if 500 <= code < 600 else Later(text)


def _said(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"

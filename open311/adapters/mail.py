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
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

SECONDS = 30
"""How long a mail server may take to answer."""


class MailRefused(Exception):
    """The mail server will never take this message; the text is what it said."""


class MailUnreachable(Exception):
    """The mail server takes this message not now; to be tried again."""


class MailDown(MailUnreachable):
    """The mail server does not answer, or lets us not in: it takes no other message either."""


class Mail(Protocol):
    """A way for mail to leave."""

    def send(self, message: EmailMessage) -> None:
        """Hand the message over; it is the other side's when this returns.

        :raises MailRefused: for good.
        :raises MailUnreachable: try again later.
        :raises MailDown: and the others too.
        """


class FileMail:
    """Mail as ``.eml`` files, for development: a mail program opens them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def send(self, message: EmailMessage) -> None:
        """Write it; the files sort by time."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.directory, suffix=".part", delete=False) as file:
            file.write(message.as_bytes(policy=SMTP))
        written = Path(file.name)
        os.replace(written, self.directory / f"{written.stat().st_mtime_ns}-{written.stem}.eml")


class SMTPMail:
    """Mail over ``smtp://[user:password@]host[:port]``, with STARTTLS where offered, or ``smtps://``.

    ``smtps://`` and a password want a server with a certificate for its name; only to this machine a password goes
    without TLS. STARTTLS without a password takes any certificate, as mail servers do among themselves (RFC 7435).
    Each thread keeps its connection: greeting and TLS cost more than a message.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError(f"SMTP_URL must be like smtp://user:password@host:587, not {url!r}")
        self._tls = parts.scheme == "smtps"
        self._host, self._port = parts.hostname, parts.port or (465 if self._tls else 25)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._kept = threading.local()

    def send(self, message: EmailMessage) -> None:
        """Hand the message to the server."""
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
            raise MailRefused(str(fault)) from None
        except (OSError, smtplib.SMTPException) as fault:
            # Whatever is said before there is a receiver is said of us: of our network address, our name, our sender.
            raise self._down(fault) from None

    def _connection(self) -> smtplib.SMTP:
        """The connection of this thread; a new one where the server has closed it meanwhile."""
        kept: smtplib.SMTP | None = getattr(self._kept, "connection", None)
        if kept is not None:
            try:
                if kept.noop()[0] == 250:
                    return kept
            except (OSError, smtplib.SMTPException):
                pass
            self.close()
        made: smtplib.SMTP
        if self._tls:
            made = smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=ssl.create_default_context())
        else:
            made = smtplib.SMTP(self._host, self._port, timeout=SECONDS)
        self._kept.connection = made
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

    def _down(self, fault: Exception) -> MailDown:
        """What the server did instead of letting us in; the connection is ended."""
        self.close()
        said = _said(fault.smtp_code, fault.smtp_error) if isinstance(fault, smtplib.SMTPResponseException) else fault
        return MailDown(f"{self._host}: {said}")

    def close(self) -> None:
        """End this thread's connection; the next message makes a new one."""
        kept: smtplib.SMTP | None = getattr(self._kept, "connection", None)
        self._kept.connection = None
        if kept is not None:
            kept.close()


def _any_certificate() -> ssl.SSLContext:
    """Nobody who only listens reads along; who answers is not known."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _fault(code: int, said: bytes | str) -> Exception:
    """For good from 500 on (RFC 5321, 4.2.1); but for our own rights there, which somebody can mend."""
    text = _said(code, said)
    if code in (530, 534, 535, 538):
        return MailDown(text)
    return MailRefused(text) if 500 <= code < 600 else MailUnreachable(text)


def _said(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"

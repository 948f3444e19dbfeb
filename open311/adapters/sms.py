"""How text messages leave: through a provider's HTTP API, or as files in a directory."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import httpx

SECONDS = 20


class SmsRefused(Exception):
    """The provider will never take this text; the message is what it said."""


class SmsUnreachable(Exception):
    """The provider takes this text not now; to be tried again."""


class SmsDown(SmsUnreachable):
    """The provider does not answer, or lets us not in: it takes no other text either."""


class Sms(Protocol):
    """A way for text messages to leave."""

    def send(self, number: str, text: str) -> None:
        """Hand a text over to a telephone number (``+12155550142``).

        :raises SmsRefused: for good.
        :raises SmsUnreachable: try again later.
        :raises SmsDown: and the others too.
        """


class FileSms:
    """Text messages as JSON files, for development and tests."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def send(self, number: str, text: str) -> None:
        """Write it; the files sort by time."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(mode="w", dir=self.directory, suffix=".part", delete=False) as file:
            json.dump({"to": number, "text": text}, file)
        written = Path(file.name)
        os.replace(written, self.directory / f"{written.stat().st_mtime_ns}-{written.stem}.json")


class TwilioSms:
    """Twilio's Messages API: ``twilio://ACCOUNT:TOKEN@api.twilio.com/+12155550100`` (the number that sends).

    ``twilio+http://`` speaks to a gateway of the same shape without TLS.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        sender = unquote(parts.path.strip("/"))
        if parts.scheme not in ("twilio", "twilio+http") or not (parts.hostname and parts.username and sender):
            raise ValueError(f"SMS_URL must be like twilio://ACCOUNT:TOKEN@api.twilio.com/+12155550100, not {url!r}")
        scheme = "http" if parts.scheme == "twilio+http" else "https"
        host = parts.netloc.rpartition("@")[2]
        self._account, self._token = unquote(parts.username), unquote(parts.password or "")
        self._address = f"{scheme}://{host}/2010-04-01/Accounts/{self._account}/Messages.json"
        self._sender = sender

    def send(self, number: str, text: str) -> None:
        """Hand the text to the provider."""
        form = {"To": number, "From": self._sender, "Body": text}
        try:
            answer = httpx.post(self._address, data=form, auth=(self._account, self._token), timeout=SECONDS)
        except httpx.HTTPError as fault:
            raise SmsDown(f"{type(fault).__name__}: {fault}") from None
        if answer.is_success:
            return
        said = f"{answer.status_code} {answer.text[:200]}"
        if answer.status_code in (401, 403, 429, 502, 503, 504):
            raise SmsDown(said)
        raise SmsUnreachable(said) if answer.status_code >= 500 else SmsRefused(said)

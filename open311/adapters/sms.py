"""How text messages leave: through a provider's HTTP API, or as files in a directory."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import httpx

from open311.adapters.delivery import Down, Later, Refused

SILENCE_SECONDS = 20
"""How long a provider may take to answer."""


class Sms(Protocol):
    """A way to send text messages."""

    def send(self, number: str, text: str) -> None:
        """Send a text message to a phone number (``+12155550142``).

        :raises Refused: when it will never be taken.
        :raises Later: when it should be tried again.
        :raises Down: when the provider takes no other text either.
        """


class FileSms:
    """Writes text messages as JSON files; for development and tests."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def send(self, number: str, text: str) -> None:
        """Write the text to a file whose name sorts by time."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(mode="w", dir=self.directory, suffix=".part", delete=False) as file:
            json.dump({"to": number, "text": text}, file)
        written = Path(file.name)
        os.replace(written, self.directory / f"{written.stat().st_mtime_ns}-{written.stem}.json")


class TwilioSms:
    """Sends through Twilio's Messages API: ``twilio://ACCOUNT:TOKEN@api.twilio.com/+12155550100`` (the sender).

    ``twilio+http://`` talks to a gateway with the same API without TLS.
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
        """Hand the text to the provider, as ``Sms.send`` says."""
        form = {"To": number, "From": self._sender, "Body": text}
        try:
            answer = httpx.post(self._address, data=form, auth=(self._account, self._token), timeout=SILENCE_SECONDS)
        except httpx.HTTPError as fault:
            raise Down(f"{type(fault).__name__}: {fault}") from None
        if answer.is_success:
            return
        said = f"{answer.status_code} {answer.text[:200]}"
        if answer.status_code in (401, 403, 429, 502, 503, 504):
            raise Down(said)
        raise Later(said) if answer.status_code >= 500 else Refused(said)

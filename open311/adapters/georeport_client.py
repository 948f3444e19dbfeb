"""Another city's GeoReport v2 server, as its client: file a service request there, and read what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

SECONDS = 20
"""How long a server may take to answer."""


class RemoteRefused(Exception):
    """The server refused for good; the message is what it said."""


class RemoteUnreachable(Exception):
    """The server did not answer, or not sensibly; to be tried again."""


@dataclass(frozen=True, slots=True)
class RemoteReceipt:
    """A number, or a token until there is one."""

    service_request_id: str | None
    token: str | None


@dataclass(frozen=True, slots=True)
class RemoteRequest:
    """What the server says of a service request."""

    status: str
    status_notes: str
    updated: datetime | None


@dataclass(frozen=True)
class GeoReportClient:
    """A client of one endpoint. Speaks JSON; ``jurisdiction_id`` and ``api_key`` where the server wants them."""

    url: str
    jurisdiction_id: str = ""
    api_key: str = ""

    def file(self, fields: Mapping[str, str], idempotency_key: str) -> RemoteReceipt:
        """File a service request; the same key again never files a second one on servers that know the header.

        :raises RemoteRefused: the server will not have it.
        :raises RemoteUnreachable: try again.
        """
        form = {name: value for name, value in {**fields, **self._who()}.items() if value}
        headers = {"Idempotency-Key": idempotency_key}
        (receipt,) = self._call("POST", "requests.json", data=form, headers=headers)
        number, token = (str(receipt.get(name) or "") or None for name in ("service_request_id", "token"))
        if not number and not token:
            raise RemoteRefused("the server gave neither a number nor a token")
        return RemoteReceipt(number, token)

    def number_of(self, token: str) -> str | None:
        """The number behind a token, or none yet.

        :raises RemoteRefused: the token is unknown.
        :raises RemoteUnreachable: try again.
        """
        (found,) = self._call("GET", f"tokens/{token}.json")
        return str(found.get("service_request_id") or "") or None

    def read(self, number: str) -> RemoteRequest:
        """What became of a service request.

        :raises RemoteRefused: it is unknown there.
        :raises RemoteUnreachable: try again.
        """
        (found,) = self._call("GET", f"requests/{number}.json")
        try:
            updated = datetime.fromisoformat(str(found["updated_datetime"])) if found.get("updated_datetime") else None
        except ValueError:
            updated = None
        return RemoteRequest(str(found.get("status", "")).lower(), str(found.get("status_notes") or ""), updated)

    def _who(self) -> dict[str, str]:
        return {"jurisdiction_id": self.jurisdiction_id, "api_key": self.api_key}

    def _call(self, method: str, path: str, **what: Any) -> list[dict[str, Any]]:
        if method == "GET" and self.jurisdiction_id:
            what["params"] = {"jurisdiction_id": self.jurisdiction_id}
        try:
            answer = httpx.request(method, f"{self.url}/{path}", timeout=SECONDS, **what)
        except httpx.HTTPError as fault:
            raise RemoteUnreachable(f"{self.url} does not answer: {fault}") from None
        if answer.status_code >= 500 or answer.status_code == 429:
            raise RemoteUnreachable(f"{self.url} answers {answer.status_code}")
        if not answer.is_success:
            raise RemoteRefused(_reason(answer))
        try:
            document = answer.json()
        except ValueError:
            raise RemoteUnreachable(f"{self.url} answers no JSON") from None
        if not isinstance(document, list) or len(document) != 1 or not isinstance(document[0], dict):
            raise RemoteUnreachable(f"{self.url} answers no list of one")
        return document


def _reason(answer: httpx.Response) -> str:
    """The first description of an errors document, or the status."""
    try:
        return str(answer.json()[0]["description"])
    except (ValueError, LookupError, TypeError):
        return f"the server answers {answer.status_code}"

"""A client of another city's GeoReport v2 server: file a service request there, and read what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson

from open311.adapters.delivery import Later, Refused
from open311.adapters.outbound import CALL_SECONDS, Answer, Outbound


@dataclass(frozen=True, slots=True)
class RemoteReceipt:
    """The number of a service request that was filed at another server, or a token until it has one."""

    service_request_id: str | None
    token: str | None


@dataclass(frozen=True, slots=True)
class RemoteRequest:
    """What another server says of a service request."""

    status: str
    status_notes: str
    updated: datetime | None


@dataclass(frozen=True)
class GeoReportClient:
    """A client of one GeoReport endpoint, speaking JSON; ``jurisdiction_id`` and ``api_key`` are sent if set.

    Every method raises ``Refused`` when the server refuses for good (the message is what it said), and ``Later`` when
    it gave no usable answer and should be asked again.
    """

    outbound: Outbound
    url: str
    jurisdiction_id: str = ""
    api_key: str = ""

    def file(self, fields: Mapping[str, str], idempotency_key: str) -> RemoteReceipt:
        """File a service request. Servers that know ``Idempotency-Key`` never file a second one under the same key."""
        form = {name: value for name, value in {**fields, **self._identity()}.items() if value}
        headers = {"Idempotency-Key": idempotency_key, "Content-Type": "application/x-www-form-urlencoded"}
        receipt = self._call("POST", "requests.json", headers, urlencode(form).encode())
        number, token = (str(receipt.get(name) or "") or None for name in ("service_request_id", "token"))
        if not number and not token:
            raise Refused("the server gave neither a number nor a token")
        return RemoteReceipt(number, token)

    def number_of(self, token: str) -> str | None:
        """Return the number behind a token, or None while there is none."""
        return str(self._call("GET", f"tokens/{token}.json").get("service_request_id") or "") or None

    def read(self, number: str) -> RemoteRequest:
        """Return the state of a service request."""
        found = self._call("GET", f"requests/{number}.json")
        try:
            updated = datetime.fromisoformat(str(found["updated_datetime"])) if found.get("updated_datetime") else None
        except ValueError:
            updated = None
        return RemoteRequest(str(found.get("status", "")).lower(), str(found.get("status_notes") or ""), updated)

    def _identity(self) -> dict[str, str]:
        return {"jurisdiction_id": self.jurisdiction_id, "api_key": self.api_key}

    def _call(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> dict[str, Any]:
        """Return the one item of the list that every endpoint answers with."""
        address = f"{self.url}/{path}"
        if method == "GET" and self.jurisdiction_id:
            address += "?" + urlencode({"jurisdiction_id": self.jurisdiction_id})
        try:
            answer = self.outbound.call(method, address, headers, body, read_answer=True, silence_seconds=CALL_SECONDS)
        except Later as fault:
            raise Later(f"{self.url} does not answer: {fault}") from None
        if answer.status >= 500 or answer.status == 429:
            raise Later(f"{self.url} answers {answer.status}", answer.status)
        if not answer.is_success:
            raise Refused(_reason(answer), answer.status)
        try:
            document = orjson.loads(answer.body)
        except ValueError:
            raise Later(f"{self.url} answers no JSON") from None
        if not isinstance(document, list) or len(document) != 1 or not isinstance(document[0], dict):
            raise Later(f"{self.url} answers no list of one")
        return document[0]


def _reason(answer: Answer) -> str:
    """Return the first description of an errors document, or else the status."""
    try:
        return str(orjson.loads(answer.body)[0]["description"])
    except (ValueError, LookupError, TypeError):
        return f"the server answers {answer.status}"

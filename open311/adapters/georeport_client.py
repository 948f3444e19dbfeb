"""A client of another city's GeoReport v2 server: file a service request there, and read what became of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from open311.adapters.delivery import Later, Refused, Unclear
from open311.adapters.outbound import CALL_SECONDS, Answer, Outbound
from open311.domain.moment import write_moment


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
    it gave no usable answer and should be asked again: ``Unclear`` where what was to be filed may be there already.
    """

    outbound: Outbound
    url: str
    jurisdiction_id: str = ""
    api_key: str = ""

    def file(self, fields: Mapping[str, str], idempotency_key: str) -> RemoteReceipt:
        """File a service request. Servers that know ``Idempotency-Key`` never file a second one under the same key."""
        form = {name: value for name, value in {**fields, **self._identity()}.items() if value}
        headers = {"Idempotency-Key": idempotency_key, "Content-Type": "application/x-www-form-urlencoded"}
        answer = self._call("POST", "requests.json", headers, urlencode(form).encode())
        try:
            receipt = _item(answer)
        except ValueError as fault:
            raise Unclear(f"{self.url} answers {answer.status}, but {fault}", answer.status) from None
        number, token = (_name(receipt.get(name)) for name in ("service_request_id", "token"))
        if not number and not token:
            raise Unclear(f"{self.url} answers {answer.status}, but neither a number nor a token", answer.status)
        return RemoteReceipt(number, token)

    def find(self, service_code: str, mark: str, since: datetime) -> str | None:
        """Return the number of the one service request with ``mark`` in its description; None if not one has."""
        asked = {"service_code": service_code, "start_date": str(write_moment(since))}
        answer = self._call("GET", "requests.json", arguments=asked)
        try:
            found = [_name(each.get("service_request_id")) for each in _items(answer) if _bears(each, mark)]
        except ValueError as fault:
            raise Later(f"{self.url} answers {fault}") from None
        return found[0] if len(found) == 1 else None

    def number_of(self, token: str) -> str | None:
        """Return the number behind a token, or None while there is none."""
        return _name(self._one(f"tokens/{quote(token, safe='')}.json").get("service_request_id"))

    def read(self, number: str) -> RemoteRequest:
        """Return the state of a service request."""
        found = self._one(f"requests/{quote(number, safe='')}.json")
        try:
            updated = datetime.fromisoformat(str(found["updated_datetime"])) if found.get("updated_datetime") else None
        except ValueError:
            updated = None
        return RemoteRequest(str(found.get("status", "")).lower(), str(found.get("status_notes") or ""), updated)

    def _identity(self) -> dict[str, str]:
        return {"jurisdiction_id": self.jurisdiction_id, "api_key": self.api_key}

    def _one(self, path: str) -> dict[str, Any]:
        """Return the one item of the list that every endpoint answers with."""
        try:
            return _item(self._call("GET", path))
        except ValueError as fault:
            raise Later(f"{self.url} answers {fault}") from None

    def _call(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        arguments: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return an answer that is a success."""
        address = f"{self.url}/{path}"
        named = {**({"jurisdiction_id": self.jurisdiction_id} if self.jurisdiction_id else {}), **(arguments or {})}
        if method == "GET" and named:
            address += "?" + urlencode(named)
        try:
            answer = self.outbound.call(method, address, headers, body, read_answer=True, silence_seconds=CALL_SECONDS)
        except Later as fault:
            raise type(fault)(f"{self.url} does not answer: {fault}", fault.status) from None
        if answer.status in (502, 504):  # a proxy that does not know what its server did
            raise Unclear(f"{self.url} answers {answer.status}")
        if answer.status >= 500 or answer.status == 429:
            raise Later(f"{self.url} answers {answer.status}", answer.status)
        if not answer.is_success:
            raise Refused(_reason(answer), answer.status)
        return answer


MAX_NAME_CHARACTERS = 255
"""The longest number or token of another server that is understood, in characters."""


def _items(answer: Answer) -> list[dict[str, Any]]:
    """Return the list that an answer is.

    :raises ValueError: when it is none; the message says what it is.
    """
    try:
        document = orjson.loads(answer.body)
    except ValueError:
        raise ValueError("no JSON") from None
    if not isinstance(document, list) or not all(isinstance(each, dict) for each in document):
        raise ValueError("no list of one")
    return document


def _item(answer: Answer) -> dict[str, Any]:
    """Return the one item of the list that an answer is.

    :raises ValueError: when it is none; the message says what it is.
    """
    items = _items(answer)
    if len(items) != 1:
        raise ValueError("no list of one")
    return items[0]


def _name(given: Any) -> str | None:
    """Return a number or a token as text; None for anything that cannot be one."""
    text = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""
    return text if text and len(text) <= MAX_NAME_CHARACTERS and text.isprintable() else None


def _bears(request: Mapping[str, Any], mark: str) -> bool:
    """Return whether a description has the mark, and not a longer one; line ends may be gone there."""
    return re.search(rf"{re.escape(mark)}(?!\w)", str(request.get("description") or "")) is not None


def _reason(answer: Answer) -> str:
    """Return the first description of an errors document, or else the status."""
    try:
        return str(orjson.loads(answer.body)[0]["description"])
    except (ValueError, LookupError, TypeError):
        return f"the server answers {answer.status}"

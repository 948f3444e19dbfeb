"""Writes that a client may send twice and that count once: the answer is remembered, and given again."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from open311.actions.base.transaction import write
from open311.domain.errors import KeyReused
from open311.queries.intake.idempotency import answered
from open311.queries.reading import Statement

ANONYMOUS = 0
"""Stands for the client where no API key is needed."""

_REMEMBER = Statement(
    """
    UPDATE idempotency_key SET answer = :answer
    WHERE client = :client AND jurisdiction = :jurisdiction AND idempotency_key = :idempotency_key
    """
)
_TAKE = Statement(
    """
    INSERT INTO idempotency_key (client, jurisdiction, idempotency_key, body_hash)
    VALUES (:client, :jurisdiction, :idempotency_key, :body_hash) ON CONFLICT DO NOTHING
    """
)


@dataclass(frozen=True, slots=True)
class Once:
    """A client's promise that writes with this key are one (``Idempotency-Key``, ``client_request_id``).

    ``body_hash`` is a hash of all that was sent, so that a key is not taken for another write.
    """

    idempotency_key: str
    body_hash: bytes

    def remember(self, jurisdiction: str, api_client: int | None, answer: Any) -> None:
        """Remember the answer (a dataclass), in the transaction of the write."""
        plain = Jsonb(dataclasses.asdict(answer))
        write(_REMEMBER, {**self._named(jurisdiction, api_client), "answer": plain})

    def _named(self, jurisdiction: str, api_client: int | None) -> dict[str, Any]:
        client = api_client or ANONYMOUS
        return {"client": client, "jurisdiction": jurisdiction, "idempotency_key": self.idempotency_key}

    def before(self, jurisdiction: str, api_client: int | None) -> dict[str, Any] | None:
        """The fields of the answer that was given before, or None: then the key is taken now.

        Of two writes at the same moment, the second waits here for the first.

        :raises KeyReused: when the key came with another body before.
        """
        named = self._named(jurisdiction, api_client)
        if write(_TAKE, {**named, "body_hash": self.body_hash}):
            return None
        found = answered(named)
        if found.body_hash != self.body_hash:
            raise KeyReused(f"the idempotency key {self.idempotency_key!r} was used for another request")
        return found.answer

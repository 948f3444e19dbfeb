"""Make a write that a client sends twice count once: its answer is remembered, and given again."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from open311.actions.base.transaction import write
from open311.domain.errors import KeyReused
from open311.queries.intake.idempotency import answered, was_answered
from open311.queries.reading import Statement

ANONYMOUS_CLIENT = 0
"""The client number of writes that need no API key."""

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
    """A client's promise that all writes with one key are the same write (``Idempotency-Key``, ``client_request_id``).

    ``body_hash`` is a hash of all that was sent, so that the key cannot be used for a different write.
    """

    idempotency_key: str
    body_hash: bytes

    def remember(self, jurisdiction: str, api_client: int | None, answer: Any) -> None:
        """Remember the answer (a dataclass) to the write, in the write's transaction."""
        plain = Jsonb(dataclasses.asdict(answer))
        write(_REMEMBER, {**self._named(jurisdiction, api_client), "answer": plain})

    def _named(self, jurisdiction: str, api_client: int | None) -> dict[str, Any]:
        client = api_client or ANONYMOUS_CLIENT
        return {"client": client, "jurisdiction": jurisdiction, "idempotency_key": self.idempotency_key}

    def was_used(self, jurisdiction: str) -> bool:
        """Whether this very write was answered before; nothing is taken by asking."""
        return was_answered({**self._named(jurisdiction, None), "body_hash": self.body_hash})

    def before(self, jurisdiction: str, api_client: int | None) -> dict[str, Any] | None:
        """Return the fields of the answer that was given before; if there was none, take the key and return None.

        Of two writes at the same moment, the second waits here for the first.

        :raises KeyReused: when the key was used before with a different body.
        """
        named = self._named(jurisdiction, api_client)
        if write(_TAKE, {**named, "body_hash": self.body_hash}):
            return None
        found = answered(named)
        if found.body_hash != self.body_hash:
            raise KeyReused(f"the idempotency key {self.idempotency_key!r} was used for another request")
        return found.answer

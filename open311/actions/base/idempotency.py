"""The same write twice, one row: what was answered is kept, and answered again."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from open311.actions.base.transaction import connection
from open311.domain.errors import KeyReused

ANONYMOUS = 0
"""Stands for the client where no key is needed."""


@dataclass(frozen=True, slots=True)
class Once:
    """A client's word that writes bearing it are one (``Idempotency-Key``, ``client_request_id``), and the body."""

    idempotency_key: str
    body_hash: bytes

    def keep(self, jurisdiction: str, api_client: int | None, answer: Any) -> None:
        """Remember the answer, in the transaction of the write."""
        connection().execute(
            "UPDATE idempotency_key SET answer = %s WHERE client = %s AND jurisdiction = %s AND idempotency_key = %s",
            (
                Jsonb(dataclasses.asdict(answer)),
                api_client or ANONYMOUS,
                jurisdiction,
                self.idempotency_key,
            ),
        )


def remembered(once: Once, jurisdiction: str, api_client: int | None) -> dict[str, Any] | None:
    """What was answered before, or none: then the key is taken, and a second write at once waits for this one.

    :raises KeyReused: if the key came with another body.
    """
    named = (api_client or ANONYMOUS, jurisdiction, once.idempotency_key)
    taken = connection().execute(
        "INSERT INTO idempotency_key (client, jurisdiction, idempotency_key, body_hash) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (*named, once.body_hash),
    )
    if taken.rowcount:
        return None
    row: Any = (
        connection()
        .execute(
            "SELECT body_hash, answer FROM idempotency_key"
            " WHERE client = %s AND jurisdiction = %s AND idempotency_key = %s",
            named,
        )
        .fetchone()
    )
    if row[0] != once.body_hash:
        raise KeyReused(f"the idempotency key {once.idempotency_key!r} was used for another request")
    return row[1]  # type: ignore[no-any-return]

"""Read what was answered to a write that a client may send again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from open311.queries.reading import Statement, fetch_as, fetch_value

_ANSWERED = Statement(
    """
    SELECT body_hash, answer FROM idempotency_key
    WHERE client = :client AND jurisdiction = :jurisdiction AND idempotency_key = :idempotency_key
    """
)

_WAS_ANSWERED = Statement(
    """
    SELECT EXISTS (SELECT FROM idempotency_key
    WHERE client = :client AND jurisdiction = :jurisdiction AND idempotency_key = :idempotency_key
      AND body_hash = :body_hash AND answer IS NOT NULL)
    """
)


@dataclass(frozen=True, slots=True)
class Answered:
    """A hash of what was sent under an idempotency key, and the fields of the answer; None while there is no answer."""

    body_hash: bytes
    answer: dict[str, Any] | None


def answered(named: Mapping[str, Any]) -> Answered:
    """Return what was answered under a key that is taken; ``named`` holds client, jurisdiction and idempotency_key."""
    return fetch_as(Answered, _ANSWERED, named)[0]


def was_answered(write: Mapping[str, Any]) -> bool:
    """Whether this write was answered; ``write`` holds client, jurisdiction, idempotency_key and body_hash."""
    return bool(fetch_value(_WAS_ANSWERED, write))

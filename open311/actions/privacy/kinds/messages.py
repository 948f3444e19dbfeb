"""What was sent to somebody: when, where to and about what. The words of messages are never stored."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import write
from open311.actions.privacy.kind import Erasure, Expiry, Kind, Section, Tally, delete_rows
from open311.queries.privacy.due import old_rows
from open311.queries.privacy.naming import TO_SUBJECT, count_messages
from open311.queries.privacy.sections import MESSAGES
from open311.queries.reading import Statement

_MESSAGES = Statement(f"DELETE FROM message WHERE {TO_SUBJECT}")


def _erase(environment: Environment, erasure: Erasure) -> None:
    write(_MESSAGES, erasure.subject.parameters())


KIND = Kind(
    rank=80,
    columns="message: address channel fault subscription created_at sent_at",
    section=Section("messages", "What was sent to you; the words themselves are not kept", MESSAGES),
    tally=Tally("messages", count_messages),
    erase=_erase,
    expiries=(Expiry("messages", old_rows("message", "created_at", "state <> 'waiting'"), delete_rows("message")),),
)

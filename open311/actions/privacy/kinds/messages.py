"""What was sent to somebody: when, where to and about what. The words of messages are never stored."""

from __future__ import annotations

from open311.actions.privacy.kind import Expiry, Kind, Section, Tally, delete_rows, erase_by
from open311.queries.privacy.due import old_rows
from open311.queries.privacy.naming import TO_SUBJECT, count_messages
from open311.queries.privacy.sections import MESSAGES
from open311.queries.reading import Statement

_MESSAGES = Statement(f"DELETE FROM message WHERE {TO_SUBJECT}")


KIND = Kind(
    rank=80,
    columns="message: address channel fault subscription created_at sent_at",
    section=Section("messages", "What was sent to you; the words themselves are not kept", MESSAGES),
    tally=Tally("messages", count_messages),
    erase=erase_by(_MESSAGES),
    expiries=(Expiry("messages", old_rows("message", "created_at", "state <> 'waiting'"), delete_rows("message")),),
)

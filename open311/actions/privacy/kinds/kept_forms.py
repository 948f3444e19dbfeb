"""Forms that staff and residents sent after their session had ended."""

from __future__ import annotations

from open311.actions.privacy.kind import Kind, erase_by
from open311.queries.reading import Statement

_FORMS = Statement("DELETE FROM kept_form WHERE account = :account")

KIND = Kind(
    columns="kept_form: token_hash account sealed created_at",
    erase=erase_by(_FORMS),
    stays="What was typed without an account is sealed, found by the browser alone, and gone after twelve hours.",
)

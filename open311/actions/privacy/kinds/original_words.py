"""What somebody wrote, as it was before what looked like personal data was removed from it."""

from __future__ import annotations

from open311.actions.privacy.kind import Expiry, Kind, Section, delete_rows, erase_by
from open311.queries.privacy.due import rows_of_closed_cases
from open311.queries.privacy.sections import case_rows
from open311.queries.reading import Statement

_WORDS = Statement("DELETE FROM original_words WHERE service_request = ANY(:cases)")

KIND = Kind(
    rank=31,
    columns="original_words: field words created_at",
    section=Section(
        "original_words",
        "What you wrote, before what looked like personal data was removed from what everybody reads",
        case_rows("original_words", "t.field, t.words, t.created_at", "t.field"),
    ),
    erase=erase_by(_WORDS),
    expiries=(
        Expiry(
            "original_words",
            rows_of_closed_cases("original_words", "service_request"),
            delete_rows("original_words", "service_request"),
        ),
    ),
)

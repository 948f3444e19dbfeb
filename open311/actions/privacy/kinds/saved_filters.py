"""Filters of the staff's list that somebody saved: their names and what they search for are written by hand."""

from __future__ import annotations

from open311.actions.privacy.kind import Kind, Section, erase_by
from open311.queries.privacy.sections import own_rows
from open311.queries.reading import Statement

_FILTERS = Statement("DELETE FROM saved_filter WHERE account = :account")


KIND = Kind(
    rank=96,
    columns="saved_filter: account name query department created_at",
    section=Section(
        "saved_filters",
        "Filters of the staff's list that you saved",
        own_rows("saved_filter", "jurisdiction, name, query, department, created_at", "account = :account"),
    ),
    erase=erase_by(_FILTERS),
)

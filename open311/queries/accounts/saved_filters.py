"""Filters of the staff's list that somebody saved, for themselves or for a department."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from open311.queries.reading import Statement, fetch_as

_FILTERS = Statement(
    """
    SELECT f.key, f.name, f.query, f.department, a.name AS owner, f.account = :account AS own
    FROM saved_filter f JOIN account a ON a.key = f.account
    WHERE f.jurisdiction = :jurisdiction AND (f.account = :account OR f.department = ANY(:departments))
    ORDER BY lower(f.name), f.key
    """
)


@dataclass(frozen=True, slots=True)
class SavedFilterRow:
    """A saved filter; ``query`` is what stands in the address of the list."""

    key: int
    name: str
    query: str
    department: str | None
    """With whom it is shared, or None."""
    owner: str
    own: bool
    """Whether whoever asked saved it."""


def saved_filters(jurisdiction: str, account: int, departments: Sequence[str]) -> list[SavedFilterRow]:
    """List the filters of an account, and those that are shared with these departments, by name."""
    given = {"jurisdiction": jurisdiction, "account": account, "departments": list(departments)}
    return fetch_as(SavedFilterRow, _FILTERS, given)

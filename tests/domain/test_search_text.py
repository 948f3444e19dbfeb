"""Words are prepared for searching alike in Python and in PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from open311.domain.search_text import APART, HOUSE_RANGE, searchable

CASES = [
    ("2001-2005 Elm St", "2001 2005 Elm St"),
    ("1-2-3", "1 2 3"),
    ("pot-hole", "pot-hole"),
    ("-5", "-5"),
    ("", ""),
]


@pytest.mark.parametrize(("written", "prepared"), CASES)
def test_both_numbers_of_a_range_stand_apart(written: str, prepared: str) -> None:
    assert searchable(written) == prepared


@pytest.mark.parametrize(("written", "prepared"), CASES)
def test_postgresql_does_the_same_with_the_same_pattern(city: Any, written: str, prepared: str) -> None:
    given = {"written": written, "pattern": HOUSE_RANGE, "apart": APART}
    assert city.scalar(text("SELECT regexp_replace(:written, :pattern, :apart, 'g')"), given) == prepared

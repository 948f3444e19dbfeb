"""How a service request reaches the city."""

from __future__ import annotations

from open311.domain.draft import Draft
from open311.domain.intake import Intake


def test_a_draft_comes_by_the_api_where_nobody_says_otherwise() -> None:
    assert Draft.of("phila.gov", "SR-CL01").channel is Intake.API

"""What is due when: days of the rule, or of the service where that has its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from open311.domain.retention import Retention, Rule

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
RULES = Retention({"reporters": Rule(365, {"SR-PD01": 30, "SR-CL01": 900})})


@pytest.mark.parametrize(
    ("service", "days", "due"),
    [
        ("", 365, False),
        ("", 366, True),
        ("SR-ST02", 366, True),
        ("SR-PD01", 30, False),
        ("SR-PD01", 31, True),
        ("SR-CL01", 366, False),
        ("SR-CL01", 901, True),
    ],
)
def test_what_is_older_than_its_days_is_due(service: str, days: int, due: bool) -> None:
    cut = RULES.cut("reporters", NOW)
    assert cut is not None
    assert (NOW - timedelta(days=days) < cut.services.get(service, cut.before)) is due


def test_what_has_no_rule_is_kept() -> None:
    assert RULES.cut("messages", NOW) is None

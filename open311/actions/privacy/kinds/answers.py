"""What somebody answered to the questions of a service."""

from __future__ import annotations

from typing import Any

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import write
from open311.actions.cases.redact import TOMBSTONE
from open311.actions.privacy.kind import Expiry, Kind, Section, erase_by
from open311.queries.privacy.due import rows_of_closed_cases
from open311.queries.privacy.sections import case_rows
from open311.queries.reading import Statement

_ENTOMB = "UPDATE answer SET values = ARRAY[:tombstone], names = ARRAY[:tombstone] WHERE service_request = ANY(:cases)"
_PRIVATE = Statement(f"{_ENTOMB} AND NOT public")
_PRIVATE_OR_WRITTEN = Statement(f"{_ENTOMB} AND (NOT public OR datatype IN ('string', 'text'))")


def forget_private_answers(environment: Environment, cases: list[Any]) -> None:
    """Forget what was answered in private; what was asked stays."""
    write(_PRIVATE, {"tombstone": TOMBSTONE, "cases": cases})


KIND = Kind(
    rank=30,
    columns="answer: question values names public",
    section=Section(
        "answers",
        "What you answered to questions about it",
        case_rows("answer", "t.code, t.question, t.values, t.names, t.public", "t.position"),
    ),
    erase=erase_by(_PRIVATE_OR_WRITTEN),
    stays="What was chosen from a public list, like the kind of graffiti: it is about the place.",
    expiries=(
        Expiry(
            "private_answers",
            rows_of_closed_cases("answer", "service_request", f"NOT t.public AND t.values <> ARRAY['{TOMBSTONE}']"),
            forget_private_answers,
        ),
    ),
)

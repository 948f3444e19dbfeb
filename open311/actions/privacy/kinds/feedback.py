"""What somebody said about whether it was fixed."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import write
from open311.actions.cases.redact import TOMBSTONE
from open311.actions.privacy.kind import Erasure, Kind, Section
from open311.queries.privacy.sections import case_rows
from open311.queries.reading import Statement

_WORDS = Statement("UPDATE feedback SET words = :tombstone WHERE service_request = ANY(:cases) AND words IS NOT NULL")


def forget_feedback(cases: list[int]) -> None:
    """Forget the words of reporters of these cases; whether it was fixed stays."""
    write(_WORDS, {"tombstone": TOMBSTONE, "cases": cases})


def _erase(environment: Environment, erasure: Erasure) -> None:
    forget_feedback(erasure.subject.cases)


KIND = Kind(
    rank=50,
    columns="feedback: fixed words created_at",
    section=Section(
        "feedback", "Whether you said it was fixed", case_rows("feedback", "t.fixed, t.words, t.created_at", "t.key")
    ),
    erase=_erase,
)

"""/staff/r/NUMBER: one case, and what can be done with it."""

from __future__ import annotations

from flask import Response

from open311.domain.roles import Act
from open311.entrypoints.console.desk import acting_page, blueprint, case_in_hand
from open311.queries.cases import history


@blueprint.get("/r/<number>")
def case(number: str) -> Response:
    """The case with its history."""
    found = case_in_hand(number, Act.READ)
    return acting_page("case", found, history=history(found.jurisdiction, number))

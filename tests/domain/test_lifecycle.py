"""The eight states and the steps between them."""

from __future__ import annotations

import itertools

import pytest

from open311.domain.errors import StepRefused
from open311.domain.lifecycle import PUBLISHED, STEPS, Outcome, Status, check_step

TABLE = {
    "received": "acknowledged in_progress scheduled waiting_on_reporter referred closed",
    "acknowledged": "in_progress scheduled waiting_on_reporter referred closed",
    "in_progress": "scheduled waiting_on_reporter referred closed",
    "scheduled": "in_progress waiting_on_reporter closed",
    "waiting_on_reporter": "in_progress closed",
    "referred": "in_progress closed",
    "closed": "disputed received",
    "disputed": "received closed",
}


@pytest.mark.parametrize(("old", "new"), list(itertools.product(Status, Status)))
def test_only_the_steps_of_the_table_are_allowed(old: Status, new: Status) -> None:
    allowed = new in TABLE[old].split()
    assert (new in STEPS[old]) == allowed
    outcome = Outcome.RESOLVED if new is Status.CLOSED else None
    day = "a day" if new is Status.SCHEDULED else None
    if allowed:
        check_step(old, new, outcome, "text", scheduled=day)
    else:
        with pytest.raises(StepRefused, match="it can become"):
            check_step(old, new, outcome, "text", scheduled=day)


@pytest.mark.parametrize(("outcome", "text"), [(None, "done"), (Outcome.RESOLVED, " ")])
def test_closing_needs_an_outcome_and_a_text(outcome: Outcome | None, text: str) -> None:
    with pytest.raises(StepRefused, match="outcome and a public text"):
        check_step(Status.RECEIVED, Status.CLOSED, outcome, text)


def test_only_what_is_closed_has_an_outcome() -> None:
    with pytest.raises(StepRefused, match="only a closed"):
        check_step(Status.RECEIVED, Status.IN_PROGRESS, Outcome.RESOLVED, "text")


def test_scheduling_needs_a_date() -> None:
    with pytest.raises(StepRefused, match="date"):
        check_step(Status.RECEIVED, Status.SCHEDULED, None, "soon")


def test_only_what_is_scheduled_has_a_date() -> None:
    with pytest.raises(StepRefused, match="only a scheduled"):
        check_step(Status.RECEIVED, Status.IN_PROGRESS, None, "soon", scheduled="a day")


def test_closed_and_disputed_are_published_as_closed_and_nothing_else_is() -> None:
    assert {status for status, word in PUBLISHED.items() if word == "closed"} == {Status.CLOSED, Status.DISPUTED}
    assert set(PUBLISHED.values()) == {"open", "closed"}

"""Canned replies: which fit a step, and in which order."""

from __future__ import annotations

import pytest

from open311.domain.lifecycle import Outcome, Status
from open311.domain.reply import PLACEHOLDERS, Reply, fitting

PLAIN = Reply("plain", Status.CLOSED, {"en": ""})
OUTCOME = Reply("outcome", Status.CLOSED, {"en": ""}, outcome=Outcome.RESOLVED)
SERVICE = Reply("service", Status.CLOSED, {"en": ""}, services=frozenset({"TREE"}))
BOTH = Reply("both", Status.CLOSED, {"en": ""}, outcome=Outcome.RESOLVED, services=frozenset({"TREE"}))
OTHER = Reply("other", Status.CLOSED, {"en": ""}, services=frozenset({"WALL"}))
STARTED = Reply("started", Status.IN_PROGRESS, {"en": ""})
AGAIN = Reply("again", Status.CLOSED, {"en": ""})
ALL = [PLAIN, OUTCOME, STARTED, SERVICE, OTHER, BOTH, AGAIN]


@pytest.mark.parametrize(
    ("statuses", "service", "names"),
    [
        ([Status.CLOSED], "TREE", ["both", "service", "outcome", "plain", "again"]),
        ([Status.CLOSED], "WALL", ["other", "outcome", "plain", "again"]),
        ([Status.CLOSED], "SIGN", ["outcome", "plain", "again"]),
        ([Status.IN_PROGRESS, Status.CLOSED], "SIGN", ["started", "outcome", "plain", "again"]),
        ([Status.CLOSED, Status.IN_PROGRESS], "SIGN", ["outcome", "plain", "again", "started"]),
        ([Status.SCHEDULED], "TREE", []),
        ([], "TREE", []),
    ],
)
def test_the_most_specific_come_first_and_equals_stay_in_order(
    statuses: list[Status], service: str, names: list[str]
) -> None:
    assert [reply.name for reply in fitting(ALL, statuses, service)] == names


def test_a_reply_cannot_name_what_is_still_being_written() -> None:
    assert {"city", "number", "service", "department", "place", "expected"} == PLACEHOLDERS

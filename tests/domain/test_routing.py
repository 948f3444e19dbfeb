"""Rules: the first that matches counts, an empty condition asks for nothing, what is covered is never reached."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from open311.domain.priority import Priority
from open311.domain.routing import Condition, Example, Facts, Hours, Route, Routing, Rule

ZONE = "America/New_York"
WEDNESDAY_NOON = datetime(2026, 1, 7, 12, tzinfo=ZoneInfo(ZONE))
NIGHT = Hours(start=time(17), until=time(8))


def facts(**what: Any) -> Facts:
    return Facts(**{"service_code": "A", "moment": WEDNESDAY_NOON, **what})


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, minute, tzinfo=ZoneInfo(ZONE))


@pytest.mark.parametrize(
    ("condition", "given", "holds"),
    [
        (Condition(), {}, True),
        (Condition(services=frozenset("AB")), {}, True),
        (Condition(services=frozenset("B")), {}, False),
        (Condition(channels=frozenset({"phone"})), {"channel": "phone"}, True),
        (Condition(channels=frozenset({"phone"})), {}, False),
        (Condition(boundaries=frozenset({"ward:5", "ward:6"})), {"boundaries": frozenset({"ward:6", "zip:1"})}, True),
        (Condition(boundaries=frozenset({"ward:5"})), {}, False),
        (Condition(words=frozenset({"live wire"})), {"text": "There is a LIVE WIRE here"}, True),
        (Condition(words=frozenset({"wire"})), {"text": "The wires hang low"}, False),
        (Condition(words=frozenset({"c++"})), {"text": "written in c++, oddly"}, True),
        (Condition(answers={"q": frozenset("xy")}), {"answers": {"q": ["y", "z"]}}, True),
        (Condition(answers={"q": frozenset("x")}), {"answers": {"q": ["z"]}}, False),
        (Condition(answers={"q": frozenset("x")}), {}, False),
        (Condition(services=frozenset("A"), channels=frozenset({"phone"})), {}, False),
        (Condition(hours=NIGHT), {}, False),
    ],
)
def test_every_part_of_a_condition_must_hold(condition: Condition, given: dict[str, Any], holds: bool) -> None:
    assert condition.holds(facts(**given), ZONE) is holds


@pytest.mark.parametrize(
    ("hours", "moment", "holds"),
    [
        (NIGHT, local(7, 17), True),
        (NIGHT, local(7, 16, 59), False),
        (NIGHT, local(8, 7, 59), True),
        (NIGHT, local(8, 8), False),
        (NIGHT, datetime(2026, 1, 7, 22, tzinfo=UTC), True),  # five in the afternoon there
        (Hours(weekdays=frozenset({5, 6})), local(10, 12), True),
        (Hours(weekdays=frozenset({5, 6})), local(9, 12), False),
        (Hours(frozenset({4}), time(17), time(8)), local(10, 3), True),  # the night from Friday to Saturday
        (Hours(frozenset({4}), time(17), time(8)), local(9, 3), False),
        (Hours(start=time(9), until=time(17)), local(7, 9), True),
        (Hours(start=time(9), until=time(17)), local(7, 17), False),
    ],
)
def test_hours_are_local_and_may_run_past_midnight(hours: Hours, moment: datetime, holds: bool) -> None:
    assert hours.hold(moment, ZONE) is holds


def test_the_first_rule_that_matches_counts() -> None:
    routing = Routing(
        (
            Rule("urgent", Condition(words=frozenset({"fire"})), priority=Priority.URGENT),
            Rule("ours", Condition(services=frozenset("A")), department="parks", team="trees"),
        )
    )
    assert routing.route(facts(text="a fire"), ZONE, "streets") == Route("streets", None, Priority.URGENT, "urgent")
    assert routing.route(facts(), ZONE, "streets") == Route("parks", "trees", Priority.NORMAL, "ours")
    assert routing.route(facts(service_code="B"), ZONE, "streets") == Route("streets")


A, AB = frozenset("A"), frozenset("AB")


@pytest.mark.parametrize(
    ("earlier", "later", "covered"),
    [
        (Condition(), Condition(services=A), True),
        (Condition(services=AB), Condition(services=A), True),
        (Condition(services=A), Condition(services=AB), False),
        (Condition(services=A), Condition(), False),
        (Condition(services=A), Condition(services=A, words=frozenset({"x"})), True),
        (Condition(services=A, words=frozenset({"x"})), Condition(services=A), False),
        (Condition(answers={"q": AB}), Condition(answers={"q": A, "r": A}), True),
        (Condition(answers={"q": A}), Condition(answers={"r": A}), False),
        (Condition(hours=NIGHT), Condition(hours=NIGHT, services=A), True),
        (Condition(hours=NIGHT), Condition(services=A), False),
    ],
)
def test_a_rule_behind_one_that_takes_everything_is_found(earlier: Condition, later: Condition, covered: bool) -> None:
    routing = Routing((Rule("earlier", earlier), Rule("later", later)))
    assert [(rule.name, by.name) for rule, by in routing.shadowed()] == ([("later", "earlier")] if covered else [])


def test_examples_that_come_out_otherwise_are_told() -> None:
    rule = Rule("ours", Condition(services=A), team="trees")
    examples = (
        Example("right", facts(), "ours", team="trees", priority=Priority.NORMAL),
        Example("wrong rule", facts(), None),
        Example("wrong team", facts(), "ours", team="grounds"),
        Example("wrong department", facts(), "ours", department="parks"),
        Example("wrong priority", facts(), "ours", priority=Priority.HIGH),
    )
    failing = Routing((rule,), examples).failing(ZONE, {"A": "streets"})
    assert [example.name for example, _ in failing] == [example.name for example in examples[1:]]

"""Route new service requests to a department, team and priority by ordered rules, of which the first match wins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from open311.domain.intake import Intake
from open311.domain.priority import Priority


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may look at in a service request.

    ``boundaries`` are names like ``ward:5``, of the layers in force; ``moment`` is aware.
    """

    service_code: str
    moment: datetime
    channel: str = Intake.API
    text: str = ""
    boundaries: frozenset[str] = frozenset()
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of the week: local weekdays (0 is Monday), from one time of day until another.

    If ``until`` is not after ``start``, the span runs past midnight and belongs to the day on which it began.
    """

    weekdays: frozenset[int] = frozenset(range(7))
    start: time = time(0)
    until: time = time(0)

    def hold(self, moment: datetime, zone: str) -> bool:
        """Return whether a moment (aware) lies in the hours."""
        local = moment.astimezone(ZoneInfo(zone))
        clock, today = local.time(), local.weekday()
        if self.start < self.until:
            return today in self.weekdays and self.start <= clock < self.until
        late = today in self.weekdays and clock >= self.start
        return late or ((today - 1) % 7 in self.weekdays and clock < self.until)


@dataclass(frozen=True)
class Condition:
    """What must hold for a rule to match: all parts that are not empty; within a part, one of its values is enough."""

    services: frozenset[str] = frozenset()
    boundaries: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    answers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hours: Hours | None = None

    def holds(self, facts: Facts, zone: str) -> bool:
        """Return whether the condition holds for a service request."""
        return (
            (not self.services or facts.service_code in self.services)
            and (not self.channels or facts.channel in self.channels)
            and (not self.boundaries or not self.boundaries.isdisjoint(facts.boundaries))
            and all(not wanted.isdisjoint(facts.answers.get(code, ())) for code, wanted in self.answers.items())
            and (not self.words or any(_occurs(word, facts.text) for word in self.words))
            and (self.hours is None or self.hours.hold(facts.moment, zone))
        )

    def covers(self, other: Condition) -> bool:
        """Return whether this surely holds whenever ``other`` does, so that a later rule with ``other`` is dead."""
        return (
            _wider(self.services, other.services)
            and _wider(self.boundaries, other.boundaries)
            and _wider(self.channels, other.channels)
            and _wider(self.words, other.words)
            and all(code in other.answers and _wider(keys, other.answers[code]) for code, keys in self.answers.items())
            and (self.hours is None or self.hours == other.hours)
        )


def _wider(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    return not ours or (bool(theirs) and theirs <= ours)


def _occurs(word: str, text: str) -> bool:
    """Return whether a text contains a whole word or phrase, in upper or lower case."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None


@dataclass(frozen=True)
class Rule:
    """One rule of ``config/routing.yaml``; what is None stays as the service definition says."""

    name: str
    condition: Condition
    department: str | None = None
    team: str | None = None
    priority: Priority | None = None


@dataclass(frozen=True)
class Example:
    """A test case in ``config/routing.yaml``: the facts of a service request, and the route that it must get."""

    name: str
    facts: Facts
    rule: str | None
    department: str | None = None
    team: str | None = None
    priority: Priority | None = None


@dataclass(frozen=True)
class Route:
    """Where a service request goes, and the name of the rule that matched (None if none did)."""

    department: str
    team: str | None = None
    priority: Priority = Priority.NORMAL
    rule: str | None = None


@dataclass(frozen=True)
class Routing:
    """A jurisdiction's rules, in order, and the examples that they must satisfy."""

    rules: tuple[Rule, ...] = ()
    examples: tuple[Example, ...] = ()

    @property
    def needs_boundaries(self) -> bool:
        """Whether any rule looks at boundaries, so that they have to be read."""
        return any(rule.condition.boundaries for rule in self.rules)

    def route(self, facts: Facts, zone: str, department: str) -> Route:
        """Return the route of a service request; ``department`` is the one that its service definition names."""
        for rule in self.rules:
            if rule.condition.holds(facts, zone):
                return Route(
                    department=rule.department or department,
                    team=rule.team,
                    priority=Priority.NORMAL if rule.priority is None else rule.priority,
                    rule=rule.name,
                )
        return Route(department)

    def shadowed(self) -> Iterable[tuple[Rule, Rule]]:
        """Yield the rules that are never reached, each with the earlier rule that matches instead."""
        for position, rule in enumerate(self.rules):
            for earlier in self.rules[:position]:
                if earlier.condition.covers(rule.condition):
                    yield rule, earlier
                    break

    def failing(self, zone: str, departments: Mapping[str, str]) -> Iterable[tuple[Example, Route]]:
        """Yield the examples that fail, each with the route that came out; ``departments`` are by service code."""
        for example in self.examples:
            route = self.route(example.facts, zone, departments[example.facts.service_code])
            wanted = {
                "rule": example.rule,
                "department": example.department or route.department,
                "team": example.team or route.team,
                "priority": route.priority if example.priority is None else example.priority,
            }
            if any(getattr(route, name) != value for name, value in wanted.items()):
                yield example, route

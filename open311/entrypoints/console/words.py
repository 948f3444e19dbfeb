"""The words of the console about a case: queues, promises, ages, what changed. English only, as staff read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from open311.catalog.city import Jurisdiction
from open311.domain.lifecycle import Status
from open311.queries.cases.queues import MAX_COUNTED, Queue
from open311.queries.cases.timeline import TimelineEntry
from open311.web import phrases

QUEUES: Mapping[Queue, str] = {
    Queue.NEW: "New, not assigned",
    Queue.MINE: "Mine",
    Queue.TEAM: "My department",
    Queue.DUE_TODAY: "Due today",
    Queue.OVERDUE: "Overdue",
    Queue.WAITING: "Waiting for others",
    Queue.DUPLICATES: "Possible duplicates",
    Queue.DISPUTED: "Disputed",
    Queue.REVIEW: "To be reviewed",
    Queue.OPEN: "All open",
    Queue.EVERYTHING: "Closed ones too",
}
_KINDS = {
    "comment": "Comment",
    "note": "Note",
    "assignment": "Assigned",
    "location": "Place changed",
    "service": "Service changed",
    "merge": "Merged",
    "split": "Split",
    "media": "Photo added",
    "moderation": "Reviewed",
    "system": "Noted by the system",
}
_ACTORS = {
    "system": "by itself",
    "reporter": "the reporter",
    "client": "an app",
    "staff": "staff",
}
_SHOWN_CHANGES = ("department", "team", "priority", "expected_datetime", "scheduled_datetime", "private")
_DAY = timedelta(days=1)
_NEAR = timedelta(days=300)


@dataclass(frozen=True, slots=True)
class Due:
    """A promised date in words, and whether it has passed."""

    words: str
    late: bool = False


@dataclass(frozen=True)
class Words:
    """What templates say about cases, as of one moment."""

    jurisdiction: Jurisdiction
    now: datetime

    queues = QUEUES
    state = staticmethod(phrases.state)
    states = staticmethod(phrases.states)
    outcome = staticmethod(phrases.outcome)
    outcome_choices = staticmethod(phrases.outcome_choices)
    priority = staticmethod(phrases.priority)
    priorities = staticmethod(phrases.priorities)
    step = staticmethod(phrases.step)

    @staticmethod
    def count(number: int) -> str:
        """A count, with a plus sign where counting stopped early: ``999+``."""
        return f"{MAX_COUNTED - 1}+" if number >= MAX_COUNTED else str(number)

    def local(self, moment: datetime) -> datetime:
        """A moment in the city's time zone."""
        return moment.astimezone(ZoneInfo(self.jurisdiction.timezone))

    def day(self, moment: datetime) -> str:
        """A day: ``Nov 25``, with the year if it is more than 300 days away."""
        local = self.local(moment)
        return f"{local:%b} {local.day}" + ("" if abs(moment - self.now) < _NEAR else f", {local.year}")

    def time(self, moment: datetime) -> str:
        """A day and the time: ``Nov 25, 14:05``."""
        return f"{self.day(moment)}, {self.local(moment):%H:%M}"

    def team(self, department: str, team: str | None) -> str:
        """The name of a team, or its code if the department has no such team."""
        known = self.jurisdiction.departments.get(department)
        return known.teams.get(team, team) if known and team else team or ""

    def age(self, moment: datetime) -> str:
        """How long ago a moment was, in its largest unit: ``3 h``, ``12 days``."""
        passed = max(self.now - moment, timedelta())
        if passed < timedelta(hours=1):
            return f"{passed // timedelta(minutes=1)} min"
        if passed < _DAY:
            return f"{passed // timedelta(hours=1)} h"
        return _days(passed // _DAY) if passed < 730 * _DAY else f"{passed // (365 * _DAY)} years"

    def due(self, expected: datetime | None, status: str, *, paused: bool = False) -> Due:
        """A promised date as the list shows it: the day, or how late it is."""
        if expected is None:
            return Due("No promise")
        if status in (Status.CLOSED, Status.DISPUTED):
            return Due(self.day(expected))
        if paused:
            return Due("Paused")
        days = (self.local(expected).date() - self.local(self.now).date()).days
        if expected < self.now:
            return Due(f"{_days(-days)} late" if days else "Late since today", late=True)
        if days < 2:
            return Due("Tomorrow" if days else f"Today {self.local(expected):%H:%M}")
        return Due(self.day(expected))

    def happened(self, moment: TimelineEntry) -> str:
        """What an entry of the timeline is about: ``Closed``, ``Note``, ``Letter to the reporter``."""
        if moment.kind == "letter":
            return f"Letter to the {moment.note}: {moment.outcome.replace('_', ' ')} ({moment.status})"
        if moment.kind == "feedback":
            return f"The reporter says: {'fixed' if moment.status == 'yes' else 'not fixed'}"
        if moment.kind == "assignment":
            handed = "department" in moment.changes
            return "Handed over" if handed else "Priority" if "priority" in moment.changes else "Assigned"
        return phrases.state(moment.status) if moment.kind == "status" else _KINDS[moment.kind]

    @staticmethod
    def actor(who: str) -> str:
        """Who made an entry of the timeline: a name, or what stands for one."""
        kind, _, name = who.partition(":")
        return _ACTORS.get(who) or (f"{name} (import)" if kind == "import" else name or who)

    def changes(self, changed: Mapping[str, list[Any]]) -> Iterator[tuple[str, str, str]]:
        """The changes of an entry that mean something to people: name, old value, new value."""
        for name in _SHOWN_CHANGES:
            if name in changed:
                old, new = (self._value(name, value) for value in changed[name])
                yield name.removesuffix("_datetime").capitalize(), old, new

    def _value(self, name: str, value: Any) -> str:
        if value is None:
            return "nothing"
        if name == "department" and value in self.jurisdiction.departments:
            return self.jurisdiction.departments[value].name
        if name == "team":
            return next(
                (self.team(code, value) for code, each in self.jurisdiction.departments.items() if value in each.teams),
                value,
            )
        if name == "priority":
            return phrases.priority(value)
        if name == "private":
            return "private" if value else "public"
        return self.day(datetime.fromisoformat(value)) if name.endswith("_datetime") else str(value)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"

"""What an act is going to tell people: it is done, looked at, and undone.

So a preview is made by the very code that acts and writes, and cannot differ from what is sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import transaction
from open311.actions.telling.notify import MessagePreview, expand, letters


@dataclass(frozen=True)
class Preview:
    """Who is going to hear what; the reporter's own letter comes first."""

    words: Counter[MessagePreview]
    public: bool
    """Whether anything of it is public at all."""

    @property
    def tells_reporter(self) -> bool:
        """Whether the reporter hears of it."""
        return any(word.reporter for word in self.words)


def preview_of(environment: Environment, act: Callable[[Environment], object]) -> Preview:
    """Do it in a transaction that never commits; what the act refuses is raised as it would be.

    Nothing is left of it: no row, no entry of the audit log, no job and no link.
    """
    jobs = _Jobs()
    try:
        _act_and_undo(replace(environment, queue=jobs), act, jobs)
    except _Undo as heard:
        return Preview(heard.words, bool(heard.updates))
    raise AssertionError("a preview ends with what was heard")


@transaction
def _act_and_undo(environment: Environment, act: Callable[[Environment], object], jobs: _Jobs) -> None:
    act(environment)
    updates = []
    for arguments in [job for task, job in jobs.noted if task == "notify"]:
        expand(environment, **arguments)
        updates.append(arguments["update_id"])
    raise _Undo(Counter(letters(environment, [each for each in updates if each])), updates)


class _Undo(Exception):
    """Undoes the preview, and carries what was heard."""

    def __init__(self, words: Counter[MessagePreview], updates: list[str | None]) -> None:
        self.words = words
        self.updates = updates


@dataclass
class _Jobs:
    """A queue that only notes what is put there."""

    noted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def configure_task(self, name: str, **_: Any) -> _Job:
        return _Job(self, name)


@dataclass
class _Job:
    queue: _Jobs
    task: str

    def defer(self, **arguments: Any) -> None:
        self.queue.noted.append((self.task, arguments))

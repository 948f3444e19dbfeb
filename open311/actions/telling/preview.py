"""What an act is going to tell people: the act is done, its letters are read, and it is undone (ADR 25).

So a preview is made by the very code that acts and writes, and cannot differ from what is sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import transaction
from open311.actions.telling.expand import expand_update
from open311.actions.telling.links import link_url
from open311.domain.moment import now
from open311.queries.telling.messages import Message, messages_about
from open311.queries.telling.words import letter_of
from open311.wire.letter import Letter

BLANK = "…"
"""Stands in a preview for the secret of a link, which is made only when the message leaves."""


@dataclass(frozen=True, slots=True)
class MessagePreview:
    """What a message is going to say, about which service request, and to what kind of receiver."""

    letter: Letter
    number: str
    """The public number of the service request."""
    channel: str
    reporter: bool
    daily: bool
    """Whether it leaves as a line of a digest."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Who is going to be told what."""

    messages: Counter[MessagePreview]
    """The messages, those to reporters first, and how many receivers get each."""
    public: bool
    """Whether any of it is shown on the public page."""

    @property
    def tells_reporter(self) -> bool:
        """Whether a reporter gets a message."""
        return any(message.reporter for message in self.messages)


def preview_of(environment: Environment, act: Callable[[Environment], object]) -> Preview:
    """Do the act in a transaction that never commits, and return what it would have told people.

    Nothing is left of it: no row, no entry in the audit log, no job, no link. What the act refuses is raised as usual.
    """
    jobs = _Jobs()
    try:
        _act_and_undo(replace(environment, queue=jobs), act, jobs)
    except _Undo as undone:
        return undone.preview
    raise AssertionError("a preview always undoes what it did")


@transaction
def _act_and_undo(environment: Environment, act: Callable[[Environment], object], jobs: _Jobs) -> None:
    act(environment)
    updates = []
    for arguments in [job for task, job in jobs.noted if task == "notify"]:
        expand_update(environment, **arguments)
        updates.append(arguments["update_id"])
    wanted = [each for each in messages_about([each for each in updates if each]) if each.is_wanted]
    raise _Undo(Preview(Counter(_preview(environment, each) for each in wanted), bool(updates)))


def _preview(environment: Environment, message: Message) -> MessagePreview:
    links = {str(each): link_url(environment.public_url, each, BLANK) for each in message.links(now())}
    letter = letter_of(environment.city.jurisdictions[message.jurisdiction], message, links)
    return MessagePreview(letter, message.number or "", message.channel, message.reporter, message.rhythm == "daily")


class _Undo(Exception):
    """Rolls the transaction back, and carries the preview out of it."""

    def __init__(self, preview: Preview) -> None:
        self.preview = preview


@dataclass
class _Jobs:
    """A queue that only notes what is put into it."""

    noted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def configure_task(self, name: str, **_: Any) -> _Job:
        return _Job(self, name)


@dataclass
class _Job:
    queue: _Jobs
    task: str

    def defer(self, **arguments: Any) -> None:
        self.queue.noted.append((self.task, arguments))

"""What the address of the list asks: queue, filters, order; read, and written again for links and saved filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from open311.domain.draft import clean_line
from open311.domain.lifecycle import Status
from open311.domain.moment import day_after, read_moment
from open311.domain.routing import Priority
from open311.queries.cases.queues import SORTS, Asked, Queue
from open311.web.site import read_key


@dataclass(frozen=True)
class Question:
    """What is asked, as it stands in the address (``given``) and as the query takes it (``asked``)."""

    asked: Asked
    given: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """The same for an address, without the place in the list."""
        return self.having()

    @property
    def order(self) -> str:
        """By which column, with a ``-`` where it is turned."""
        return f"-{self.asked.sort}" if self.asked.descending else self.asked.sort

    def having(self, **other: str) -> str:
        """The same with something else, which is left out where it is empty: for links."""
        whole = {"queue": str(self.asked.queue), "sort": self.order, **self.given, **other}
        if whole["sort"] == _usual(whole["queue"]):
            del whole["sort"]
        return urlencode({name: value for name, value in whole.items() if value})

    def sorted_by(self, name: str) -> str:
        """The same, ordered by a column, or the other way round where it is so already."""
        turned = self.asked.sort == name and not self.asked.descending
        return self.having(sort=f"-{name}" if turned else name, after="")


def read(args: Mapping[str, str], zone: str, account: int) -> Question:
    """Read an address; what it has no value for is not asked, what cannot be read is told."""
    texts = {name: clean_line(args.get(name, "")) for name in ("queue", "sort", "after", *_READ)}
    queue = Queue(texts["queue"]) if texts["queue"] in list(Queue) else Queue.OPEN
    sort = texts["sort"] or _usual(queue)
    if sort.lstrip("-") not in SORTS:
        sort = _usual(queue)
    wanted: dict[str, Any] = {}
    errors: dict[str, str] = {}
    given = {name: texts[name] for name in _READ if texts[name]}
    for name, words in given.items():
        try:
            wanted |= _READ[name](words, zone, account)
        except ValueError as fault:
            errors[name] = str(fault)
    asked = Asked(queue, wanted, sort.lstrip("-"), sort.startswith("-"), texts["after"])
    return Question(asked, given, errors)


def read_again(query: str, zone: str, account: int) -> Question:
    """A question that stands in a link or was saved."""
    question = read(dict(parse_qsl(query)), zone, account)
    return replace(question, errors={})


def _usual(queue: str) -> str:
    """The order in which a queue is worked through: what is due first; where closed ones are shown, the newest."""
    return "-age" if queue == Queue.EVERYTHING else "due"


def _assignee(words: str, _: str, account: int) -> dict[str, Any]:
    if words == "none":
        return {"unassigned": True}
    if words == "me":
        return {"assignee": account}
    if (key := read_key(words)) is None:
        raise ValueError(f"Nobody is called {words}")
    return {"assignee": key}


def _day(words: str, zone: str, *, ends: bool = False) -> Any:
    try:
        begins = read_moment(words, zone)
        return day_after(begins, zone) if ends else begins
    except (ValueError, OverflowError):
        raise ValueError("Enter a day, like 2026-11-25") from None


def _one_of(name: str, values: list[str]) -> Callable[[str, str, int], dict[str, Any]]:
    def check(words: str, _: str, __: int) -> dict[str, Any]:
        if words not in values:
            raise ValueError(f"There is no {name} {words}")
        return {name: int(words) if name == "priority" else words}

    return check


def _boundary(words: str, _: str, __: int) -> dict[str, Any]:
    layer, colon, code = words.partition(":")
    if not (layer and colon and code):
        raise ValueError("A boundary is layer:code")
    return {"boundary": words}


_READ: Mapping[str, Callable[[str, str, int], dict[str, Any]]] = {
    "q": lambda words, *_: {"q": words},
    "service": lambda words, *_: {"service": words},
    "department": lambda words, *_: {"department": words},
    "assignee": _assignee,
    "boundary": _boundary,
    "state": _one_of("state", list(Status)),
    "channel": lambda words, *_: {"channel": words},
    "priority": _one_of("priority", [str(int(each)) for each in Priority]),
    "since": lambda words, zone, _: {"since": _day(words, zone)},
    "until": lambda words, zone, _: {"until": _day(words, zone, ends=True)},
}
"""Each filter by the name it has in the address, and how it is read."""

"""What the address of the list asks: queue, filters, order; read, and written again for links and saved filters.

The filters bear the names that they have in the API (``queries/filters/table``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from open311.domain.draft import clean_line
from open311.queries.cases.case_list import SORTS, Asked
from open311.queries.cases.queues import Queue
from open311.queries.filters import table
from open311.queries.filters.conditions import Source
from open311.queries.filters.readers import Asker, layer_meant
from open311.queries.filters.values import AnyOf, Boundaries
from open311.queries.places.boundaries import unknown

PARAMETERS = tuple(table.parameters_of(Source.CASES))
"""Every parameter by which the list is narrowed."""
ON_PAGE = (
    *("q", "service_code", "department", "assignee", "boundary", "detailed_status", "priority", "channel"),
    *("start_date", "end_date"),
)
"""The filters that the page asks for, in its order (``console/queue.html``)."""
_KNOWN = {"queue", "sort", "after", "list", *PARAMETERS}


@dataclass(frozen=True)
class Question:
    """What is asked, as it is written in the address (``given``) and as the query takes it (``asked``)."""

    asked: Asked
    given: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def faults(self) -> dict[str, str]:
        """The errors in the order in which the filters stand on the page."""
        return {name: self.errors[name] for name in (*ON_PAGE, *self.errors) if name in self.errors}

    @property
    def query(self) -> str:
        """The question as the query of an address, from the first page on."""
        return self.having()

    @property
    def place(self) -> str:
        """The question as the query of an address, from the page on that is shown."""
        return self.having(after=self.asked.after)

    @property
    def order(self) -> str:
        """The name of the order, after a ``-`` if it is descending."""
        return f"-{self.asked.sort}" if self.asked.descending else self.asked.sort

    def everywhere(self, numbers: Sequence[str]) -> Question:
        """The question for these cases alone, in whatever queue they are."""
        asked = replace(self.asked, queue=Queue.EVERYTHING, given={"service_request_id": AnyOf(tuple(numbers))})
        return replace(self, asked=asked)

    def having(self, **other: str) -> str:
        """The question with other parameters, for links. Empty parameters are left out."""
        whole = {"queue": str(self.asked.queue), "sort": self.order, **self.given, **other}
        if whole["sort"] == _usual(whole["queue"]):
            del whole["sort"]
        return urlencode({name: value for name, value in whole.items() if value})

    def sorted_by(self, name: str) -> str:
        """The question ordered by a column, or in the opposite direction if it is ordered by it already."""
        turned = self.asked.sort == name and not self.asked.descending
        return self.having(sort=f"-{name}" if turned else name, after="")


def read(args: MultiDict[str, str], asker: Asker) -> Question:
    """Read an address. Empty parameters ask for nothing; ``errors`` says which ones cannot be read."""
    sent = {name: _sent(args, name) for name in ("queue", "sort", "after", *PARAMETERS)}
    texts = {name: next(iter(each), "") for name, each in sent.items()}
    queue = Queue(texts["queue"]) if texts["queue"] in list(Queue) else Queue.OPEN
    sort = texts["sort"] or _usual(queue)
    if sort.lstrip("-") not in SORTS:
        sort = _usual(queue)
    given = {name: texts[name] for name in PARAMETERS if texts[name]}
    wanted, faults = table.read(Source.CASES, {name: sent[name] for name in given}, asker)
    faults |= {name: f"{name} was given {len(sent[name])} times" for name in given if len(sent[name]) > 1}
    for name in args:
        if name not in _KNOWN and (layer := layer_meant(name, asker.jurisdiction.layers)):
            faults["boundary"] = f"{name} is no filter; write boundary={layer}:{args[name].strip() or 'CODE'}"
    named = wanted.get("boundary")
    if isinstance(named, Boundaries) and (fault := unknown(asker.jurisdiction.key, named.names)):
        faults["boundary"] = fault
    errors = {name: fault[:1].upper() + fault[1:] for name, fault in faults.items()}
    asked = Asked(queue, wanted, sort.lstrip("-"), sort.startswith("-"), texts["after"])
    return Question(asked, given, errors)


def read_again(query: str, asker: Asker) -> Question:
    """Read a question that was written into a link or saved; whatever cannot be read is ignored."""
    question = read(MultiDict(parse_qsl(query)), asker)
    return replace(question, errors={})


def _sent(args: MultiDict[str, str], name: str) -> list[str]:
    """What was sent for a parameter, without blanks and repetitions; lists with commas are one."""
    texts = list(dict.fromkeys(text for each in args.getlist(name) if (text := clean_line(each))))
    return [",".join(texts)] if texts and name in _LISTS else texts


_LISTS = ("service_request_id", "service_code", "status", "department", "channel")


def _usual(queue: str) -> str:
    """The usual order of a queue: what is due first; where closed cases are shown, the newest first."""
    return "-age" if queue == Queue.EVERYTHING else "due"

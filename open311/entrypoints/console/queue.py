"""/staff: the list of cases, by queue and filters, with the chosen case beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.accounts.saved_filters import shares_with
from open311.actions.base.environment import current_environment
from open311.domain.digits import plain_digits
from open311.domain.intake import Intake
from open311.domain.roles import Act, opens
from open311.entrypoints.console.blueprint import asks_for_part, blueprint, by_name, city, viewer
from open311.entrypoints.console.question import Question, read, read_again
from open311.queries.accounts.grants import staff_grants
from open311.queries.accounts.saved_filters import saved_filters
from open311.queries.cases import case_list, queues
from open311.queries.cases.case_list import CASES_PER_PAGE
from open311.queries.cases.numbers import numbers_meant
from open311.queries.cases.queues import Queue
from open311.queries.filters.readers import Asker
from open311.queries.filters.values import Equal
from open311.queries.places.boundaries import named_boundaries
from open311.web import fields
from open311.web.forms import Form
from open311.web.gate import me
from open311.web.shell import page

NAME = fields.line("name", missing="Enter a name for this list")
"""The name under which the filters of the list are saved (``console/filters``)."""


@blueprint.get("", access=Act.READ)
def queue() -> AnyResponse:
    """Show the list: a whole page, or only the list for htmx. Where the search is one case's number, open that case."""
    question = read(request.args, asker())
    named = numbers_meant(viewer(), plain_digits(question.given.get("q", "")))
    if len(named) == 1:
        # The list to come back to is the one without the number, which would lead here again.
        return _lead_to(url_for("console.case", number=named[0], list=question.having(q="")))
    form = Form.of_request(NAME)
    if form.kept:
        question = came_from(form.typed.get("query", ""))
    return listing(question.everywhere(named) if named else question, form)


def _lead_to(address: str) -> AnyResponse:
    """Lead to another page; htmx, which asks for a part of one, is told to open it."""
    return Response(headers={"HX-Redirect": address}) if asks_for_part() else redirect(address, 303)


def listing(question: Question, form: Form) -> Response:
    """The page of a list.

    :param form: the form that saves its filters under a name.
    """
    looking = viewer()
    faults = {**form.errors, **question.faults}
    rows = case_list.page(looking, question.asked, _layer())
    shared = by_name(
        shares_with(current_environment(), looking.jurisdiction, me().actor), lambda code: city().departments[code].name
    )
    values: dict[str, Any] = {
        "question": question,
        "rows": rows[:CASES_PER_PAGE],
        "later": question.having(after=rows[CASES_PER_PAGE - 1].number) if len(rows) > CASES_PER_PAGE else None,
        "total": (total := case_list.how_many(looking, question.asked)),
        "elsewhere": _elsewhere(looking, question, total),
        "counts": _shown(queues.counts(looking), looking),
        "saved": by_name(saved_filters(looking.jurisdiction, looking.account, shared), lambda each: each.name),
    }
    status = 422 if faults else 200
    if asks_for_part() and not faults:
        answer = page("console/_list.html", part=True, **values)
    else:
        answer = page(
            "console/queue.html", faults, status, **values, **_choices(), shared=shared, form=form, typed=form.typed
        )
    answer.vary.add("HX-Request")
    return answer


class Elsewhere(NamedTuple):
    """How many cases fit the same filters outside of the queue that is shown, and the address that shows them."""

    open: int
    closed: int
    query: str


def _elsewhere(looking: queues.Viewer, question: Question, total: int) -> Elsewhere | None:
    """What a search would find if it looked everywhere; None where that is no more than is shown."""
    if "q" not in question.given or question.asked.queue is Queue.EVERYTHING:
        return None
    everywhere = replace(question.asked, queue=Queue.EVERYTHING)
    found = case_list.how_many(looking, everywhere)
    if found <= total:
        return None
    open_ones = replace(everywhere, given={**everywhere.given, "status": Equal(True)})
    still_open = case_list.how_many(looking, open_ones)
    return Elsewhere(still_open, found - still_open, question.having(queue=Queue.EVERYTHING, sort="", after=""))


@blueprint.get("/next", access=Act.READ)
def open_next() -> AnyResponse:
    """Redirect to the first case of a list, or the first after a certain one; to the list itself when there is none."""
    question = read(request.args, asker())
    for row in case_list.page(viewer(), question.asked, _layer(), most=1):
        return redirect(url_for("console.case", number=row.number, list=question.query), 303)
    return redirect(f"{url_for('console.queue')}?{question.query}", 303)


def asker() -> Asker:
    """Whoever looks at the list, as far as reading its address depends on it."""
    return Asker(city(), me().account, enters_days=True)


def came_from(query: str) -> Question:
    """The list from which a case was opened, as its address says."""
    return read_again(query, asker())


def _layer() -> str:
    """The boundary layer that the list shows for each case: the first of the city's."""
    return next(iter(city().layers), "")


def _shown(counts: dict[Queue, int], looking: queues.Viewer) -> dict[Queue, int]:
    """The queues without those that are always empty for this person."""
    hidden = set()
    if not looking.departments:
        hidden.add(Queue.TEAM)
    if not opens(looking.grants, Act.MODERATE):
        hidden.add(Queue.REVIEW)
    return {queue: count for queue, count in counts.items() if queue not in hidden}


def _choices() -> dict[str, Any]:
    """The choices of the filters, by the names that the template uses."""
    people = {each.account: each.name or each.email for each in staff_grants() if each.active}
    return {
        "services": by_name(city().services.values(), lambda each: each.service_name),
        "departments": by_name(city().departments.values(), lambda each: each.name),
        "people": dict(by_name(people.items(), lambda each: str(each[1]))),
        "boundaries": named_boundaries(city()),
        "channels": list(Intake),
    }

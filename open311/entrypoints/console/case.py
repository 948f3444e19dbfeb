"""/staff/r/<number>: everything about a case that the signed-in person may see."""

from __future__ import annotations

from flask import Response, request
from werkzeug.exceptions import NotFound

from open311.actions.base.environment import current_environment
from open311.actions.cases.reporter import Personal, read_personal
from open311.domain.case_ref import CaseRef
from open311.domain.errors import UnknownServiceRequest
from open311.domain.lifecycle import PUBLISHED, STEPS, Status
from open311.domain.roles import Act, may
from open311.entrypoints.console.blueprint import asks_for_part, blueprint, city
from open311.entrypoints.console.held_words import held_words
from open311.entrypoints.console.queue import came_from
from open311.queries.cases.case_file import CaseFile, case_file
from open311.queries.places.outlines import around
from open311.web.gate import act_of, can_open, me
from open311.web.shell import page

ACTING_PAGES = (
    ("console.update", "Update"),
    ("console.ask", "Ask the reporter"),
    ("console.assign", "Assign"),
    ("console.merge", "Merge"),
    ("console.split", "Split"),
    ("console.refer", "Refer"),
    ("console.unmerge", "Not a duplicate"),
)
"""Pages on which staff act on a case, by endpoint, with the words on their buttons."""
OF_DUPLICATES = {"console.update": "Comment or note", "console.unmerge": "Not a duplicate"}
"""The acts on a duplicate: its state follows another case, so there is nothing else to do with it."""
_NEED_STEP = {"console.ask": Status.WAITING_ON_REPORTER, "console.refer": Status.REFERRED}
"""Pages that lead to a state, which the lifecycle must allow."""


@blueprint.get("/r/<number:number>", access=Act.READ)
def case(number: str) -> Response:
    """Show the case: a whole page, or only the case for htmx, which shows it beside the list."""
    return _shown(_opened(number))


@blueprint.post("/r/<number:number>/contact", access=Act.READ_PERSONAL, shown_on="console.case")
def contact(number: str) -> Response:
    """Show the case with its reporters. It is a POST because each look is noted in the audit log."""
    opened = _opened(number)
    return _shown(opened, read_personal(CaseRef(city().key, number), me().actor))


@blueprint.get("/r/<number:number>/photo/<name>", access=Act.READ)
def photo(number: str, name: str) -> Response:
    """Serve a photo of the case, public or not."""
    content = current_environment().stores.files.read(name) if _opened(number).has_photo(name) else None
    if content is None:
        raise NotFound("There is no such photo")
    return Response(content, content_type="image/jpeg")


def _opened(number: str) -> CaseFile:
    """The case file.

    :raises UnknownServiceRequest: when there is no such case.
    :raises NotAllowed: when no grant of the signed-in person reaches it.
    """
    found = case_file(city().key, number, me().grants)
    if found is None:
        raise UnknownServiceRequest(f"There is no service request {number}")
    return found


def _acts(found: CaseFile) -> list[tuple[str, str]]:
    """The pages of acts that make sense for a case as it is, whoever looks at it."""
    if found.facts.duplicate_of:
        return list(OF_DUPLICATES.items())
    status = Status(found.facts.status)
    senseless = {"console.unmerge", *(page for page, step in _NEED_STEP.items() if step not in STEPS[status])}
    if PUBLISHED[status] == "closed":
        senseless.add("console.split")
    return [(page, name) for page, name in ACTING_PAGES if page not in senseless]


def _shown(found: CaseFile, personal: Personal | None = None) -> Response:
    facts, grants = found.facts, me().grants
    answer = page(
        "console/_case.html" if asks_for_part() else "console/case.html",
        case=found,
        facts=facts,
        map=around(facts.place, [area.key for area in found.areas]) if facts.place else None,
        personal=personal,
        held=held_words(found),
        may_moderate=may(grants, Act.MODERATE, found.scope),
        may_read_personal=may(grants, Act.READ_PERSONAL, found.scope),
        acts=[each for each in _acts(found) if can_open(each[0]) and may(grants, act_of(each[0]), found.scope)],
        question=came_from(request.args.get("list", "")),
    )
    answer.vary.add("HX-Request")
    return answer

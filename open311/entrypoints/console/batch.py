"""/staff/bulk: one change of many cases, which waits ten seconds and can be undone until then; and its progress."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from flask import Response, flash, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import current_environment
from open311.actions.cases.batch import MAX_CASES, UNDO_WITHIN, start_batch, undo_batch
from open311.domain.lifecycle import Status
from open311.domain.priority import Priority
from open311.domain.roles import Act
from open311.entrypoints.console.assign import chosen_desk, desks
from open311.entrypoints.console.blueprint import blueprint, by_name, city
from open311.entrypoints.console.change_form import CHANGE, NOTE, STATUS, change_of
from open311.entrypoints.console.update import ELSEWHERE
from open311.queries.cases.batches import batch_change
from open311.queries.cases.in_hand import CaseInHand, cases_in_hand, colleagues
from open311.web import fields, phrases
from open311.web.forms import Form, answer, form_page
from open311.web.gate import me
from open311.web.shell import page

STEPS = [each for each in Status if each not in ELSEWHERE]
DESK = fields.line("desk")
PERSON = fields.key("person")
REASON = fields.text("reason")
PRIORITY = fields.choice("priority", map(int, Priority))
WHY = fields.line("why")


@blueprint.route("/bulk", methods=["GET", "POST"], access=Act.NOTE)
def bulk() -> AnyResponse:
    """Ask what is to be done with the ticked cases, then start the batch."""
    sent = request.form.get("do") == "hold"
    form = Form.of_request(ACT, *CHANGE, DESK, PERSON, REASON, PRIORITY, WHY, sent=sent)
    cases = _ticked(form)
    if not cases:
        return page(
            "console/batch_none.html",
            status=422 if request.method == "POST" else 200,
            most=MAX_CASES,
            query=request.values.get("list", ""),
        )
    chosen = form[ACT] or ""
    arguments = ASKED[chosen](form) if chosen else {}

    def act() -> AnyResponse:
        versions = [(case.number, _version(form, case)) for case in cases]
        uuid = start_batch(current_environment(), city().key, versions, chosen, arguments, me().actor)
        return redirect(url_for("console.batch_state", uuid=uuid, list=request.form.get("list") or None), 303)

    return answer(form, act, partial(_show, cases), at=ACT)


def _ticked(form: Form) -> list[CaseInHand]:
    """The ticked cases that whoever is signed in may read, at most ``MAX_CASES``."""
    numbers = list(dict.fromkeys(form.all_typed("number") or request.args.getlist("number")))[: MAX_CASES + 1]
    return cases_in_hand(numbers, city().key, me().grants, Act.READ)[:MAX_CASES]


def _version(form: Form, case: CaseInHand) -> int:
    """The version of a case that stood in the list where it was ticked."""
    given = form.given.get(f"version-{case.number}", "")
    return int(given) if given.isdecimal() and len(given) <= 9 else case.version


def _show(cases: list[CaseInHand], form: Form) -> Response:
    people = by_name(colleagues(case.scope for case in cases), lambda each: each.name)
    return form_page(
        "console/batch.html",
        form,
        cases=[(case, _version(form, case)) for case in cases],
        query=form.given.get("list", ""),
        steps=[(each, phrases.step(each).name) for each in STEPS],
        desks=[(each.value, each.name) for each in desks()],
        people=[(str(each.key), each.name) for each in people],
        priorities=[(str(each), said) for each, said in phrases.priorities().items()],
        seconds=int(UNDO_WITHIN.total_seconds()),
    )


def _update(form: Form) -> dict[str, Any]:
    if form[STATUS] not in STEPS:
        form.wrong(STATUS, "Choose the new state")
    return replace(change_of(form), note="").plain


def _assign(form: Form) -> dict[str, Any]:
    to = chosen_desk(form[DESK])
    if to is None:
        form.wrong(DESK, "Choose who is to have them")
    if not form[REASON]:
        form.wrong(REASON, "Say why: it stands in the history of each")
    department, team = (to.department, to.team) if to else (None, None)
    return {"department": department, "team": team, "assignee": form[PERSON], "reason": form[REASON]}


def _note(form: Form) -> dict[str, Any]:
    if not form[NOTE]:
        form.wrong(NOTE, "Write the note")
    return {"note": form[NOTE]}


def _priority(form: Form) -> dict[str, Any]:
    if form[PRIORITY] is None:
        form.wrong(PRIORITY, "Choose a priority")
    return {"priority": form[PRIORITY], "reason": form[WHY]}


ASKED = {"update": _update, "assign": _assign, "note": _note, "priority": _priority}
"""The acts of a batch, each with the function that reads its arguments from the form."""
ACT = fields.choice("act", ASKED, missing="Choose what is to be done")


@blueprint.get("/bulk/<uuid>", access=Act.NOTE)
def batch_state(uuid: str) -> Response:
    """Show what is going to happen to each case, or happened."""
    found = batch_change(uuid, me().account)
    if found is None:
        raise NotFound("There is no such change of yours")
    return page("console/batch_state.html", batch=found, query=request.args.get("list", ""))


@blueprint.post("/bulk/<uuid>/undo", access=Act.NOTE, shown_on="console.batch_state")
def undo(uuid: str) -> AnyResponse:
    """Undo the whole batch, unless it has begun."""
    undone = undo_batch(uuid, me().account)
    flash("Taken back: nothing was changed" if undone else "Too late to take it back: it was begun already")
    if "crew" in request.form:
        return redirect(url_for("console.crew", again=uuid if undone else None), 303)
    return redirect(url_for("console.batch_state", uuid=uuid, list=request.form.get("list") or None), 303)

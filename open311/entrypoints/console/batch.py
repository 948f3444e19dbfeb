"""/staff/bulk: the same for many cases, held back ten seconds; and what became of it."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import current_environment
from open311.actions.cases.batch import MAX_CASES, UNDO_WITHIN, start_batch, undo_batch
from open311.domain.change import Change
from open311.domain.draft import DESCRIPTION_LIMIT
from open311.domain.lifecycle import Outcome, Status
from open311.domain.priority import Priority
from open311.domain.roles import Act, may
from open311.entrypoints.console.assign import chosen_desk, desks
from open311.entrypoints.console.blueprint import blueprint, city
from open311.entrypoints.console.update import ELSEWHERE, planned
from open311.queries.cases.batches import batch_change
from open311.queries.cases.in_hand import CaseInHand, cases_in_hand, colleagues
from open311.web import phrases
from open311.web.gate import me
from open311.web.shell import page
from open311.web.site import read_key

STEPS = [each for each in Status if each not in ELSEWHERE]
Asked = tuple[dict[str, Any], dict[str, str]]
"""The arguments of an act, and what is missing, by field."""


@blueprint.route("/bulk", methods=["GET", "POST"], access=Act.NOTE)
def bulk() -> AnyResponse:
    """What is to be done with the cases that were ticked; then it is held back."""
    cases = _ticked()
    form = request.form
    if not cases:
        return page("console/batch_none.html", status=422 if request.method == "POST" else 200, most=MAX_CASES)
    act = form.get("act", "")
    if form.get("do") != "hold":
        return _form(cases, {})
    if act not in ASKED:
        return _form(cases, {"act": "Choose what is to be done"})
    arguments, errors = ASKED[act]()
    if errors:
        return _form(cases, errors)
    versions = [(case.number, _version(case)) for case in cases]
    uuid = start_batch(current_environment(), city().key, versions, act, arguments, me().actor)
    return redirect(url_for("console.batch_state", uuid=uuid, list=form.get("list") or None), 303)


def _ticked() -> list[CaseInHand]:
    """The cases that were ticked, as far as whoever looks may read them."""
    numbers = list(dict.fromkeys(request.values.getlist("number")))[: MAX_CASES + 1]
    found = cases_in_hand(numbers, city().key)
    return [case for case in found if may(me().grants, Act.READ, case.scope)][:MAX_CASES]


def _version(case: CaseInHand) -> int:
    """The version that stood in the list."""
    given = request.form.get(f"version-{case.number}", "")
    return int(given) if given.isdecimal() and len(given) <= 9 else case.version


def _form(cases: list[CaseInHand], errors: dict[str, str]) -> Response:
    return page(
        "console/batch.html",
        errors,
        422 if errors else 200,
        cases=[(case, _version(case)) for case in cases],
        typed=request.form,
        query=request.form.get("list", ""),
        steps=[(each, phrases.step(each).name) for each in STEPS],
        desks=[(each.value, each.name) for each in desks()],
        people=[(str(each.key), each.name) for each in colleagues(case.scope for case in cases)],
        priorities=[(str(each), said) for each, said in phrases.priorities().items()],
        seconds=int(UNDO_WITHIN.total_seconds()),
    )


def _update() -> Asked:
    form, errors = request.form, {}
    status = next((each for each in STEPS if each == form.get("status")), None)
    outcome = next((each for each in Outcome if each == form.get("outcome")), None)
    scheduled = planned(form.get("scheduled", ""))
    text = form.get("text", "").strip()
    if status is None:
        errors["status"] = "Choose the new state"
    if status is Status.CLOSED and outcome is None:
        errors["outcome"] = "Choose how it ended"
    if status is Status.CLOSED and not text:
        errors["text"] = "Tell the public why they are closed"
    if len(text) > DESCRIPTION_LIMIT:
        errors["text"] = f"At most {DESCRIPTION_LIMIT} characters"
    if status is Status.SCHEDULED and scheduled is None:
        errors["scheduled"] = "Enter the day for which it is planned, today or later"
    closing, planning = status is Status.CLOSED, status is Status.SCHEDULED
    change = Change(status, outcome if closing else None, scheduled if planning else None, text)
    return change.plain, errors


def _assign() -> Asked:
    form = request.form
    to = chosen_desk(form.get("desk", ""))
    errors = {} if to else {"desk": "Choose who is to have them"}
    reason = form.get("reason", "").strip()
    if not reason:
        errors["reason"] = "Say why: it stands in the history of each"
    return {
        "department": to.department if to else None,
        "team": to.team if to else None,
        "assignee": read_key(form.get("person", "")),
        "reason": reason,
    }, errors


def _note() -> Asked:
    note = request.form.get("note", "").strip()
    return {"note": note}, {} if 0 < len(note) <= DESCRIPTION_LIMIT else {"note": "Write the note"}


def _priority() -> Asked:
    form = request.form
    priority = next((each for each in Priority if str(int(each)) == form.get("priority")), None)
    errors = {"priority": "Choose a priority"} if priority is None else {}
    return {"priority": priority, "reason": form.get("why", "").strip()}, errors


ASKED = {"update": _update, "assign": _assign, "note": _note, "priority": _priority}
"""What can be done, and how its part of the form is read."""


@blueprint.get("/bulk/<uuid>", access=Act.NOTE)
def batch_state(uuid: str) -> Response:
    """What is going to happen, or happened."""
    found = batch_change(uuid, me().account)
    if found is None:
        raise NotFound("There is no such change of yours")
    return page("console/batch_state.html", batch=found, query=request.args.get("list", ""))


@blueprint.post("/bulk/<uuid>/undo", access=Act.NOTE)
def undo(uuid: str) -> AnyResponse:
    """Take it back whole, unless it was begun."""
    undone = undo_batch(uuid, me().account)
    flash("Taken back: nothing was changed" if undone else "Too late to take it back: it was begun already")
    return redirect(url_for("console.batch_state", uuid=uuid, list=request.form.get("list") or None), 303)

"""/staff/r/NUMBER/update: a new state, a public text, a note, photos; and a preview of the letters."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import Environment
from open311.actions.cases import update as updating
from open311.actions.cases.progress import act_of
from open311.domain.change import Change
from open311.domain.lifecycle import STEPS, Status
from open311.domain.roles import Act, may
from open311.entrypoints.console import replies
from open311.entrypoints.console.blueprint import blueprint
from open311.entrypoints.console.change_form import CHANGE, STATUS, change_of
from open311.entrypoints.console.desk import act_once_seen, acting_page, case_in_hand, once_only, ref
from open311.queries.cases.in_hand import CaseInHand
from open311.web.forms import Form
from open311.web.gate import me
from open311.web.uploads import keep_photos, receive_photos

ELSEWHERE = frozenset({Status.WAITING_ON_REPORTER, Status.REFERRED, Status.DISPUTED})
"""States that this form does not offer: two have a page of their own, one is brought about by reporters only."""


def steps(case: CaseInHand) -> list[Status]:
    """The states that the lifecycle allows next and whoever is signed in may choose."""
    if case.duplicate_of:
        return []

    def allowed(status: Status) -> bool:
        needed = {act_of(status)} | ({Act.REOPEN} if case.status is Status.DISPUTED else set())
        return all(may(me().grants, act, case.scope) for act in needed)

    return [each for each in Status if each in STEPS[case.status] - ELSEWHERE and allowed(each)]


@blueprint.route("/r/<number:number>/update", methods=["GET", "POST"], access=Act.NOTE)
def update(number: str) -> AnyResponse:
    """Show the form, fill in a ready text, preview the letters, or update the case."""
    case, form = case_in_hand(number, Act.NOTE), Form.of_request(*CHANGE)
    owner = f"account:{me().account}"
    photos = receive_photos(form, "photos", owner) if form.sent or form.kept else ()

    def show(case: CaseInHand, form: Form, **what: Any) -> Response:
        possible = steps(case)
        return acting_page(
            "update",
            case,
            form,
            steps=possible,
            offers=replies.offers(case, possible),
            may_comment=may(me().grants, Act.COMMENT, case.scope),
            kept=photos,
            token=keep_photos(photos, owner),
            **what,
        )

    if request.form.get("do") == "fill":
        return show(case, _filled(case, form))
    change = change_of(form, photos)
    _check(form, change)

    def act(environment: Environment) -> object:
        named = ref(case)
        return updating.update(environment, named, me().actor, change, once=once_only(named, change))

    return act_once_seen(case, form, act, change, show, at=STATUS, said=f"{number} is updated")


def _check(form: Form, change: Change) -> None:
    """Note what is wrong where no new state was chosen."""
    if not form.sent or change.status:
        return
    if not (change.text or change.note):
        form.wrong(STATUS, "Choose what happens now, or write something")
    if change.photos:
        form.wrong("photos", "Choose a new state: photos are kept with it")


def _filled(case: CaseInHand, form: Form) -> Form:
    """The form with a ready text in place, which brings its state and outcome where none was chosen."""
    offered = replies.chosen(case, steps(case), request.form.get("reply", ""))
    if offered is None:
        return form.refilled()
    reply, typed = offered.reply, form.typed
    return form.refilled(
        text=replies.text_of(case, reply, offered.language),
        status=typed.get("status") or str(reply.status),
        outcome=typed.get("outcome") or str(reply.outcome or ""),
    )

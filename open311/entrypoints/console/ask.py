"""/staff/r/NUMBER/ask: a question for the reporter, who answers by a link that works once."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import Environment
from open311.actions.cases.update import update
from open311.domain.change import Change
from open311.domain.lifecycle import Status
from open311.domain.roles import Act
from open311.entrypoints.console import replies
from open311.entrypoints.console.blueprint import blueprint
from open311.entrypoints.console.desk import act_once_seen, acting_page, case_in_hand, once_only, ref
from open311.queries.cases.in_hand import CaseInHand
from open311.web import fields
from open311.web.forms import Form
from open311.web.gate import me

WAITING = (Status.WAITING_ON_REPORTER,)
QUESTION = fields.text("text", missing="Write the question")
NOTE = fields.text("note")


@blueprint.route("/r/<number:number>/ask", methods=["GET", "POST"], access=Act.PROGRESS)
def ask(number: str) -> AnyResponse:
    """Show the form or the letter with the question, or send it; the case then waits for the answer."""
    case, form = case_in_hand(number, Act.PROGRESS), Form.of_request(QUESTION, NOTE)

    def show(case: CaseInHand, form: Form, **what: Any) -> Response:
        return acting_page("ask", case, form, offers=replies.offers(case, WAITING), **what)

    if request.form.get("do") == "fill":
        offered = replies.chosen(case, WAITING, request.form.get("reply", ""))
        words = {"text": replies.text_of(case, offered.reply, offered.language)} if offered else {}
        return show(case, form.refilled(**words))
    change = Change(Status.WAITING_ON_REPORTER, text=form[QUESTION], note=form[NOTE])

    def act(environment: Environment) -> object:
        named = ref(case)
        return update(environment, named, me().actor, change, once=once_only(named, change))

    said = f"The question about {number} is on its way"
    return act_once_seen(case, form, act, change, show, at=QUESTION, said=said)

"""/staff/r/NUMBER/ask: a question for the reporter, who answers by a link that works once."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import Environment
from open311.actions.cases.update import update
from open311.domain.change import Change
from open311.domain.draft import DESCRIPTION_LIMIT
from open311.domain.lifecycle import Status
from open311.domain.roles import Act
from open311.entrypoints.console import replies
from open311.entrypoints.console.blueprint import blueprint
from open311.entrypoints.console.desk import act_once_seen, acting_page, case_in_hand, once_only, ref
from open311.queries.cases.in_hand import CaseInHand
from open311.web.gate import me

WAITING = (Status.WAITING_ON_REPORTER,)


@blueprint.route("/r/<number>/ask", methods=["GET", "POST"], access=Act.PROGRESS)
def ask(number: str) -> AnyResponse:
    """The form, the letter with the question, or the deed: the case waits for the answer then."""
    case = case_in_hand(number, Act.PROGRESS)
    typed: dict[str, Any] = dict(request.form)

    def show(case: CaseInHand, errors: dict[str, str], **what: Any) -> Response:
        return acting_page("ask", case, errors, typed=typed, offers=replies.offers(case, WAITING), **what)

    if request.method == "GET":
        return show(case, {})
    if request.form.get("do") == "fill":
        if offered := replies.chosen(case, WAITING, request.form.get("reply", "")):
            typed["text"] = replies.text_of(case, offered.reply, offered.language)
        return show(case, {})
    text, note = request.form.get("text", ""), request.form.get("note", "")
    if not text.strip() or max(len(text), len(note)) > DESCRIPTION_LIMIT:
        wrong = "Write the question" if not text.strip() else f"At most {DESCRIPTION_LIMIT} characters"
        return show(case, {"text": wrong}, status=422)

    def act(environment: Environment) -> object:
        change = Change(status=Status.WAITING_ON_REPORTER, text=text, note=note)
        named = ref(case)
        return update(environment, named, me().actor, change, once=once_only(named, change))

    return act_once_seen(case, act, (text, note), show, field="text", said=f"The question about {number} is on its way")

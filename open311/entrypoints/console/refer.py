"""/staff/r/NUMBER/refer: hand a case to a body outside the city."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import Environment
from open311.actions.cases import refer as referring
from open311.domain.roles import Act
from open311.entrypoints.console.blueprint import blueprint, city
from open311.entrypoints.console.desk import act_once_seen, acting_page, case_in_hand, ref
from open311.queries.cases.in_hand import CaseInHand
from open311.web.gate import me


@blueprint.route("/r/<number>/refer", methods=["GET", "POST"], access=Act.REFER)
def refer(number: str) -> AnyResponse:
    """The form, the letter that says to whom it goes, or the deed."""
    case = case_in_hand(number, Act.REFER)
    bodies = {code: each.name for code, each in city().departments.items() if each.outside}
    form = request.form

    def show(case: CaseInHand, errors: dict[str, str], **what: Any) -> Response:
        return acting_page("refer", case, errors, typed=form, bodies=bodies.items(), **what)

    if request.method == "GET":
        return show(case, {})
    if form.get("body") not in bodies:
        return show(case, {"body": "Choose who is to have it"}, status=422)

    def act(environment: Environment) -> object:
        words = {"text": form.get("text", "").strip(), "note": form.get("note", "")}
        return referring.refer(environment, ref(case), me().actor, form["body"], **words)

    said = f"{number} is referred to {bodies[form['body']]}"
    return act_once_seen(case, act, (form["body"], form.get("text"), form.get("note")), show, field="body", said=said)

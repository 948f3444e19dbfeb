"""/staff/r/NUMBER/refer: hand a case to a body outside the city."""

from __future__ import annotations

from typing import Any

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import Environment
from open311.actions.cases import refer as referring
from open311.domain.roles import Act
from open311.entrypoints.console.blueprint import blueprint, by_name, city
from open311.entrypoints.console.desk import act_once_seen, acting_page, case_in_hand, ref
from open311.queries.cases.in_hand import CaseInHand
from open311.web import fields
from open311.web.forms import Form
from open311.web.gate import me

TEXT = fields.text("text")
NOTE = fields.text("note")


@blueprint.route("/r/<number:number>/refer", methods=["GET", "POST"], access=Act.REFER)
def refer(number: str) -> AnyResponse:
    """Show the form or the letter that says who has it now, or refer the case."""
    case = case_in_hand(number, Act.REFER)
    outside = (each for each in city().departments.values() if each.outside)
    bodies = {each.code: each.name for each in by_name(outside, lambda each: each.name)}
    body = fields.choice("body", bodies, missing="Choose who is to have it")
    form = Form.of_request(body, TEXT, NOTE)
    code = form[body] or ""

    def show(case: CaseInHand, form: Form, **what: Any) -> Response:
        return acting_page("refer", case, form, bodies=bodies.items(), **what)

    def act(environment: Environment) -> object:
        return referring.refer(environment, ref(case), me().actor, code, text=form[TEXT], note=form[NOTE])

    said = f"{number} is referred to {bodies.get(code)}"
    return act_once_seen(case, form, act, (code, form[TEXT], form[NOTE]), show, at=body, said=said)

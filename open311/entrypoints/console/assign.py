"""/staff/r/NUMBER/assign: give a case to a department, a team, a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import current_environment
from open311.actions.cases import assign as assigning
from open311.domain.roles import Act
from open311.entrypoints.console.blueprint import blueprint, by_name, city
from open311.entrypoints.console.desk import acting_page, answer_about, case_in_hand, done, ref
from open311.queries.cases.in_hand import CaseInHand, colleagues
from open311.web import fields
from open311.web.forms import Form
from open311.web.gate import me

DESK = fields.line("desk")
PERSON = fields.key("person")
REASON = fields.text("reason")


@dataclass(frozen=True, slots=True)
class Desk:
    """Who can have a case: a department, or a team of one."""

    department: str
    team: str | None
    name: str

    @property
    def value(self) -> str:
        """The value in a form: ``streets`` for a department, ``streets/highways`` for a team."""
        return f"{self.department}/{self.team}" if self.team else self.department


def desks() -> list[Desk]:
    """All departments of the city itself, each followed by its teams. Bodies outside are not among them."""
    found = []
    for department in by_name(city().departments.values(), lambda each: each.name):
        if not department.outside:
            found.append(Desk(department.code, None, department.name))
            teams = by_name(department.teams.items(), lambda team: team[1])
            found += [Desk(department.code, code, f"{department.name}: {name}") for code, name in teams]
    return found


def chosen_desk(value: str) -> Desk | None:
    """The department or team with this value in a form, if there is one."""
    return next((each for each in desks() if each.value == value), None)


@blueprint.route("/r/<number:number>/assign", methods=["GET", "POST"], access=Act.ASSIGN)
def assign(number: str) -> AnyResponse:
    """Show the form, or assign the case. Nobody outside the city is told."""
    case = case_in_hand(number, Act.ASSIGN)
    mine = Desk(case.department, case.team, "").value
    form = Form.of_request(DESK, PERSON, REASON, start={"desk": mine, "person": str(case.assignee or "")})
    to = chosen_desk(form[DESK])
    if form.sent and to is None:
        form.wrong(DESK, "Choose who is to have it")
    if to and to.department != case.department and not form[REASON]:
        form.wrong(REASON, "Say why another department is to have it")
    person = me().account if request.form.get("do") == "me" else form[PERSON]

    def act() -> AnyResponse:
        assigning.assign(
            current_environment(),
            ref(case),
            me().actor,
            department=to.department if to else None,
            team=to.team if to else None,
            assignee=person,
            reason=form[REASON],
        )
        return done(case, f"{number} is assigned")

    return answer_about(case, form, act, _show, at=PERSON if person else DESK)


def _show(case: CaseInHand, form: Form, **what: Any) -> Response:
    offered = desks()
    scopes = [replace(case.scope, department=each.department) for each in offered]
    people = [(str(each.key), each.name) for each in by_name(colleagues(scopes), lambda each: each.name)]
    return acting_page("assign", case, form, desks=[(each.value, each.name) for each in offered], people=people, **what)

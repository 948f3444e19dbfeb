"""/staff/r/NUMBER/assign: give a case to a department, a team, a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import current_environment
from open311.actions.cases import assign as assigning
from open311.domain.errors import Conflict, NotAllowed, Refusal
from open311.domain.roles import Act
from open311.entrypoints.console.blueprint import blueprint, city
from open311.entrypoints.console.desk import (
    acting_page,
    anew,
    case_in_hand,
    done,
    newest,
    ref,
    refused,
)
from open311.queries.cases.in_hand import CaseInHand, colleagues, meanwhile
from open311.web import failures
from open311.web.gate import me
from open311.web.site import read_key


@dataclass(frozen=True, slots=True)
class Desk:
    """A department, or a team of it; ``value`` names it in a form."""

    department: str
    team: str | None
    name: str

    @property
    def value(self) -> str:
        """As it stands in a form: ``streets`` or ``streets/highways``."""
        return f"{self.department}/{self.team}" if self.team else self.department


def desks() -> list[Desk]:
    """Every department of the city itself, each followed by its teams."""
    found = []
    for department in city().departments.values():
        if not department.outside:
            found.append(Desk(department.code, None, department.name))
            found += [
                Desk(department.code, code, f"{department.name}: {name}") for code, name in department.teams.items()
            ]
    return found


def chosen_desk(value: str) -> Desk | None:
    """The one that a form names."""
    return next((each for each in desks() if each.value == value), None)


@blueprint.route("/r/<number>/assign", methods=["GET", "POST"], access=Act.ASSIGN)
def assign(number: str) -> AnyResponse:
    """The form, or the deed. Nobody outside is told."""
    case = case_in_hand(number, Act.ASSIGN)
    form = request.form
    mine = Desk(case.department, case.team, "").value
    typed = form or {"desk": mine, "person": str(case.assignee or "")}

    def show(case: CaseInHand, errors: dict[str, str], **what: Any) -> Response:
        scopes = [replace(case.scope, department=each.department) for each in desks()]
        people = [(str(each.key), each.name) for each in colleagues(scopes)]
        offered = [(each.value, each.name) for each in desks()]
        return acting_page("assign", case, errors, typed=typed, desks=offered, people=people, **what)

    if request.method == "GET":
        return show(case, {})
    to = chosen_desk(form.get("desk", ""))
    if to is None:
        return show(case, {"desk": "Choose who is to have it"}, status=422)
    if to.department != case.department and not form.get("reason", "").strip():
        return show(case, {"reason": "Say why another department is to have it"}, status=422)
    person = me().account if form.get("do") == "me" else read_key(form.get("person", ""))
    try:
        assigning.assign(
            current_environment(),
            ref(case),
            me().actor,
            department=to.department,
            team=to.team,
            assignee=person,
            reason=form.get("reason", ""),
        )
    except NotAllowed:
        raise
    except Conflict:
        return show(anew(case), {}, status=409, others=meanwhile(case.key, newest()))
    except Refusal as refusal:
        return show(case, {"person" if person else "desk": refused(refusal)}, status=failures.status_of(refusal))
    return done(case, f"{number} is assigned")
